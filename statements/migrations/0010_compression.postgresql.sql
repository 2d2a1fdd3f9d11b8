-- PostgreSQL compresses rows from 2 kB only. With room that nothing needs, every row has that size:
-- its room (to 28 bytes) and its payload are compressed (docs/decisions/0023-compression.md). Rows
-- that are there stay as they are.
ALTER TABLE statement SET (toast_tuple_target = 128);
ALTER TABLE statement ADD COLUMN room text;
ALTER TABLE statement
    ALTER COLUMN id SET STORAGE MAIN, -- else it is moved to a table beside, as a part of a long row
    ALTER COLUMN salt SET STORAGE MAIN,
    ALTER COLUMN digest SET STORAGE MAIN,
    ALTER COLUMN organisation SET STORAGE MAIN,
    ALTER COLUMN payload SET STORAGE MAIN,
    ALTER COLUMN room SET STORAGE MAIN,
    ALTER COLUMN room SET DEFAULT repeat(' ', 2000);
DO $$
BEGIN
    ALTER TABLE statement
        ALTER COLUMN payload SET COMPRESSION lz4,
        ALTER COLUMN room SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    NULL; -- a PostgreSQL without lz4: pglz compresses as much, and takes longer
END
$$;
