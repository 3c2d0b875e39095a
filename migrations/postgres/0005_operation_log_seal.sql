-- The Postgres twin of migrations/sqlite/0005_operation_log_seal.sql.
-- The operation log is only ever added to, and what was added is sealed: see server/service/oplog.
-- A seal covers the records numbered first_record to last_record and the seal before it, so that the seals are a chain.
CREATE TABLE operation_log_seal (
  number BIGINT PRIMARY KEY CHECK (number > 0), -- the place in the chain: who seals the same place second is refused
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('records', 'removal')),
  first_record BIGINT NOT NULL,
  last_record BIGINT NOT NULL,
  records BIGINT NOT NULL,                      -- sealed, or removed
  latest_at BIGINT NOT NULL,                    -- of the latest record; for a removal the limit it went by
  content TEXT COLLATE "C" NOT NULL,            -- the hash of `entries`
  previous TEXT COLLATE "C" NOT NULL UNIQUE,    -- the hash of the seal before
  hash TEXT COLLATE "C" NOT NULL,               -- over all of the above
  keyed BOOLEAN NOT NULL,                       -- whether `hash` takes the key that isn't in the database
  sealed_at BIGINT NOT NULL,
  entries TEXT COLLATE "C" NOT NULL             -- a line per record: its number and hash; empty once removed
);
CREATE INDEX operation_log_seal_range ON operation_log_seal (kind, last_record);

CREATE FUNCTION operation_log_removed_through() RETURNS BIGINT STABLE LANGUAGE sql AS
  $$ SELECT COALESCE(MAX(last_record), 0) FROM operation_log_seal WHERE kind = 'removal' $$;

CREATE FUNCTION operation_log_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'records and seals of the operation log are never changed or deleted';
END $$;
CREATE TRIGGER operation_log_never_changes BEFORE UPDATE ON operation_log
  FOR EACH ROW EXECUTE FUNCTION operation_log_refuse();
CREATE TRIGGER operation_log_is_not_emptied BEFORE TRUNCATE ON operation_log
  FOR EACH STATEMENT EXECUTE FUNCTION operation_log_refuse();
CREATE TRIGGER operation_log_seal_stays BEFORE DELETE ON operation_log_seal
  FOR EACH ROW EXECUTE FUNCTION operation_log_refuse();
CREATE TRIGGER operation_log_seal_is_not_emptied BEFORE TRUNCATE ON operation_log_seal
  FOR EACH STATEMENT EXECUTE FUNCTION operation_log_refuse();

-- Only what a removal in the chain covers may go.
CREATE FUNCTION operation_log_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.number > operation_log_removed_through() THEN
    RAISE EXCEPTION 'records of the operation log are never deleted';
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER operation_log_stays BEFORE DELETE ON operation_log
  FOR EACH ROW EXECUTE FUNCTION operation_log_keep();

-- A seal's entries may be emptied when its records were removed; nothing else of it ever changes.
CREATE FUNCTION operation_log_seal_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.entries <> '' OR OLD.kind <> 'records' OR OLD.last_record > operation_log_removed_through()
    OR to_jsonb(NEW) - 'entries' IS DISTINCT FROM to_jsonb(OLD) - 'entries' THEN
    RAISE EXCEPTION 'seals of the operation log are never changed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER operation_log_seal_never_changes BEFORE UPDATE ON operation_log_seal
  FOR EACH ROW EXECUTE FUNCTION operation_log_seal_keep();

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
