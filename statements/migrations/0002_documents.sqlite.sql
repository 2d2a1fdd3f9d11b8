CREATE TABLE document (
    collection BLOB NOT NULL,
    registration BLOB NOT NULL,
    name_digest BLOB NOT NULL,
    name BLOB NOT NULL,
    agent BLOB NOT NULL,
    activity BLOB NOT NULL,
    content_type TEXT NOT NULL,
    etag TEXT NOT NULL,
    updated INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (collection, registration, name_digest)
);
CREATE INDEX document_agent ON document (agent);
