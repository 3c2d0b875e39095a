-- The Postgres twin of migrations/sqlite/0004_oplog_and_jobs.sql. Texts collate "C", so that keyset order agrees on both.
-- The operation log. `number` is never used twice; `details` is kept as the text that was written, so that the record's
-- content is the same bytes for whoever seals or checks it later.
CREATE TABLE operation_log (
  number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at BIGINT NOT NULL,
  operator_id TEXT COLLATE "C",
  operator_name TEXT COLLATE "C" NOT NULL,
  view TEXT COLLATE "C" NOT NULL,
  resource_type TEXT COLLATE "C" NOT NULL,
  resource_id TEXT COLLATE "C" NOT NULL,
  resource_name TEXT COLLATE "C" NOT NULL,
  project_id TEXT COLLATE "C",
  project_name TEXT COLLATE "C",
  domain_id TEXT COLLATE "C",
  domain_name TEXT COLLATE "C",
  operation TEXT COLLATE "C" NOT NULL,
  result TEXT COLLATE "C" NOT NULL CHECK (result IN ('success', 'failed')),
  reason TEXT COLLATE "C",
  ip TEXT COLLATE "C" NOT NULL,
  details TEXT COLLATE "C" NOT NULL
);
CREATE INDEX operation_log_resource ON operation_log (resource_type, resource_id, number);
CREATE INDEX operation_log_domain ON operation_log (domain_id, number);

-- What runs after commit; see server/jobs.
CREATE TABLE job (
  id TEXT COLLATE "C" PRIMARY KEY,              -- monotonic, taken inside the causing transaction: order follows it
  kind TEXT COLLATE "C" NOT NULL,
  payload TEXT COLLATE "C" NOT NULL,
  state BIGINT NOT NULL DEFAULT 0, -- 0 ready, 1 running, 2 done, 3 dead, 4 cancelled
  priority BIGINT NOT NULL DEFAULT 0,
  run_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  max_attempts BIGINT NOT NULL,
  okey TEXT COLLATE "C",                        -- jobs of one okey run strictly in order
  idem TEXT COLLATE "C" UNIQUE,                 -- refuses a second one
  lease BIGINT,
  token TEXT COLLATE "C",
  last_error TEXT COLLATE "C",
  done_at BIGINT
);
CREATE INDEX job_ready ON job (priority DESC, run_at, id) WHERE state = 0;
CREATE INDEX job_lease ON job (lease) WHERE state = 1;
CREATE INDEX job_okey ON job (okey, id) WHERE okey IS NOT NULL AND state < 2;
CREATE INDEX job_done ON job (done_at) WHERE state = 2;
