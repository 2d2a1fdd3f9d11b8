-- Pages are read from the index alone where PostgreSQL knows that everybody sees the rows. It finds
-- out when it vacuums: by default once a table has grown by a fifth, and what is asked most is newer.
ALTER TABLE posting SET (
    autovacuum_vacuum_insert_scale_factor = 0.01,
    autovacuum_vacuum_insert_threshold = 50000
);
