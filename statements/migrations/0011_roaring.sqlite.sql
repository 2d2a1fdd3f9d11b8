-- Bitmaps are Roaring bitmaps from now on (docs/decisions/0013-bitmaps.md). Those that are there are
-- written again from the index, by the server, one segment after the other. The column has another
-- name, so that a server of before fails and does not misread.
DROP TRIGGER bitmap_no_delete;
DELETE FROM bitmap;
CREATE TRIGGER bitmap_no_delete BEFORE DELETE ON bitmap
BEGIN SELECT RAISE(ABORT, 'bitmap is append-only'); END;
ALTER TABLE bitmap RENAME COLUMN bits TO positions;
