-- Lists stay quick at a million tickets, whatever they are filtered by.

-- Dates bound the numbers that are read: tickets are numbered in the order in which they are submitted.
CREATE INDEX ticket_submitted ON ticket (submitted_at, number);
-- A few projects' tickets are read from each of them.
DROP INDEX ticket_project;
CREATE INDEX ticket_project ON ticket (project_id, support, number);
-- Somebody's application to join, among all they ever asked for.
CREATE INDEX ticket_join ON ticket (initiator_id, number) WHERE ticket_type = 'apply-join-project';

-- Parts of names, by the three-character parts of them. Numbers only: the names themselves stay in `ticket`.
CREATE VIRTUAL TABLE ticket_name USING fts5
  (resource_name, content = 'ticket', content_rowid = 'number', tokenize = 'trigram', detail = 'none');
INSERT INTO ticket_name (ticket_name) VALUES ('rebuild');
CREATE TRIGGER ticket_name_begins AFTER INSERT ON ticket
BEGIN
  INSERT INTO ticket_name (rowid, resource_name) VALUES (NEW.number, NEW.resource_name);
END;
CREATE TRIGGER ticket_name_changes AFTER UPDATE OF resource_name ON ticket
BEGIN
  INSERT INTO ticket_name (ticket_name, rowid, resource_name) VALUES ('delete', OLD.number, OLD.resource_name);
  INSERT INTO ticket_name (rowid, resource_name) VALUES (NEW.number, NEW.resource_name);
END;
CREATE TRIGGER ticket_name_ends AFTER DELETE ON ticket
BEGIN
  INSERT INTO ticket_name (ticket_name, rowid, resource_name) VALUES ('delete', OLD.number, OLD.resource_name);
END;
