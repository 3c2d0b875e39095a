-- The Postgres twin of migrations/sqlite/0001_directory.sql. Texts collate "C", so that keyset order agrees on both.
-- Who is who. Times are epoch milliseconds UTC; ids are UUIDv7 texts (words for what is built in).
CREATE TABLE domain (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  description TEXT COLLATE "C" NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);

CREATE TABLE project (
  id TEXT COLLATE "C" PRIMARY KEY,
  domain_id TEXT COLLATE "C" NOT NULL REFERENCES domain (id),
  name TEXT COLLATE "C" NOT NULL,
  description TEXT COLLATE "C" NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  UNIQUE (domain_id, name)
);

CREATE TABLE account (
  id TEXT COLLATE "C" PRIMARY KEY,
  domain_id TEXT COLLATE "C" NOT NULL REFERENCES domain (id),
  username TEXT COLLATE "C" NOT NULL UNIQUE,
  display_name TEXT COLLATE "C" NOT NULL,
  password_hash TEXT COLLATE "C",
  enabled BOOLEAN NOT NULL DEFAULT TRUE,
  created_at BIGINT NOT NULL
);
CREATE INDEX account_domain ON account (domain_id, username);

CREATE TABLE role (
  id TEXT COLLATE "C" PRIMARY KEY,
  name TEXT COLLATE "C" NOT NULL UNIQUE,
  reach TEXT COLLATE "C" NOT NULL CHECK (reach IN ('project', 'domain', 'system')),
  built_in BOOLEAN NOT NULL DEFAULT FALSE,
  description TEXT COLLATE "C" NOT NULL DEFAULT ''
);

CREATE TABLE assignment (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES account (id),
  project_id TEXT COLLATE "C" NOT NULL REFERENCES project (id),
  role_id TEXT COLLATE "C" NOT NULL REFERENCES role (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, project_id, role_id)
);
CREATE INDEX assignment_role ON assignment (role_id, project_id, account_id);
CREATE INDEX assignment_project ON assignment (project_id, account_id);

-- Only the SHA-256 of a token is kept: who reads the database can't sign in with it.
CREATE TABLE session (
  token_hash TEXT COLLATE "C" PRIMARY KEY,
  account_id TEXT COLLATE "C" NOT NULL REFERENCES account (id),
  view TEXT COLLATE "C",
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ip TEXT COLLATE "C" NOT NULL
);
CREATE INDEX session_account ON session (account_id);
CREATE INDEX session_expiry ON session (expires_at);

-- The one-time link with which the first admin sets a password.
CREATE TABLE setup_link (
  token_hash TEXT COLLATE "C" PRIMARY KEY,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

-- Failed sign-ins, by account and by address, so that several servers limit them together.
CREATE TABLE sign_in_failure (
  bucket TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX sign_in_failure_bucket ON sign_in_failure (bucket, at);
CREATE INDEX sign_in_failure_at ON sign_in_failure (at);

CREATE TABLE setting (
  key TEXT COLLATE "C" PRIMARY KEY,
  value TEXT COLLATE "C" NOT NULL
);

-- What a form sent without scripts comes back with after its redirect: the message, the problems, what was typed.
CREATE TABLE flash (
  id TEXT COLLATE "C" PRIMARY KEY,
  session_hash TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX flash_created ON flash (created_at);
