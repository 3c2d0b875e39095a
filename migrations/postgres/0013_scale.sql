-- The Postgres twin of migrations/sqlite/0013_scale.sql.
-- Lists stay quick at a million tickets, whatever they are filtered by.

-- Dates bound the numbers that are read: tickets are numbered in the order in which they are submitted.
CREATE INDEX ticket_submitted ON ticket (submitted_at, number);
-- A few projects' tickets are read from each of them.
DROP INDEX ticket_project;
CREATE INDEX ticket_project ON ticket (project_id, support, number);
-- Somebody's application to join, among all they ever asked for.
CREATE INDEX ticket_join ON ticket (initiator_id, number) WHERE ticket_type = 'apply-join-project';

-- Parts of names, by the three-character parts of them. The extension comes with every PostgreSQL, but not everybody may
-- create it in their database: without it such a filter reads all tickets, and says the same.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX ticket_name ON ticket USING GIN (LOWER(resource_name) gin_trgm_ops);
EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported OR undefined_object THEN
  RAISE NOTICE 'pg_trgm is not available: filters by a part of a name read all tickets';
END
$$;
