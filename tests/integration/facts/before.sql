-- What a server of the release before left behind, in statements that both databases take.
INSERT INTO domain (id, name, created_at) VALUES ('default', 'Default', 0);
INSERT INTO project (id, domain_id, name, created_at) VALUES ('web', 'default', 'web', 0);
INSERT INTO account (id, domain_id, username, display_name, created_at) VALUES
  ('asker', 'default', 'asker', 'Asker', 0), ('boss', 'default', 'boss', 'Boss', 0), ('desk', 'default', 'desk', 'Desk', 0);
INSERT INTO role (id, name, reach) VALUES ('member', 'member', 'project');
INSERT INTO assignment (account_id, project_id, role_id, created_at) VALUES ('asker', 'web', 'member', 0);
INSERT INTO session (token_hash, account_id, created_at, seen_at, expires_at, ip) VALUES ('hash', 'asker', 0, 0, 9000, '');

-- 1 was carried out, 2 amended and rejected, 3 undone at its second link, and nobody has decided 4.
INSERT INTO ticket (number, ticket_type, process_id, process_version, initiator_id, project_id, domain_id, resource_name,
  payload, status, process_result, execution_result, link, links, stage, version, submitted_at, self_approval) VALUES
  (1, 'apply-machine', 'p', 1, 'asker', 'web', 'default', 'a', '{}', 'completed', 'approved', 'succeeded', 1, 2, 'B', 4, 10, FALSE),
  (2, 'apply-machine', 'p', 1, 'asker', 'web', 'default', 'b', '{}', 'completed', 'rejected', NULL, 0, 2, 'A', 3, 20, FALSE),
  (3, 'apply-machine', 'p', 1, 'asker', 'web', 'default', 'c', '{}', 'canceled', NULL, NULL, 1, 2, 'B', 3, 30, FALSE),
  (4, 'apply-machine', 'p', 1, 'asker', 'web', 'default', 'd', '{}', 'incomplete', NULL, NULL, 0, 2, 'A', 1, 40, FALSE);
INSERT INTO ticket_record (ticket_number, position, kind, stage, actor_id, actor_name, note, at) VALUES
  (1, 1, 'submit', 'Submit', 'asker', 'Asker', '', 10), (1, 2, 'pass', 'A', 'boss', 'Boss', '', 11),
  (1, 3, 'pass', 'B', 'boss', 'Boss', '', 15), (1, 4, 'succeed', 'Execution', NULL, 'Countersign', '', 18),
  (2, 1, 'submit', 'Submit', 'asker', 'Asker', '', 20), (2, 2, 'amend', 'Submit', 'asker', 'Asker', '', 22),
  (2, 3, 'reject', 'A', 'boss', 'Boss', '', 25),
  (3, 1, 'submit', 'Submit', 'asker', 'Asker', '', 30), (3, 2, 'pass', 'A', 'boss', 'Boss', '', 31),
  (3, 3, 'undo', 'B', 'asker', 'Asker', '', 36),
  (4, 1, 'submit', 'Submit', 'asker', 'Asker', '', 40);

-- 5 was answered after a note, 6 only by its requester, and 7 by somebody in another system.
INSERT INTO ticket (number, ticket_type, process_id, process_version, initiator_id, project_id, domain_id, resource_name,
  payload, status, link, links, stage, version, submitted_at, self_approval, support) VALUES
  (5, 'customer-service', 's', 1, 'asker', 'web', 'default', 'e', '{}', 'incomplete', 0, 1, 'S', 1, 50, FALSE, 1),
  (6, 'customer-service', 's', 1, 'asker', 'web', 'default', 'f', '{}', 'incomplete', 0, 1, 'S', 1, 60, FALSE, 1),
  (7, 'customer-service', 's', 1, 'asker', 'web', 'default', 'g', '{}', 'incomplete', 0, 1, 'S', 1, 70, FALSE, 1);
INSERT INTO support (number, level, status, posts) VALUES
  (5, 'minor', 'feedback', 6), (6, 'minor', 'submitted', 2), (7, 'minor', 'feedback', 2);
INSERT INTO post (ticket_number, position, kind, author_id, author_name, body, at) VALUES
  (5, 0, 'reply', 'asker', 'Asker', 'Help', 50), (5, 1, 'event', NULL, 'Countersign', 'Desk took this ticket.', 51),
  (5, 2, 'note', 'desk', 'Desk', 'Hm', 52), (5, 3, 'reply', 'asker', 'Asker', 'Hello?', 53),
  (5, 4, 'reply', 'desk', 'Desk', 'So', 54), (5, 5, 'reply', 'desk', 'Desk', 'Or so', 55),
  (6, 0, 'reply', 'asker', 'Asker', 'Help', 60), (6, 1, 'reply', 'asker', 'Asker', 'Hello?', 61),
  (7, 0, 'reply', 'asker', 'Asker', 'Help', 70), (7, 1, 'reply', NULL, 'Agent', 'So', 77);

-- Sealed: the hashes were computed apart from this program.
INSERT INTO operation_log (at, operator_id, operator_name, view, resource_type, resource_id, resource_name, project_id,
  project_name, domain_id, domain_name, operation, result, reason, ip, details) VALUES
  (1000, 'asker', 'asker', 'Project View: web', 'ticket', '1', 'Host Application #1', 'web', 'web', 'default', 'Default', 'submit', 'success', NULL, '192.0.2.1', '{"after":{"name":"web-1"}}'),
  (2000, 'boss', 'boss', 'Project View: web', 'ticket', '1', 'Host Application #1', 'web', 'web', 'default', 'Default', 'pass', 'success', NULL, '192.0.2.2', 'null'),
  (3000, NULL, 'Countersign', '', 'ticket', '3', 'Nobody''s', NULL, NULL, NULL, NULL, 'execute', 'failed', 'No room.', '', 'null');
INSERT INTO operation_log_seal (number, kind, first_record, last_record, records, latest_at, content, previous, hash, keyed,
  sealed_at, entries) VALUES
  (1, 'records', 1, 3, 3, 3000, 'eJnCxC-1kHDFbPBRm4cj_7HVC0Pq0Y2F8ypDa690Cic', 'beginning',
   'fRa8pekffzIjI7mHq9-tMslYk-YaOzeWbSbl9ML5xpI', FALSE, 4000, '1 ngBsUkeva7RmcalxqGhJ9ixN4S9xS9mk5FpvBYXgbt8
2 nNFwp78rxT4mj3t02K1P6LVqKxkZm-8OUIeazv3CUmk
3 ZOU2yIMR-eI7doTi_QiLcwnaSKkd5eB3Fkt7LvTQREk
');
