CREATE TABLE document (
    collection bytea NOT NULL,
    registration bytea NOT NULL,
    name_digest bytea NOT NULL,
    name bytea NOT NULL,
    agent bytea NOT NULL,
    activity bytea NOT NULL,
    content_type text NOT NULL,
    etag text NOT NULL,
    updated bigint NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (collection, registration, name_digest)
);
-- A hash index, since an IFI may be longer than a B-tree key can be.
CREATE INDEX document_agent ON document USING hash (agent);
