-- The Postgres twin of migrations/sqlite/0003_tickets.sql. Texts collate "C", so that keyset order agrees on both.
-- Processes, workflow tickets, their tasks and their history.
CREATE TABLE process (
  id TEXT COLLATE "C" PRIMARY KEY,
  ticket_type TEXT COLLATE "C" NOT NULL UNIQUE CHECK (ticket_type IN ('apply-machine', 'apply-server-changeconfig',
    'apply-server-delete', 'apply-join-project', 'apply-project-quota', 'apply-domain-quota', 'customer-service')),
  enabled BOOLEAN NOT NULL DEFAULT FALSE,
  description TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- Written once, never changed: a ticket keeps the version it was started with.
CREATE TABLE process_version (
  process_id TEXT COLLATE "C" NOT NULL REFERENCES process (id),
  version BIGINT NOT NULL,
  definition TEXT COLLATE "C" NOT NULL, -- JSON
  created_at BIGINT NOT NULL,
  PRIMARY KEY (process_id, version)
);

CREATE SEQUENCE ticket_number;

CREATE TABLE ticket (
  number BIGINT PRIMARY KEY,
  ticket_type TEXT COLLATE "C" NOT NULL,
  process_id TEXT COLLATE "C" NOT NULL,
  process_version BIGINT NOT NULL,
  initiator_id TEXT COLLATE "C" NOT NULL REFERENCES account (id),
  project_id TEXT COLLATE "C" REFERENCES project (id),
  domain_id TEXT COLLATE "C" REFERENCES domain (id),
  resource_name TEXT COLLATE "C" NOT NULL,
  payload TEXT COLLATE "C" NOT NULL, -- JSON, of the type's own shape
  status TEXT COLLATE "C" NOT NULL CHECK (status IN ('incomplete', 'completed', 'canceled')),
  process_result TEXT COLLATE "C" CHECK (process_result IN ('approved', 'rejected')),
  execution_result TEXT COLLATE "C" CHECK (execution_result IN ('in_progress', 'succeeded', 'failed')),
  link BIGINT NOT NULL,
  links BIGINT NOT NULL,
  stage TEXT COLLATE "C" NOT NULL, -- the name of the link that is open or was last
  version BIGINT NOT NULL,
  submitted_at BIGINT NOT NULL,
  closed_at BIGINT,
  -- Whom the open link waits for, so that a change of assignments finds the tickets it touches; NULL when no role is.
  waits_role TEXT COLLATE "C",
  waits_scope TEXT COLLATE "C",
  waits_scope_id TEXT COLLATE "C",
  self_approval BOOLEAN NOT NULL
);
CREATE INDEX ticket_initiator ON ticket (initiator_id, number);
CREATE INDEX ticket_in_flight ON ticket (process_id) WHERE status = 'incomplete';
CREATE INDEX ticket_mine_open ON ticket (initiator_id) WHERE status = 'incomplete';
CREATE INDEX ticket_status ON ticket (status, number);
CREATE INDEX ticket_type_number ON ticket (ticket_type, number);
CREATE INDEX ticket_project ON ticket (project_id, number);
CREATE INDEX ticket_waits ON ticket (waits_role, waits_scope, waits_scope_id) WHERE waits_role IS NOT NULL;

-- Open tasks are rows, so that My Pending and the bell read an index however many tickets there are.
CREATE TABLE task (
  ticket_number BIGINT NOT NULL REFERENCES ticket (number),
  link BIGINT NOT NULL,
  account_id TEXT COLLATE "C" NOT NULL REFERENCES account (id),
  state TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'decided', 'missed', 'withdrawn')),
  opened_at BIGINT NOT NULL,
  ended_at BIGINT,
  PRIMARY KEY (ticket_number, link, account_id)
);
CREATE INDEX task_account ON task (account_id, state, ticket_number);

-- A ticket's history, in the order it happened.
CREATE TABLE ticket_record (
  ticket_number BIGINT NOT NULL REFERENCES ticket (number),
  position BIGINT NOT NULL, -- the ticket's version after this step
  kind TEXT COLLATE "C" NOT NULL,
  stage TEXT COLLATE "C" NOT NULL,
  actor_id TEXT COLLATE "C",             -- NULL: the system itself
  actor_name TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (ticket_number, position)
);
