-- What tickets act on: the catalogue, hosts, quota; and the embedded inventory, the cloud of a first run.
CREATE TABLE specification (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  vcpu INTEGER NOT NULL,
  memory_mib INTEGER NOT NULL,
  position INTEGER NOT NULL
) STRICT;

CREATE TABLE image (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  position INTEGER NOT NULL
) STRICT;

CREATE TABLE host (
  id TEXT PRIMARY KEY,
  project_id TEXT NOT NULL REFERENCES project (id),
  -- The ticket that made it, if one did.
  ticket_number INTEGER,
  name TEXT NOT NULL,
  specification_name TEXT NOT NULL,
  vcpu INTEGER NOT NULL,
  memory_mib INTEGER NOT NULL,
  image_name TEXT NOT NULL,
  system_disk_gib INTEGER NOT NULL,
  data_disks_gib TEXT NOT NULL, -- JSON array of whole GiB
  disks_gib INTEGER NOT NULL,   -- system and data disks together
  status TEXT NOT NULL CHECK (status IN
    ('deploying', 'running', 'stopped', 'changing_configuration', 'deleting', 'deploy_failed', 'in_trash')),
  delete_locked INTEGER NOT NULL DEFAULT 0 CHECK (delete_locked IN (0, 1)),
  description TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX host_project ON host (project_id, id);
-- Quota sums read only this.
CREATE INDEX host_usage ON host (project_id, status, vcpu, memory_mib, disks_gib);
CREATE INDEX host_ticket ON host (ticket_number) WHERE ticket_number IS NOT NULL;

-- Only limited keys have a row; no row means unlimited.
CREATE TABLE quota_limit (
  scope TEXT NOT NULL CHECK (scope IN ('project', 'domain')),
  scope_id TEXT NOT NULL,
  key TEXT NOT NULL,
  value INTEGER NOT NULL CHECK (value >= 0),
  PRIMARY KEY (scope, scope_id, key)
) STRICT, WITHOUT ROWID;

-- What incomplete tickets have asked for and doesn't exist yet.
CREATE TABLE quota_hold (
  ticket_number INTEGER NOT NULL,
  key TEXT NOT NULL,
  amount INTEGER NOT NULL,
  project_id TEXT NOT NULL,
  domain_id TEXT NOT NULL,
  PRIMARY KEY (ticket_number, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX quota_hold_project ON quota_hold (project_id, key, amount);
CREATE INDEX quota_hold_domain ON quota_hold (domain_id, key, amount);

-- One step of making a host: "start or find", then "poll" until the cloud says done or failed.
CREATE TABLE host_step (
  host_id TEXT NOT NULL REFERENCES host (id),
  position INTEGER NOT NULL,
  ticket_number INTEGER,
  step TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  attempt INTEGER NOT NULL DEFAULT 1,
  error TEXT,
  started_at INTEGER,
  ended_at INTEGER,
  PRIMARY KEY (host_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX host_step_ticket ON host_step (ticket_number) WHERE ticket_number IS NOT NULL;

-- The embedded inventory. `tag` is the caller's name for the machine, `request` the idempotency key of a call.
CREATE TABLE inventory_machine (
  tag TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  vcpu INTEGER NOT NULL,
  memory_mib INTEGER NOT NULL,
  disks_gib INTEGER NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE inventory_request (
  request TEXT PRIMARY KEY,
  tag TEXT NOT NULL,
  action TEXT NOT NULL,
  ready_at INTEGER NOT NULL,
  failure TEXT
) STRICT;
CREATE INDEX inventory_request_tag ON inventory_request (tag);
