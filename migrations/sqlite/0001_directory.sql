-- Who is who. Times are epoch milliseconds UTC; ids are UUIDv7 texts (words for what is built in).
CREATE TABLE domain (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  description TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE project (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL REFERENCES domain (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  UNIQUE (domain_id, name)
) STRICT;

CREATE TABLE account (
  id TEXT PRIMARY KEY,
  domain_id TEXT NOT NULL REFERENCES domain (id),
  username TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  password_hash TEXT,
  enabled INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX account_domain ON account (domain_id, username);

CREATE TABLE role (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  reach TEXT NOT NULL CHECK (reach IN ('project', 'domain', 'system')),
  built_in INTEGER NOT NULL DEFAULT 0 CHECK (built_in IN (0, 1)),
  description TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE assignment (
  account_id TEXT NOT NULL REFERENCES account (id),
  project_id TEXT NOT NULL REFERENCES project (id),
  role_id TEXT NOT NULL REFERENCES role (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (account_id, project_id, role_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX assignment_role ON assignment (role_id, project_id, account_id);
CREATE INDEX assignment_project ON assignment (project_id, account_id);

-- Only the SHA-256 of a token is kept: who reads the database can't sign in with it.
CREATE TABLE session (
  token_hash TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES account (id),
  view TEXT,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ip TEXT NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);

-- The one-time link with which the first admin sets a password.
CREATE TABLE setup_link (
  token_hash TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;

-- Failed sign-ins, by account and by address, so that several servers limit them together.
CREATE TABLE sign_in_failure (
  bucket TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failure_bucket ON sign_in_failure (bucket, at);
CREATE INDEX sign_in_failure_at ON sign_in_failure (at);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- What a form sent without scripts comes back with after its redirect: the message, the problems, what was typed.
CREATE TABLE flash (
  id TEXT PRIMARY KEY,
  session_hash TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX flash_created ON flash (created_at);
