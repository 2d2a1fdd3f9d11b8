ALTER TABLE credential ADD COLUMN limits text;

-- A change of the limits counts at once, like any other.
DROP TRIGGER announce ON credential;
CREATE TRIGGER announce AFTER INSERT OR UPDATE OF secret_hash, scopes, authority, organisation,
    confined, expires, revoked, limits OR DELETE ON credential
    FOR EACH ROW EXECUTE FUNCTION announce_credential();
