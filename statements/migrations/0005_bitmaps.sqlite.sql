CREATE INDEX posting_inherited ON posting (key, position, via) WHERE via > 0;

CREATE TABLE bitmap (
    key INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    bits BLOB NOT NULL,
    PRIMARY KEY (key, segment)
);
CREATE TRIGGER bitmap_no_update BEFORE UPDATE ON bitmap
BEGIN SELECT RAISE(ABORT, 'bitmap is append-only'); END;
CREATE TRIGGER bitmap_no_delete BEFORE DELETE ON bitmap
BEGIN SELECT RAISE(ABORT, 'bitmap is append-only'); END;
