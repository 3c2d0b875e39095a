-- The Postgres twin of migrations/sqlite/0010_redmine.sql.
-- Redmine beside Request Tracker. A ticket notes in which kind of system it was made: both number theirs from 1.

ALTER TABLE external_system DROP CONSTRAINT external_system_kind_check;
ALTER TABLE external_system ADD CONSTRAINT external_system_kind_check CHECK (kind IN ('request_tracker', 'redmine'));

ALTER TABLE external_ticket ADD COLUMN kind TEXT COLLATE "C" CHECK (kind IN ('request_tracker', 'redmine')); -- NULL until it was made there
UPDATE external_ticket SET kind = 'request_tracker' WHERE remote_id IS NOT NULL;
ALTER TABLE external_ticket DROP CONSTRAINT external_ticket_remote_id_key;
ALTER TABLE external_ticket ADD UNIQUE (kind, remote_id);
ALTER TABLE external_ticket ADD CHECK ((kind IS NULL) = (remote_id IS NULL));
