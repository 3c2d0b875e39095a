-- The words of ticket types are the program's: a further type needs no step here. A server that doesn't know a word yet
-- can't read it, so a process of a new type is made only once all servers are of the release that brings it.

-- SQLite can't drop a CHECK: the table is made anew, without it. Foreign keys can't be turned off within a transaction;
-- they are looked at when it commits. Rows that are put into a table of the old name are found again by those that refer
-- to them, which a table that is renamed wouldn't be.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE process_kept AS
  SELECT id, ticket_type, enabled, description, version, created_at, updated_at FROM process;
DROP TABLE process;
CREATE TABLE process (
  id TEXT PRIMARY KEY,
  ticket_type TEXT NOT NULL UNIQUE,
  enabled INTEGER NOT NULL DEFAULT 0 CHECK (enabled IN (0, 1)),
  description TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
INSERT INTO process (id, ticket_type, enabled, description, version, created_at, updated_at)
  SELECT id, ticket_type, enabled, description, version, created_at, updated_at FROM process_kept ORDER BY created_at, id;
DROP TABLE process_kept;

-- Whether the payload has a list `hosts` of those it is about. A server of the release before doesn't say so, and its
-- tickets are looked through.
ALTER TABLE ticket ADD COLUMN names_hosts INTEGER NOT NULL DEFAULT 1;
DROP TRIGGER ticket_host_begins;
DROP TRIGGER ticket_host_follows;
CREATE TRIGGER ticket_host_begins AFTER INSERT ON ticket
WHEN NEW.status = 'incomplete' AND NEW.names_hosts
BEGIN
  INSERT INTO ticket_host (host_id, ticket_number)
    SELECT DISTINCT value ->> 'id', NEW.number FROM json_each(NEW.payload, '$.hosts');
END;
CREATE TRIGGER ticket_host_follows AFTER UPDATE OF status, payload ON ticket
WHEN NEW.names_hosts AND (OLD.status <> NEW.status OR OLD.payload <> NEW.payload)
BEGIN
  DELETE FROM ticket_host WHERE ticket_number = NEW.number;
  INSERT INTO ticket_host (host_id, ticket_number)
    SELECT DISTINCT value ->> 'id', NEW.number FROM json_each(NEW.payload, '$.hosts') WHERE NEW.status = 'incomplete';
END;
