-- The Postgres twin of migrations/sqlite/0020_facts_of_before.sql.
-- What can be told of the facts of 0019 for what was there before. A migration of its own, so that on Postgres no table
-- is locked while many rows are filled.

-- Each Pass before this step ended a link; the last of them, or else the submission, opened the one it was taken at.
UPDATE ticket_record AS r SET
  link = (SELECT COUNT(*) FROM ticket_record b
    WHERE b.ticket_number = r.ticket_number AND b.position < r.position AND b.kind = 'pass'),
  link_opened_at = (SELECT b.at FROM ticket_record b
    WHERE b.ticket_number = r.ticket_number AND b.position < r.position AND b.kind IN ('submit', 'pass')
    ORDER BY b.position DESC LIMIT 1)
WHERE r.kind IN ('pass', 'reject', 'undo') AND r.link IS NULL;

UPDATE support AS s SET first_reply_at = (
  SELECT MIN(p.at) FROM post p JOIN ticket t ON t.number = p.ticket_number
  WHERE p.ticket_number = s.number AND p.position > 0 AND p.kind = 'reply'
    AND (p.author_id IS NULL OR p.author_id <> t.initiator_id))
WHERE s.first_reply_at IS NULL AND s.posts > 1;
