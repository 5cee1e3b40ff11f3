import type Database from 'better-sqlite3';

import { HubgateError } from '../errors';
import { EVENT_TABLES, EVENT_TOMBSTONES } from './journal-events';
import { PASSKEY_TABLES } from './journal-passkeys';
import { AUDIT_TABLES } from './journal-audit-tables';
import { toVersion2 } from './journal-version-2';
import { VERSION_3 } from './journal-version-3';

/** `PRAGMA user_version` of a journal. Each step of MIGRATIONS raises it by one. */
const MIGRATIONS: readonly (string | ((db: Database.Database) => void))[] = [
  `
  -- What the portal ordered, as far as it was accepted for signing.
  CREATE TABLE orders (
    order_id       TEXT PRIMARY KEY,
    content_sha256 TEXT NOT NULL,
    content        TEXT NOT NULL,
    received_at    INTEGER NOT NULL
  ) STRICT;

  -- Who approved it, by whose word. Kept for ever: this is the evidence.
  CREATE TABLE approvals (
    order_id    TEXT NOT NULL REFERENCES orders (order_id),
    approver    TEXT NOT NULL,
    name        TEXT NOT NULL,
    method      TEXT NOT NULL,
    approved_at TEXT NOT NULL,
    expires_at  TEXT NOT NULL,
    digest      TEXT NOT NULL,
    evidence    TEXT,
    PRIMARY KEY (order_id, approver, digest, approved_at)
  ) STRICT;

  -- Written durably before a signature is made: after any crash it is known what may have been signed.
  CREATE TABLE intents (
    serial     TEXT PRIMARY KEY,
    order_id   TEXT,
    tbs_sha256 TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('open', 'committed', 'abandoned')),
    created_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX intents_by_order ON intents (order_id);
  CREATE INDEX intents_by_time ON intents (created_at);

  -- order_id is null for what the ceremony made.
  CREATE TABLE certificates (
    serial      TEXT PRIMARY KEY REFERENCES intents (serial),
    order_id    TEXT UNIQUE REFERENCES orders (order_id),
    der         BLOB NOT NULL,
    not_after   INTEGER NOT NULL,
    issued_at   INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE revocations (
    serial     TEXT PRIMARY KEY REFERENCES certificates (serial),
    reason     TEXT NOT NULL,
    by         TEXT NOT NULL,
    revoked_at INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE crls (
    number      INTEGER PRIMARY KEY,
    der         BLOB NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    revoked     INTEGER NOT NULL
  ) STRICT;

  -- Unlocking, locking, and what else an operator did.
  CREATE TABLE events (
    at   INTEGER NOT NULL,
    what TEXT NOT NULL
  ) STRICT;

  -- The time of the last entry of any kind: the clock must never be behind it.
  CREATE TABLE clock (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    last_at INTEGER NOT NULL
  ) STRICT;
  INSERT INTO clock VALUES (1, 0);
  `,
  toVersion2,
  VERSION_3,
  PASSKEY_TABLES,
  AUDIT_TABLES,
  `
  -- Which order renewed a certificate on the word of its own key: one may.
  CREATE INDEX approvals_renewal ON approvals (json_extract(evidence, '$.serial')) WHERE method = 'renewal';
  `,
  EVENT_TABLES,
  EVENT_TOMBSTONES,
];

/** Tells a journal from any other SQLite file ("HGJ1"). */
const APPLICATION_ID = 0x48474a31;

/**
 * Brings a journal to this version's schema, in one transaction.
 *
 * @throws {HubgateError} `database.newer` when a later version of Hubgate wrote it, `ca.file` when the
 *   file is another kind of database
 */
export function migrateJournal(db: Database.Database, file: string): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  const application = Number(db.pragma('application_id', { simple: true }));
  const fresh = version === 0 && db.prepare('SELECT 1 FROM sqlite_master').get() === undefined;
  if (!fresh && application !== APPLICATION_ID) {
    throw new HubgateError('ca.file', `${file} is not a signer's journal.`, { params: { file } });
  }
  if (version > MIGRATIONS.length) {
    throw new HubgateError(
      'database.newer',
      `The signer's journal ${file} was written by a newer Hubgate (schema ${version}, known here: ` +
        `${MIGRATIONS.length}). Install that version again, or restore the journal from a backup made before.`,
      { params: { file, version } },
    );
  }
  db.transaction(() => {
    for (const step of MIGRATIONS.slice(version)) {
      if (typeof step === 'string') db.exec(step);
      else step(db);
    }
    db.pragma(`user_version = ${MIGRATIONS.length}`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
  })();
}
