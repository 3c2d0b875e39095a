-- A third-party ticket system in which Technical Support can live, and its tickets.

CREATE TABLE external_system (
  id INTEGER PRIMARY KEY CHECK (id = 1), -- there is one or none
  kind TEXT NOT NULL CHECK (kind IN ('request_tracker')),
  address TEXT NOT NULL,
  token TEXT NOT NULL,                   -- sealed with the secret key, which isn't in the database
  queues TEXT NOT NULL,                  -- JSON: the queues there when it was last tested
  cursor INTEGER NOT NULL,               -- the newest of its news that was taken over
  instance TEXT NOT NULL,                -- tells our tickets there from those of other installations
  problem TEXT,                          -- why it couldn't be reached at the last attempt
  updated_at INTEGER NOT NULL
) STRICT;

CREATE TABLE external_ticket (
  number INTEGER PRIMARY KEY REFERENCES ticket (number),
  queue TEXT NOT NULL,
  remote_id TEXT UNIQUE,                 -- NULL until it was made there
  remote_status TEXT NOT NULL DEFAULT '',
  remote_owner TEXT NOT NULL DEFAULT '',
  sending INTEGER NOT NULL DEFAULT 0,    -- the position of the post that is on its way, or was last
  problem TEXT                           -- why what was said here isn't there yet
) STRICT;
