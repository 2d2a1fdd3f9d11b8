-- Columns stand in the order that wastes least on alignment.
CREATE TABLE statement (
    position bigint NOT NULL,
    stored bigint NOT NULL,
    shard smallint NOT NULL CHECK (shard = get_byte(id, 15)),
    flags smallint NOT NULL,
    id bytea NOT NULL,
    salt bytea NOT NULL,
    digest bytea NOT NULL,
    organisation text NOT NULL,
    payload bytea NOT NULL,
    PRIMARY KEY (position, shard)
);
CREATE UNIQUE INDEX statement_id ON statement (id, shard);
CREATE INDEX statement_stored ON statement (stored);

CREATE TABLE posting (
    key bigint NOT NULL,
    position bigint NOT NULL,
    via smallint NOT NULL,
    shard smallint NOT NULL,
    PRIMARY KEY (key, position, via, shard)
);

CREATE TABLE reference (
    position bigint NOT NULL,
    confined_to bigint NOT NULL,
    shard smallint NOT NULL,
    voids smallint NOT NULL,
    target bytea NOT NULL,
    PRIMARY KEY (target, position, shard)
);

CREATE TABLE voided (
    position bigint NOT NULL,
    shard smallint NOT NULL,
    PRIMARY KEY (position, shard)
);

CREATE TABLE term (
    number bigint NOT NULL UNIQUE,
    digest bytea NOT NULL PRIMARY KEY
);

CREATE TABLE attachment (
    sha2 bytea NOT NULL PRIMARY KEY,
    content bytea NOT NULL
);

CREATE TABLE activity_definition (
    activity bigint NOT NULL,
    position bigint NOT NULL,
    definition bytea NOT NULL,
    PRIMARY KEY (activity, position)
);

CREATE TABLE agent_name (
    agent bigint NOT NULL,
    position bigint NOT NULL,
    digest bytea NOT NULL,
    name bytea NOT NULL,
    PRIMARY KEY (agent, digest)
);
