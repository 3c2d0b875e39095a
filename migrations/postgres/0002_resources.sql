-- The Postgres twin of migrations/sqlite/0002_resources.sql. Texts collate "C", so that keyset order agrees on both.
-- What tickets act on: the catalogue, hosts, quota; and the embedded inventory, the cloud of a first run.
CREATE TABLE specification (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  vcpu BIGINT NOT NULL,
  memory_mib BIGINT NOT NULL,
  position BIGINT NOT NULL
);

CREATE TABLE image (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  position BIGINT NOT NULL
);

CREATE TABLE host (
  id TEXT COLLATE "C" PRIMARY KEY,
  project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
  -- The ticket that made it, if one did.
  ticket_number BIGINT,
  name TEXT COLLATE "C" NOT NULL,
  specification_name TEXT COLLATE "C" NOT NULL,
  vcpu BIGINT NOT NULL,
  memory_mib BIGINT NOT NULL,
  image_name TEXT COLLATE "C" NOT NULL,
  system_disk_gib BIGINT NOT NULL,
  data_disks_gib TEXT COLLATE "C" NOT NULL, -- JSON array of whole GiB
  disks_gib BIGINT NOT NULL,   -- system and data disks together
  status TEXT COLLATE "C" NOT NULL CHECK (status IN
    ('deploying', 'running', 'stopped', 'changing_configuration', 'deleting', 'deploy_failed', 'in_trash')),
  delete_locked BOOLEAN NOT NULL DEFAULT FALSE,
  description TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX host_project ON host (project_id, id);
-- Quota sums read only this.
CREATE INDEX host_usage ON host (project_id, status, vcpu, memory_mib, disks_gib);
CREATE INDEX host_ticket ON host (ticket_number) WHERE ticket_number IS NOT NULL;

-- Only limited keys have a row; no row means unlimited.
CREATE TABLE quota_limit (
  scope TEXT COLLATE "C" NOT NULL CHECK (scope IN ('project', 'domain')),
  scope_id TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  value BIGINT NOT NULL CHECK (value >= 0),
  PRIMARY KEY (scope, scope_id, key)
);

-- What incomplete tickets have asked for and doesn't exist yet.
CREATE TABLE quota_hold (
  ticket_number BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  amount BIGINT NOT NULL,
  project_id TEXT COLLATE "C" NOT NULL,
  domain_id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (ticket_number, key)
);
CREATE INDEX quota_hold_project ON quota_hold (project_id, key, amount);
CREATE INDEX quota_hold_domain ON quota_hold (domain_id, key, amount);

-- One step of making a host: "start or find", then "poll" until the cloud says done or failed.
CREATE TABLE host_step (
  host_id TEXT COLLATE "C" NOT NULL REFERENCES host (id),
  position BIGINT NOT NULL,
  ticket_number BIGINT,
  step TEXT COLLATE "C" NOT NULL,
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  attempt BIGINT NOT NULL DEFAULT 1,
  error TEXT COLLATE "C",
  started_at BIGINT,
  ended_at BIGINT,
  PRIMARY KEY (host_id, position)
);
CREATE INDEX host_step_ticket ON host_step (ticket_number) WHERE ticket_number IS NOT NULL;

-- The embedded inventory. `tag` is the caller's name for the machine, `request` the idempotency key of a call.
CREATE TABLE inventory_machine (
  tag TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL,
  vcpu BIGINT NOT NULL,
  memory_mib BIGINT NOT NULL,
  disks_gib BIGINT NOT NULL,
  state TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE TABLE inventory_request (
  request TEXT COLLATE "C" PRIMARY KEY,
  tag TEXT COLLATE "C" NOT NULL,
  action TEXT COLLATE "C" NOT NULL,
  ready_at BIGINT NOT NULL,
  failure TEXT COLLATE "C"
);
CREATE INDEX inventory_request_tag ON inventory_request (tag);
