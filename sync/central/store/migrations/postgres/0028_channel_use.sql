-- When a channel's key was last shown, to see which are in use; written at most every few minutes.
ALTER TABLE channels ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
