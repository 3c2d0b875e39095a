-- The Postgres twin of migrations/sqlite/0006_deleted_places.sql.
-- A project or domain that was deleted stays as a row, because closed tickets name it. Nothing else sees it.
ALTER TABLE domain ADD COLUMN deleted_at BIGINT;
ALTER TABLE project ADD COLUMN deleted_at BIGINT;
