CREATE TABLE credential (
    key text NOT NULL PRIMARY KEY,
    secret_hash bytea NOT NULL,
    label text NOT NULL,
    scopes text NOT NULL,
    authority bytea NOT NULL,
    organisation text NOT NULL,
    confined smallint NOT NULL,
    created bigint NOT NULL,
    expires bigint,
    revoked bigint,
    last_used bigint
);
