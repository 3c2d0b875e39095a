-- The operation log is only ever added to, and what was added is sealed: see server/service/oplog.
-- A seal covers the records numbered first_record to last_record and the seal before it, so that the seals are a chain.
CREATE TABLE operation_log_seal (
  number INTEGER PRIMARY KEY CHECK (number > 0), -- the place in the chain: who seals the same place second is refused
  kind TEXT NOT NULL CHECK (kind IN ('records', 'removal')),
  first_record INTEGER NOT NULL,
  last_record INTEGER NOT NULL,
  records INTEGER NOT NULL,                      -- sealed, or removed
  latest_at INTEGER NOT NULL,                    -- of the latest record; for a removal the limit it went by
  content TEXT NOT NULL,                         -- the hash of `entries`
  previous TEXT NOT NULL UNIQUE,                 -- the hash of the seal before
  hash TEXT NOT NULL,                            -- over all of the above
  keyed INTEGER NOT NULL CHECK (keyed IN (0, 1)),-- whether `hash` takes the key that isn't in the database
  sealed_at INTEGER NOT NULL,
  entries TEXT NOT NULL                          -- a line per record: its number and hash; empty once removed
) STRICT;
CREATE INDEX operation_log_seal_range ON operation_log_seal (kind, last_record);

CREATE TRIGGER operation_log_never_changes BEFORE UPDATE ON operation_log
BEGIN
  SELECT RAISE(ABORT, 'records of the operation log are never changed');
END;
-- Only what a removal in the chain covers may go.
CREATE TRIGGER operation_log_stays BEFORE DELETE ON operation_log
WHEN OLD.number > COALESCE((SELECT MAX(last_record) FROM operation_log_seal WHERE kind = 'removal'), 0)
BEGIN
  SELECT RAISE(ABORT, 'records of the operation log are never deleted');
END;
-- INSERT OR REPLACE would delete without asking the trigger above.
CREATE TRIGGER operation_log_is_not_replaced BEFORE INSERT ON operation_log
WHEN EXISTS (SELECT 1 FROM operation_log WHERE number = NEW.number)
BEGIN
  SELECT RAISE(ABORT, 'records of the operation log are never replaced');
END;

-- A seal's entries may be emptied when its records were removed; nothing else of it ever changes.
CREATE TRIGGER operation_log_seal_never_changes BEFORE UPDATE ON operation_log_seal
WHEN NEW.entries <> '' OR OLD.kind <> 'records'
  OR OLD.last_record > COALESCE((SELECT MAX(last_record) FROM operation_log_seal WHERE kind = 'removal'), 0)
  OR (NEW.number, NEW.kind, NEW.first_record, NEW.last_record, NEW.records, NEW.latest_at, NEW.content, NEW.previous,
      NEW.hash, NEW.keyed, NEW.sealed_at)
    IS NOT (OLD.number, OLD.kind, OLD.first_record, OLD.last_record, OLD.records, OLD.latest_at, OLD.content, OLD.previous,
      OLD.hash, OLD.keyed, OLD.sealed_at)
BEGIN
  SELECT RAISE(ABORT, 'seals of the operation log are never changed');
END;
CREATE TRIGGER operation_log_seal_stays BEFORE DELETE ON operation_log_seal
BEGIN
  SELECT RAISE(ABORT, 'seals of the operation log are never deleted');
END;
CREATE TRIGGER operation_log_seal_is_not_replaced BEFORE INSERT ON operation_log_seal
WHEN EXISTS (SELECT 1 FROM operation_log_seal WHERE number = NEW.number OR previous = NEW.previous)
BEGIN
  SELECT RAISE(IGNORE);
END;

-- Lists are read newest first, by time and then number, so that a range of dates bounds what is read.
DROP INDEX operation_log_resource;
DROP INDEX operation_log_domain;
CREATE INDEX operation_log_at ON operation_log (at, number);
CREATE INDEX operation_log_domain ON operation_log (domain_id, at, number);
CREATE INDEX operation_log_resource ON operation_log (resource_type, resource_id, at, number);
CREATE INDEX operation_log_type ON operation_log (resource_type, at, number);
CREATE INDEX operation_log_operator ON operation_log (operator_name, at, number);
CREATE INDEX operation_log_operation ON operation_log (operation, at, number);
CREATE INDEX operation_log_failed ON operation_log (at, number) WHERE result = 'failed';
