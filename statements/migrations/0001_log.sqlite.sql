CREATE TABLE statement (
    position INTEGER PRIMARY KEY,
    shard INTEGER NOT NULL,
    stored INTEGER NOT NULL,
    flags INTEGER NOT NULL,
    id BLOB NOT NULL,
    salt BLOB NOT NULL,
    digest BLOB NOT NULL,
    organisation TEXT NOT NULL,
    payload BLOB NOT NULL
);
CREATE UNIQUE INDEX statement_id ON statement (id);
CREATE INDEX statement_stored ON statement (stored);

CREATE TABLE posting (
    key INTEGER NOT NULL,
    position INTEGER NOT NULL,
    via INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    PRIMARY KEY (key, position, via)
) WITHOUT ROWID;

CREATE TABLE reference (
    target BLOB NOT NULL,
    position INTEGER NOT NULL,
    shard INTEGER NOT NULL,
    voids INTEGER NOT NULL,
    confined_to INTEGER NOT NULL,
    PRIMARY KEY (target, position)
) WITHOUT ROWID;

CREATE TABLE voided (
    position INTEGER PRIMARY KEY,
    shard INTEGER NOT NULL
);

CREATE TABLE term (
    digest BLOB NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX term_number ON term (number);

CREATE TABLE attachment (
    sha2 BLOB NOT NULL PRIMARY KEY,
    content BLOB NOT NULL
);

CREATE TABLE activity_definition (
    activity INTEGER NOT NULL,
    position INTEGER NOT NULL,
    definition BLOB NOT NULL,
    PRIMARY KEY (activity, position)
) WITHOUT ROWID;

CREATE TABLE agent_name (
    agent INTEGER NOT NULL,
    digest BLOB NOT NULL,
    position INTEGER NOT NULL,
    name BLOB NOT NULL,
    PRIMARY KEY (agent, digest)
) WITHOUT ROWID;
