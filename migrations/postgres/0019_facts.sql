-- The Postgres twin of migrations/sqlite/0019_facts.sql.
-- Facts that nobody can find out later, written down from now on. No page shows them yet; migration 0020 fills in what can be
-- told of earlier ones.

-- A server of the release before goes on meanwhile. While tables are locked one after the other, one of its transactions
-- may have the next one and wait for one that is locked already. So all seven are locked, each within 100 ms, or let go of
-- again: that is less than the second after which Postgres looks for such a circle and breaks off somebody's change.
DO $$
BEGIN
  LOOP
    BEGIN
      SET LOCAL lock_timeout = '100ms';
      LOCK TABLE account IN SHARE ROW EXCLUSIVE MODE;
      LOCK TABLE assignment, session, ticket, support, ticket_record, operation_log IN ACCESS EXCLUSIVE MODE;
      SET LOCAL lock_timeout = 0;
      EXIT;
    EXCEPTION WHEN lock_not_available THEN
      PERFORM pg_sleep(0.1);
    END;
  END LOOP;
END
$$;

-- At which approval link a step of a ticket was taken, counted from 0, and when that link had opened. NULL for steps
-- outside approval. The link was decided `at` its last step.
ALTER TABLE ticket_record ADD COLUMN link BIGINT;
ALTER TABLE ticket_record ADD COLUMN link_opened_at BIGINT;

-- When somebody who handles the ticket first replied to its requester. NULL while nobody did.
ALTER TABLE support ADD COLUMN first_reply_at BIGINT;

-- Who keeps the assignment: we ourselves, or the directory or sign-in provider that it was taken over from.
ALTER TABLE assignment ADD COLUMN source TEXT COLLATE "C" NOT NULL DEFAULT 'local';

-- Who vouched for the person at sign-in: we ourselves, or a provider by its key. `sid` is the provider's name for its own
-- session, by which it ends ours.
ALTER TABLE session ADD COLUMN provider TEXT COLLATE "C" NOT NULL DEFAULT 'local';
ALTER TABLE session ADD COLUMN sid TEXT COLLATE "C";
CREATE INDEX session_sid ON session (provider, sid) WHERE sid IS NOT NULL;

-- The API token with which the operator acted, as it was. NULL for who was signed in, and for the system itself.
ALTER TABLE operation_log ADD COLUMN token_id TEXT COLLATE "C";
ALTER TABLE operation_log ADD COLUMN token_name TEXT COLLATE "C";

-- Which way the ticket came in, and for whom its initiator made it, if for somebody else.
ALTER TABLE ticket ADD COLUMN via TEXT COLLATE "C" NOT NULL DEFAULT 'web';
ALTER TABLE ticket ADD COLUMN on_behalf_of TEXT COLLATE "C" REFERENCES account (id);
