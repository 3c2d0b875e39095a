-- What is done to hosts that exist: adjusting, deleting, restoring, clearing, starting and stopping, each an operation of
-- steps like the making of the host, which is operation 0.
ALTER TABLE host ADD COLUMN operation INTEGER NOT NULL DEFAULT 0; -- the number of the latest
ALTER TABLE host ADD COLUMN change TEXT;                          -- JSON: what is under way; NULL when nothing is
-- What a change under way takes beyond what the host has: it counts as used until the change is over.
ALTER TABLE host ADD COLUMN growing_vcpu INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN growing_memory_mib INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN growing_disks_gib INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN trashed_at INTEGER;
DROP INDEX host_usage;
CREATE INDEX host_usage ON host
  (project_id, status, vcpu, growing_vcpu, memory_mib, growing_memory_mib, disks_gib, growing_disks_gib);
CREATE INDEX host_trash ON host (trashed_at) WHERE status = 'in_trash';

-- Steps stay when their host is gone, with its name, because tickets show them.
CREATE TABLE host_step_new (
  host_id TEXT NOT NULL,
  operation INTEGER NOT NULL,
  position INTEGER NOT NULL,
  host_name TEXT NOT NULL,
  ticket_number INTEGER,
  step TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  attempt INTEGER NOT NULL DEFAULT 1,
  error TEXT,
  started_at INTEGER,
  ended_at INTEGER,
  PRIMARY KEY (host_id, operation, position)
) STRICT, WITHOUT ROWID;
INSERT INTO host_step_new
  SELECT s.host_id, 0, s.position, h.name, s.ticket_number, s.step, s.state, s.attempt, s.error, s.started_at, s.ended_at
  FROM host_step s JOIN host h ON h.id = s.host_id;
DROP TABLE host_step;
ALTER TABLE host_step_new RENAME TO host_step;
CREATE INDEX host_step_ticket ON host_step (ticket_number) WHERE ticket_number IS NOT NULL;
