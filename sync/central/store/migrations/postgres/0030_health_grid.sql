-- where a terminal's own file says that it stands
ALTER TABLE health ADD COLUMN grid TEXT NOT NULL DEFAULT '';
