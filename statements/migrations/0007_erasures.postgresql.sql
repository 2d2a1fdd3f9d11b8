CREATE TABLE erased_statement (
    position bigint NOT NULL PRIMARY KEY
);
CREATE TABLE erased_person (
    identifier bytea NOT NULL PRIMARY KEY
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erased_statement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON erased_person
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
