/**
 * What the journal keeps for the portal's audit chain.
 *
 * - `audit_seals`: heads of the chain as the portal showed them, signed; append-only.
 * - `audit_keys`: public keys of those signatures, so that old seals can be read after a key was lost.
 * - `events` gets numbers of its own, by which the portal follows what operators did here.
 */
export const AUDIT_TABLES = `
  CREATE TABLE audit_keys (
    key_id TEXT PRIMARY KEY,
    spki   BLOB NOT NULL,
    since  INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE audit_seals (
    number    INTEGER PRIMARY KEY,
    kind      TEXT NOT NULL CHECK (kind IN ('seal', 'restart')),
    seq       INTEGER NOT NULL,
    hash      TEXT NOT NULL,
    at        INTEGER NOT NULL,
    by        TEXT NOT NULL,
    reason    TEXT NOT NULL,
    previous  TEXT NOT NULL,
    key_id    TEXT NOT NULL REFERENCES audit_keys (key_id),
    signature BLOB NOT NULL
  ) STRICT;

  ALTER TABLE events RENAME TO events_unnumbered;
  CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    what   TEXT NOT NULL
  ) STRICT;
  INSERT INTO events (at, what) SELECT at, what FROM events_unnumbered ORDER BY rowid;
  DROP TABLE events_unnumbered;
`;
