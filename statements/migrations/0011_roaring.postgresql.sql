-- Bitmaps are Roaring bitmaps from now on (docs/decisions/0013-bitmaps.md). Those that are there are
-- written again from the index, by the server, one segment after the other. The column has another
-- name, so that a server of before fails and does not misread.
ALTER TABLE bitmap DISABLE TRIGGER append_only;
DELETE FROM bitmap;
ALTER TABLE bitmap ENABLE TRIGGER append_only;
ALTER TABLE bitmap RENAME COLUMN bits TO positions;
