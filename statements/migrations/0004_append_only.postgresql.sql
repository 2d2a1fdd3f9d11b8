-- The belt beside the braces: the serving role has no UPDATE or DELETE privilege either.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['statement', 'posting', 'reference', 'voided', 'term', 'attachment',
                                'activity_definition', 'agent_name', 'migration']
    LOOP
        EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                       'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
    END LOOP;
END
$$;

-- Revocation takes effect at once: servers drop what they remember of a changed credential.
CREATE FUNCTION announce_credential() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('credential', COALESCE(NEW.key, OLD.key));
    RETURN NULL;
END
$$;
CREATE TRIGGER announce AFTER INSERT OR UPDATE OF secret_hash, scopes, authority, organisation,
    confined, expires, revoked OR DELETE ON credential
    FOR EACH ROW EXECUTE FUNCTION announce_credential();
