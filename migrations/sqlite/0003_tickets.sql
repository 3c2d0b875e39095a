-- Processes, workflow tickets, their tasks and their history.
CREATE TABLE process (
  id TEXT PRIMARY KEY,
  ticket_type TEXT NOT NULL UNIQUE CHECK (ticket_type IN ('apply-machine', 'apply-server-changeconfig',
    'apply-server-delete', 'apply-join-project', 'apply-project-quota', 'apply-domain-quota', 'customer-service')),
  enabled INTEGER NOT NULL DEFAULT 0 CHECK (enabled IN (0, 1)),
  description TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;

-- Written once, never changed: a ticket keeps the version it was started with.
CREATE TABLE process_version (
  process_id TEXT NOT NULL REFERENCES process (id),
  version INTEGER NOT NULL,
  definition TEXT NOT NULL, -- JSON
  created_at INTEGER NOT NULL,
  PRIMARY KEY (process_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE sequence (
  name TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO sequence (name, value) VALUES ('ticket', 0);

CREATE TABLE ticket (
  number INTEGER PRIMARY KEY,
  ticket_type TEXT NOT NULL,
  process_id TEXT NOT NULL,
  process_version INTEGER NOT NULL,
  initiator_id TEXT NOT NULL REFERENCES account (id),
  project_id TEXT REFERENCES project (id),
  domain_id TEXT REFERENCES domain (id),
  resource_name TEXT NOT NULL,
  payload TEXT NOT NULL, -- JSON, of the type's own shape
  status TEXT NOT NULL CHECK (status IN ('incomplete', 'completed', 'canceled')),
  process_result TEXT CHECK (process_result IN ('approved', 'rejected')),
  execution_result TEXT CHECK (execution_result IN ('in_progress', 'succeeded', 'failed')),
  link INTEGER NOT NULL,
  links INTEGER NOT NULL,
  stage TEXT NOT NULL, -- the name of the link that is open or was last
  version INTEGER NOT NULL,
  submitted_at INTEGER NOT NULL,
  closed_at INTEGER,
  -- Whom the open link waits for, so that a change of assignments finds the tickets it touches; NULL when no role is.
  waits_role TEXT,
  waits_scope TEXT,
  waits_scope_id TEXT,
  self_approval INTEGER NOT NULL CHECK (self_approval IN (0, 1))
) STRICT;
CREATE INDEX ticket_initiator ON ticket (initiator_id, number);
CREATE INDEX ticket_in_flight ON ticket (process_id) WHERE status = 'incomplete';
CREATE INDEX ticket_mine_open ON ticket (initiator_id) WHERE status = 'incomplete';
CREATE INDEX ticket_status ON ticket (status, number);
CREATE INDEX ticket_type_number ON ticket (ticket_type, number);
CREATE INDEX ticket_project ON ticket (project_id, number);
CREATE INDEX ticket_waits ON ticket (waits_role, waits_scope, waits_scope_id) WHERE waits_role IS NOT NULL;

-- Open tasks are rows, so that My Pending and the bell read an index however many tickets there are.
CREATE TABLE task (
  ticket_number INTEGER NOT NULL REFERENCES ticket (number),
  link INTEGER NOT NULL,
  account_id TEXT NOT NULL REFERENCES account (id),
  state TEXT NOT NULL CHECK (state IN ('open', 'decided', 'missed', 'withdrawn')),
  opened_at INTEGER NOT NULL,
  ended_at INTEGER,
  PRIMARY KEY (ticket_number, link, account_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_account ON task (account_id, state, ticket_number);

-- A ticket's history, in the order it happened.
CREATE TABLE ticket_record (
  ticket_number INTEGER NOT NULL REFERENCES ticket (number),
  position INTEGER NOT NULL, -- the ticket's version after this step
  kind TEXT NOT NULL,
  stage TEXT NOT NULL,
  actor_id TEXT,             -- NULL: the system itself
  actor_name TEXT NOT NULL,
  note TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (ticket_number, position)
) STRICT, WITHOUT ROWID;
