-- Files under the entries of a support thread.

ALTER TABLE post ADD COLUMN files INTEGER NOT NULL DEFAULT 0; -- how many stand under it

CREATE TABLE attachment (
  id TEXT PRIMARY KEY,
  ticket_number INTEGER,               -- NULL until the entry is sent that it was uploaded for
  position INTEGER,
  author_id TEXT NOT NULL REFERENCES account (id),
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,            -- as its first bytes say; empty where they say nothing
  size INTEGER NOT NULL,               -- bytes
  place TEXT NOT NULL CHECK (place IN ('database', 'folder', 'removed')),
  uploaded_at INTEGER NOT NULL,
  removed_by TEXT,                     -- the name of who removed it
  FOREIGN KEY (ticket_number, position) REFERENCES post (ticket_number, position)
) STRICT;
CREATE INDEX attachment_post ON attachment (ticket_number, position) WHERE ticket_number IS NOT NULL;
CREATE INDEX attachment_waiting ON attachment (author_id, id) WHERE ticket_number IS NULL;
CREATE INDEX attachment_overdue ON attachment (uploaded_at) WHERE ticket_number IS NULL;

-- The content of those in the database, in parts, so that none is ever in memory whole.
CREATE TABLE attachment_part (
  attachment_id TEXT NOT NULL REFERENCES attachment (id),
  part INTEGER NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (attachment_id, part)
) STRICT;
