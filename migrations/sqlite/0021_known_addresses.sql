-- Where an account has been signed in from: there other people's wrong passwords don't keep its owner out.
CREATE TABLE known_address (
  account_id TEXT NOT NULL REFERENCES account (id),
  network TEXT NOT NULL,               -- an IPv4 address, or the network of an IPv6 one
  seen_at INTEGER NOT NULL,            -- when its password was typed there last
  PRIMARY KEY (account_id, network)
) STRICT, WITHOUT ROWID;
CREATE INDEX known_address_seen ON known_address (seen_at);
