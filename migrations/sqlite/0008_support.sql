-- Technical support: a ticket like the others, with its thread, and what its type alone knows.

-- Whether it is a support ticket: workflow lists and support lists are read along the same indexes.
ALTER TABLE ticket ADD COLUMN support INTEGER NOT NULL DEFAULT 0 CHECK (support IN (0, 1));
-- Where it stands in My Pending: 1 (Fatal) to 4 (Minor) while it waits for a handler, 8 while it waits for its requester,
-- 9 once it is closed. 0 for workflow tickets. A task carries its ticket's, so that the list is one index read.
ALTER TABLE ticket ADD COLUMN queue INTEGER NOT NULL DEFAULT 0;
ALTER TABLE task ADD COLUMN queue INTEGER NOT NULL DEFAULT 0;

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
  number INTEGER PRIMARY KEY REFERENCES ticket (number),
  level TEXT NOT NULL CHECK (level IN ('minor', 'moderate', 'critical', 'fatal')),
  status TEXT NOT NULL CHECK (status IN ('submitted', 'waiting', 'processing', 'feedback', 'closed')),
  handler_id TEXT REFERENCES account (id), -- who took it last
  waiting_since INTEGER,                        -- since when it waits for its requester; NULL while it doesn't
  posts INTEGER NOT NULL DEFAULT 0,             -- how many entries its thread has, notes included
  resolved INTEGER CHECK (resolved IN (0, 1)),  -- what its requester said at the end
  rating INTEGER CHECK (rating BETWEEN 1 AND 5),
  comment TEXT NOT NULL DEFAULT '',
  follows INTEGER REFERENCES ticket (number)    -- the closed ticket it goes on from
) STRICT;
CREATE INDEX support_status ON support (status, number);
CREATE INDEX support_level ON support (level, number);
CREATE INDEX support_follows ON support (follows) WHERE follows IS NOT NULL;

CREATE TABLE post (
  ticket_number INTEGER NOT NULL REFERENCES ticket (number),
  position INTEGER NOT NULL,                    -- 0 is the problem description
  kind TEXT NOT NULL CHECK (kind IN ('reply', 'note', 'event')),
  author_id TEXT REFERENCES account (id),  -- NULL: the system itself
  author_name TEXT NOT NULL,
  body TEXT NOT NULL,                      -- Markdown; of an event a plain sentence
  at INTEGER NOT NULL,
  PRIMARY KEY (ticket_number, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX post_author ON post (author_id, ticket_number) WHERE kind = 'reply';
