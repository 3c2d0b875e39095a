-- The Postgres twin of migrations/sqlite/0017_hosts_of_open_tickets.sql.
-- Which hosts open tickets are about, in rows that follow the tickets: nobody looks for a host in their payloads.
CREATE TABLE ticket_host (
  host_id TEXT COLLATE "C" NOT NULL, -- which may be gone before the ticket ends
  ticket_number BIGINT NOT NULL REFERENCES ticket (number),
  PRIMARY KEY (host_id, ticket_number)
);
CREATE INDEX ticket_host_ticket ON ticket_host (ticket_number);

-- A NUL, which somebody may have typed somewhere else in it, can be in JSON but not in jsonb.
CREATE FUNCTION hosts_of_payload(payload TEXT) RETURNS TABLE (host_id TEXT) LANGUAGE sql IMMUTABLE AS $$
  SELECT DISTINCT asked ->> 'id' FROM jsonb_array_elements(
    regexp_replace(payload, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g')::jsonb -> 'hosts') AS asked
$$;
CREATE FUNCTION ticket_host_follows() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM ticket_host WHERE ticket_number = NEW.number;
  INSERT INTO ticket_host (host_id, ticket_number)
    SELECT host_id, NEW.number FROM hosts_of_payload(NEW.payload) WHERE NEW.status = 'incomplete';
  RETURN NULL;
END
$$;
-- These lock the table, so that nothing changes between them and what is noted below.
CREATE TRIGGER ticket_host_begins AFTER INSERT ON ticket FOR EACH ROW
WHEN (NEW.status = 'incomplete' AND NEW.ticket_type IN ('apply-server-changeconfig', 'apply-server-delete'))
EXECUTE FUNCTION ticket_host_follows();
CREATE TRIGGER ticket_host_follows AFTER UPDATE ON ticket FOR EACH ROW
WHEN (NEW.ticket_type IN ('apply-server-changeconfig', 'apply-server-delete')
  AND (OLD.status <> NEW.status OR OLD.payload <> NEW.payload))
EXECUTE FUNCTION ticket_host_follows();
INSERT INTO ticket_host (host_id, ticket_number)
  SELECT about.host_id, t.number FROM ticket t CROSS JOIN hosts_of_payload(t.payload) AS about
  WHERE t.status = 'incomplete' AND t.ticket_type IN ('apply-server-changeconfig', 'apply-server-delete');
