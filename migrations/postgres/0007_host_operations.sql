-- What is done to hosts that exist: adjusting, deleting, restoring, clearing, starting and stopping, each an operation of
-- steps like the making of the host, which is operation 0.
ALTER TABLE host ADD COLUMN operation BIGINT NOT NULL DEFAULT 0; -- the number of the latest
ALTER TABLE host ADD COLUMN change TEXT COLLATE "C";             -- JSON: what is under way; NULL when nothing is
-- What a change under way takes beyond what the host has: it counts as used until the change is over.
ALTER TABLE host ADD COLUMN growing_vcpu BIGINT NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN growing_memory_mib BIGINT NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN growing_disks_gib BIGINT NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN trashed_at BIGINT;
DROP INDEX host_usage;
CREATE INDEX host_usage ON host
  (project_id, status, vcpu, growing_vcpu, memory_mib, growing_memory_mib, disks_gib, growing_disks_gib);
CREATE INDEX host_trash ON host (trashed_at) WHERE status = 'in_trash';

-- Steps stay when their host is gone, with its name, because tickets show them.
ALTER TABLE host_step ADD COLUMN operation BIGINT NOT NULL DEFAULT 0;
ALTER TABLE host_step ADD COLUMN host_name TEXT COLLATE "C";
UPDATE host_step s SET host_name = h.name FROM host h WHERE h.id = s.host_id;
ALTER TABLE host_step ALTER COLUMN host_name SET NOT NULL;
ALTER TABLE host_step ALTER COLUMN operation DROP DEFAULT;
ALTER TABLE host_step DROP CONSTRAINT host_step_host_id_fkey;
ALTER TABLE host_step DROP CONSTRAINT host_step_pkey;
ALTER TABLE host_step ADD PRIMARY KEY (host_id, operation, position);
