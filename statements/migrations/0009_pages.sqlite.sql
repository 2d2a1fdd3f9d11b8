-- With the shard it has all that a page asks for: else SQLite goes through the table's own rows of
-- the key, a million of them perhaps, to find that none is inherited.
DROP INDEX posting_inherited;
CREATE INDEX posting_inherited ON posting (key, position, via, shard) WHERE via > 0;
