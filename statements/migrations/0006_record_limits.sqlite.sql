ALTER TABLE credential ADD COLUMN limits TEXT;
