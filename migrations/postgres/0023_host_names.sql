-- The Postgres twin of migrations/sqlite/0023_host_names.sql.
-- Hosts of one name in a project are looked for whenever one is asked for or chosen, and without this among all of the project.
CREATE INDEX host_name ON host (project_id, name);
