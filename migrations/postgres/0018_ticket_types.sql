-- The Postgres twin of migrations/sqlite/0018_ticket_types.sql.
-- The words of ticket types are the program's: a further type needs no step here. A server that doesn't know a word yet
-- can't read it, so a process of a new type is made only once all servers are of the release that brings it.
--
-- A server of the release before goes on meanwhile. While tables are locked one after the other, one of its transactions
-- may have the next one and wait for one that is locked already. So both are locked, each within 100 ms, or let go of
-- again: that is less than the second after which Postgres looks for such a circle and breaks off somebody's change.
DO $$
BEGIN
  LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      LOCK TABLE process, ticket IN ACCESS EXCLUSIVE MODE;
      SET LOCAL lock_timeout = 0;
      EXIT;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
END
$$;
ALTER TABLE process DROP CONSTRAINT process_ticket_type_check;

-- Whether the payload has a list `hosts` of those it is about. A server of the release before doesn't say so, and its
-- tickets are looked through.
ALTER TABLE ticket ADD COLUMN names_hosts BOOLEAN NOT NULL DEFAULT TRUE;
DROP TRIGGER ticket_host_begins ON ticket;
DROP TRIGGER ticket_host_follows ON ticket;
CREATE TRIGGER ticket_host_begins AFTER INSERT ON ticket FOR EACH ROW
WHEN (NEW.status = 'incomplete' AND NEW.names_hosts)
EXECUTE FUNCTION ticket_host_follows();
CREATE TRIGGER ticket_host_follows AFTER UPDATE ON ticket FOR EACH ROW
WHEN (NEW.names_hosts AND (OLD.status <> NEW.status OR OLD.payload <> NEW.payload))
EXECUTE FUNCTION ticket_host_follows();
