CREATE INDEX posting_inherited ON posting (key, position, via, shard) WHERE via > 0;

CREATE TABLE bitmap (
    key bigint NOT NULL,
    segment bigint NOT NULL,
    bits bytea NOT NULL,
    PRIMARY KEY (key, segment)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bitmap
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
