-- The operation log. `number` is never used twice; `details` is kept as the text that was written, so that the record's
-- content is the same bytes for whoever seals or checks it later.
CREATE TABLE operation_log (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  operator_id TEXT,
  operator_name TEXT NOT NULL,
  view TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  resource_name TEXT NOT NULL,
  project_id TEXT,
  project_name TEXT,
  domain_id TEXT,
  domain_name TEXT,
  operation TEXT NOT NULL,
  result TEXT NOT NULL CHECK (result IN ('success', 'failed')),
  reason TEXT,
  ip TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;
CREATE INDEX operation_log_resource ON operation_log (resource_type, resource_id, number);
CREATE INDEX operation_log_domain ON operation_log (domain_id, number);

-- What runs after commit; see server/jobs.
CREATE TABLE job (
  id TEXT PRIMARY KEY,              -- monotonic, taken inside the causing transaction: order follows it
  kind TEXT NOT NULL,
  payload TEXT NOT NULL,
  state INTEGER NOT NULL DEFAULT 0, -- 0 ready, 1 running, 2 done, 3 dead, 4 cancelled
  priority INTEGER NOT NULL DEFAULT 0,
  run_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  okey TEXT,                        -- jobs of one okey run strictly in order
  idem TEXT UNIQUE,                 -- refuses a second one
  lease INTEGER,
  token TEXT,
  last_error TEXT,
  done_at INTEGER
) STRICT;
CREATE INDEX job_ready ON job (priority DESC, run_at, id) WHERE state = 0;
CREATE INDEX job_lease ON job (lease) WHERE state = 1;
CREATE INDEX job_okey ON job (okey, id) WHERE okey IS NOT NULL AND state < 2;
CREATE INDEX job_done ON job (done_at) WHERE state = 2;
