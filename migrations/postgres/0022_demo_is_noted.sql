-- The Postgres twin of migrations/sqlite/0022_demo_is_noted.sql.
-- Whether the demo made the accounts is noted from now on, whatever flag a server is started with. Of databases made before,
-- the operation log knows.
INSERT INTO setting (key, value)
  SELECT 'demo', 'on' FROM operation_log
  WHERE resource_type = 'setting' AND resource_id = 'demo' AND operation = 'create' AND result = 'success'
  ORDER BY number LIMIT 1
  ON CONFLICT (key) DO NOTHING;
