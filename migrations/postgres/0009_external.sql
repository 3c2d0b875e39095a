-- The Postgres twin of migrations/sqlite/0009_external.sql.
-- A third-party ticket system in which Technical Support can live, and its tickets.

CREATE TABLE external_system (
  id BIGINT PRIMARY KEY CHECK (id = 1), -- there is one or none
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('request_tracker')),
  address TEXT COLLATE "C" NOT NULL,
  token TEXT COLLATE "C" NOT NULL,                   -- sealed with the secret key, which isn't in the database
  queues TEXT COLLATE "C" NOT NULL,                  -- JSON: the queues there when it was last tested
  cursor BIGINT NOT NULL,               -- the newest of its news that was taken over
  instance TEXT COLLATE "C" NOT NULL,                -- tells our tickets there from those of other installations
  problem TEXT COLLATE "C",                          -- why it couldn't be reached at the last attempt
  updated_at BIGINT NOT NULL
);

CREATE TABLE external_ticket (
  number BIGINT PRIMARY KEY REFERENCES ticket (number),
  queue TEXT COLLATE "C" NOT NULL,
  remote_id TEXT COLLATE "C" UNIQUE,                 -- NULL until it was made there
  remote_status TEXT COLLATE "C" NOT NULL DEFAULT '',
  remote_owner TEXT COLLATE "C" NOT NULL DEFAULT '',
  sending BIGINT NOT NULL DEFAULT 0,    -- the position of the post that is on its way, or was last
  problem TEXT COLLATE "C"                           -- why what was said here isn't there yet
);
