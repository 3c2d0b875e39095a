-- Facts that nobody can find out later, written down from now on. No page shows them yet; migration 0020 fills in what can be
-- told of earlier ones.

-- At which approval link a step of a ticket was taken, counted from 0, and when that link had opened. NULL for steps
-- outside approval. The link was decided `at` its last step.
ALTER TABLE ticket_record ADD COLUMN link INTEGER;
ALTER TABLE ticket_record ADD COLUMN link_opened_at INTEGER;

-- When somebody who handles the ticket first replied to its requester. NULL while nobody did.
ALTER TABLE support ADD COLUMN first_reply_at INTEGER;

-- Who keeps the assignment: we ourselves, or the directory or sign-in provider that it was taken over from.
ALTER TABLE assignment ADD COLUMN source TEXT NOT NULL DEFAULT 'local';

-- Who vouched for the person at sign-in: we ourselves, or a provider by its key. `sid` is the provider's name for its own
-- session, by which it ends ours.
ALTER TABLE session ADD COLUMN provider TEXT NOT NULL DEFAULT 'local';
ALTER TABLE session ADD COLUMN sid TEXT;
CREATE INDEX session_sid ON session (provider, sid) WHERE sid IS NOT NULL;

-- The API token with which the operator acted, as it was. NULL for who was signed in, and for the system itself.
ALTER TABLE operation_log ADD COLUMN token_id TEXT;
ALTER TABLE operation_log ADD COLUMN token_name TEXT;

-- Which way the ticket came in, and for whom its initiator made it, if for somebody else.
ALTER TABLE ticket ADD COLUMN via TEXT NOT NULL DEFAULT 'web';
ALTER TABLE ticket ADD COLUMN on_behalf_of TEXT REFERENCES account (id);
