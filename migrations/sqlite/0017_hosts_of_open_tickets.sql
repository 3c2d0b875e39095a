-- Which hosts open tickets are about, in rows that follow the tickets: nobody looks for a host in their payloads.
CREATE TABLE ticket_host (
  host_id TEXT NOT NULL, -- which may be gone before the ticket ends
  ticket_number INTEGER NOT NULL REFERENCES ticket (number),
  PRIMARY KEY (host_id, ticket_number)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticket_host_ticket ON ticket_host (ticket_number);
INSERT INTO ticket_host (host_id, ticket_number)
  SELECT DISTINCT asked.value ->> 'id', t.number FROM ticket t CROSS JOIN json_each(t.payload, '$.hosts') AS asked
  WHERE t.status = 'incomplete' AND t.ticket_type IN ('apply-server-changeconfig', 'apply-server-delete');

CREATE TRIGGER ticket_host_begins AFTER INSERT ON ticket
WHEN NEW.status = 'incomplete' AND NEW.ticket_type IN ('apply-server-changeconfig', 'apply-server-delete')
BEGIN
  INSERT INTO ticket_host (host_id, ticket_number)
    SELECT DISTINCT value ->> 'id', NEW.number FROM json_each(NEW.payload, '$.hosts');
END;
CREATE TRIGGER ticket_host_follows AFTER UPDATE OF status, payload ON ticket
WHEN NEW.ticket_type IN ('apply-server-changeconfig', 'apply-server-delete')
  AND (OLD.status <> NEW.status OR OLD.payload <> NEW.payload)
BEGIN
  DELETE FROM ticket_host WHERE ticket_number = NEW.number;
  INSERT INTO ticket_host (host_id, ticket_number)
    SELECT DISTINCT value ->> 'id', NEW.number FROM json_each(NEW.payload, '$.hosts') WHERE NEW.status = 'incomplete';
END;
