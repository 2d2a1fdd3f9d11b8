CREATE TABLE credential (
    key TEXT NOT NULL PRIMARY KEY,
    secret_hash BLOB NOT NULL,
    label TEXT NOT NULL,
    scopes TEXT NOT NULL,
    authority BLOB NOT NULL,
    organisation TEXT NOT NULL,
    confined INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER,
    revoked INTEGER,
    last_used INTEGER
);
