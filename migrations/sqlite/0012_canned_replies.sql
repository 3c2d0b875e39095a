-- Texts that a project's handlers answer with again and again.
CREATE TABLE canned_reply (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES project (id),
  title TEXT NOT NULL,
  body TEXT NOT NULL,                  -- Markdown, with placeholders
  changed_by TEXT NOT NULL,            -- the name of who wrote it as it is
  changed_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX canned_reply_title ON canned_reply (project_id, LOWER(title));
