-- A project or domain that was deleted stays as a row, because closed tickets name it. Nothing else sees it.
ALTER TABLE domain ADD COLUMN deleted_at INTEGER;
ALTER TABLE project ADD COLUMN deleted_at INTEGER;
