-- Redmine beside Request Tracker. A ticket notes in which kind of system it was made: both number theirs from 1.

CREATE TABLE external_system_new (
  id INTEGER PRIMARY KEY CHECK (id = 1), -- there is one or none
  kind TEXT NOT NULL CHECK (kind IN ('request_tracker', 'redmine')),
  address TEXT NOT NULL,
  token TEXT NOT NULL,                   -- sealed with the secret key, which isn't in the database
  queues TEXT NOT NULL,                  -- JSON: the queues there when it was last tested
  cursor INTEGER NOT NULL,               -- the newest of its news that was taken over
  instance TEXT NOT NULL,                -- tells our tickets there from those of other installations
  problem TEXT,                          -- why it couldn't be reached at the last attempt
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO external_system_new
  SELECT id, kind, address, token, queues, cursor, instance, problem, updated_at FROM external_system;
DROP TABLE external_system;
ALTER TABLE external_system_new RENAME TO external_system;

CREATE TABLE external_ticket_new (
  number INTEGER PRIMARY KEY REFERENCES ticket (number),
  queue TEXT NOT NULL,
  kind TEXT CHECK (kind IN ('request_tracker', 'redmine')), -- NULL until it was made there
  remote_id TEXT,                        -- NULL until it was made there
  remote_status TEXT NOT NULL DEFAULT '',
  remote_owner TEXT NOT NULL DEFAULT '',
  sending INTEGER NOT NULL DEFAULT 0,    -- the position of the post that is on its way, or was last
  problem TEXT,                          -- why what was said here isn't there yet
  UNIQUE (kind, remote_id),
  CHECK ((kind IS NULL) = (remote_id IS NULL))
) STRICT;
INSERT INTO external_ticket_new
  SELECT number, queue, CASE WHEN remote_id IS NOT NULL THEN 'request_tracker' END, remote_id, remote_status, remote_owner,
    sending, problem
  FROM external_ticket;
DROP TABLE external_ticket;
ALTER TABLE external_ticket_new RENAME TO external_ticket;
