-- The Postgres twin of migrations/sqlite/0021_known_addresses.sql.
-- Where an account has been signed in from: there other people's wrong passwords don't keep its owner out.
CREATE TABLE known_address (
  account_id TEXT COLLATE "C" NOT NULL REFERENCES account (id),
  network TEXT COLLATE "C" NOT NULL,   -- an IPv4 address, or the network of an IPv6 one
  seen_at BIGINT NOT NULL,             -- when its password was typed there last
  PRIMARY KEY (account_id, network)
);
CREATE INDEX known_address_seen ON known_address (seen_at);
