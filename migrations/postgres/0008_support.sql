-- The Postgres twin of migrations/sqlite/0008_support.sql.
-- Technical support: a ticket like the others, with its thread, and what its type alone knows.

-- Whether it is a support ticket: workflow lists and support lists are read along the same indexes.
ALTER TABLE ticket ADD COLUMN support BIGINT NOT NULL DEFAULT 0 CHECK (support IN (0, 1));
-- Where it stands in My Pending: 1 (Fatal) to 4 (Minor) while it waits for a handler, 8 while it waits for its requester,
-- 9 once it is closed. 0 for workflow tickets. A task carries its ticket's, so that the list is one index read.
ALTER TABLE ticket ADD COLUMN queue BIGINT NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN queue BIGINT NOT NULL DEFAULT 0;

DROP INDEX task_account;
CREATE INDEX task_account ON task (account_id, state, queue, ticket_number);
DROP INDEX ticket_initiator;
CREATE INDEX ticket_initiator ON ticket (initiator_id, support, number);
DROP INDEX ticket_mine_open;
CREATE INDEX ticket_mine_open ON ticket (initiator_id, support) WHERE status = 'incomplete';
DROP INDEX ticket_status;
CREATE INDEX ticket_status ON ticket (support, status, number);
CREATE INDEX ticket_support ON ticket (support, number);
CREATE INDEX ticket_support_domain ON ticket (domain_id, number) WHERE support = 1;

CREATE TABLE support (
  number BIGINT PRIMARY KEY REFERENCES ticket (number),
  level TEXT COLLATE "C" NOT NULL CHECK (level IN ('minor', 'moderate', 'critical', 'fatal')),
  status TEXT COLLATE "C" NOT NULL CHECK (status IN ('submitted', 'waiting', 'processing', 'feedback', 'closed')),
  handler_id TEXT COLLATE "C" REFERENCES account (id), -- who took it last
  waiting_since BIGINT,                        -- since when it waits for its requester; NULL while it doesn't
  posts BIGINT NOT NULL DEFAULT 0,             -- how many entries its thread has, notes included
  resolved BIGINT CHECK (resolved IN (0, 1)),  -- what its requester said at the end
  rating BIGINT CHECK (rating BETWEEN 1 AND 5),
  comment TEXT COLLATE "C" NOT NULL DEFAULT '',
  follows BIGINT REFERENCES ticket (number)    -- the closed ticket it goes on from
);
CREATE INDEX support_status ON support (status, number);
CREATE INDEX support_level ON support (level, number);
CREATE INDEX support_follows ON support (follows) WHERE follows IS NOT NULL;

CREATE TABLE post (
  ticket_number BIGINT NOT NULL REFERENCES ticket (number),
  position BIGINT NOT NULL,                    -- 0 is the problem description
  kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('reply', 'note', 'event')),
  author_id TEXT COLLATE "C" REFERENCES account (id),  -- NULL: the system itself
  author_name TEXT COLLATE "C" NOT NULL,
  body TEXT COLLATE "C" NOT NULL,                      -- Markdown; of an event a plain sentence
  at BIGINT NOT NULL,
  PRIMARY KEY (ticket_number, position)
);
CREATE INDEX post_author ON post (author_id, ticket_number) WHERE kind = 'reply';
