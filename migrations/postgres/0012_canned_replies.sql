-- Texts that a project's handlers answer with again and again.
CREATE TABLE canned_reply (
  id TEXT COLLATE "C" PRIMARY KEY,
  project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
  title TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,                  -- Markdown, with placeholders
  changed_by TEXT COLLATE "C" NOT NULL,            -- the name of who wrote it as it is
  changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX canned_reply_title ON canned_reply (project_id, LOWER(title));
