import { createHash } from 'node:crypto';

import type Database from 'better-sqlite3';

import { parseCertificate } from '../x509/certificate';
import { readCrlHead } from '../x509/crl';

/**
 * Version 2: several CAs, short serials of imported ones, holds that end, blocked keys, and nothing
 * that is counted or searched row by row at a million certificates.
 */
const TABLES = `
  -- Who this journal is and how far it has come: a portal that remembers both notices an old copy.
  CREATE TABLE meta (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    journal_id TEXT NOT NULL,
    -- Rises with every durable write.
    sequence   INTEGER NOT NULL,
    -- The time of the last entry of any kind: the clock must never be behind it.
    last_at    INTEGER NOT NULL,
    issued     INTEGER NOT NULL,
    revoked    INTEGER NOT NULL
  ) STRICT;
  INSERT INTO meta SELECT 1, lower(hex(randomblob(16))), 1, last_at, 0, 0 FROM clock;
  DROP TABLE clock;

  -- Signing CAs that issued what stands here. crl_floor: no CRL gets this number or a smaller one.
  CREATE TABLE cas (
    key_id    TEXT PRIMARY KEY,
    der       BLOB NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('active', 'retired')),
    since     INTEGER NOT NULL,
    crl_floor INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  ALTER TABLE certificates RENAME TO certificates_1;
  ALTER TABLE revocations RENAME TO revocations_1;
  ALTER TABLE crls RENAME TO crls_1;

  -- In the order in which they came; nothing is ever deleted, so the greatest number is their count.
  CREATE TABLE certificates (
    number      INTEGER PRIMARY KEY,
    serial      TEXT NOT NULL UNIQUE,
    ca_key_id   TEXT NOT NULL,
    source      TEXT NOT NULL CHECK (source IN ('order', 'ceremony', 'import')),
    order_id    TEXT UNIQUE REFERENCES orders (order_id),
    spki_sha256 TEXT NOT NULL,
    not_after   INTEGER NOT NULL,
    issued_at   INTEGER NOT NULL,
    der         BLOB NOT NULL
  ) STRICT;
  CREATE INDEX certificates_by_key ON certificates (spki_sha256);

  -- What is revoked now. Not bound to certificates: an imported CA may list what nobody kept a copy of.
  CREATE TABLE revocations (
    serial     TEXT PRIMARY KEY,
    ca_key_id  TEXT NOT NULL,
    reason     TEXT NOT NULL,
    by         TEXT NOT NULL,
    revoked_at INTEGER NOT NULL,
    not_after  INTEGER NOT NULL
  ) STRICT;
  -- A whole CRL is read from this index alone.
  CREATE INDEX revocations_of_ca ON revocations (ca_key_id, revoked_at, serial, not_after, reason);

  -- How it came to that: append-only, and what others follow instead of reading the whole.
  CREATE TABLE revocation_changes (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    serial     TEXT NOT NULL,
    ca_key_id  TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('revoked', 'released')),
    reason     TEXT NOT NULL,
    revoked_at INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    by         TEXT NOT NULL,
    -- The socket it came by; null for what an earlier version or an import wrote.
    door       TEXT CHECK (door IN ('web', 'operator'))
  ) STRICT;
  CREATE INDEX revocation_changes_of_ca ON revocation_changes (ca_key_id, seq);
  CREATE INDEX revocation_changes_by_web ON revocation_changes (at) WHERE door = 'web' AND state = 'revoked';

  CREATE TABLE blocked_keys (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    spki_sha256 TEXT NOT NULL UNIQUE,
    reason      TEXT NOT NULL,
    at          INTEGER NOT NULL,
    by          TEXT NOT NULL
  ) STRICT;

  -- der is kept of the newest list of each CA alone: with many entries they are megabytes.
  CREATE TABLE crls (
    ca_key_id   TEXT NOT NULL,
    number      INTEGER NOT NULL,
    sha256      TEXT NOT NULL,
    der         BLOB,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    revoked     INTEGER NOT NULL,
    -- The last change that it shows.
    through_seq INTEGER NOT NULL,
    PRIMARY KEY (ca_key_id, number)
  ) STRICT;

  -- Second looks at what was issued: number is how far one is, through where it ends.
  CREATE TABLE relints (
    id         INTEGER PRIMARY KEY,
    started_at INTEGER NOT NULL,
    through    INTEGER NOT NULL,
    number     INTEGER NOT NULL,
    findings   INTEGER NOT NULL,
    ended_at   INTEGER
  ) STRICT;
  CREATE TABLE relint_findings (
    relint INTEGER NOT NULL REFERENCES relints (id),
    serial TEXT NOT NULL,
    kind   TEXT NOT NULL,
    says   TEXT NOT NULL
  ) STRICT;
  CREATE INDEX relint_findings_of ON relint_findings (relint);

  -- A start gives up open intents, a batch counts those of an hour and a day: neither reads the rest.
  CREATE INDEX intents_open ON intents (serial) WHERE state = 'open';
  CREATE INDEX intents_counted ON intents (created_at) WHERE state <> 'abandoned' AND order_id IS NOT NULL;
  DROP INDEX intents_by_time;
`;

/**
 * Brings a journal of version 1 to version 2 with all that stands in it. Issuers and keys are read
 * from the certificates themselves.
 */
export function toVersion2(db: Database.Database): void {
  db.exec(TABLES);
  const caOf = copyCertificates(db);
  copyRevocations(db, caOf);
  copyCrls(db);
  db.exec(`
    DROP TABLE revocations_1;
    DROP TABLE certificates_1;
    DROP TABLE crls_1;
    UPDATE meta SET issued = (SELECT count(*) FROM certificates), revoked = (SELECT count(*) FROM revocations);
  `);
}

type OldCertificate = {
  serial: string;
  order_id: string | null;
  der: Buffer;
  not_after: number;
  issued_at: number;
};

function copyCertificates(db: Database.Database): Map<string, string> {
  const insert = db.prepare(
    `INSERT INTO certificates (serial, ca_key_id, source, order_id, spki_sha256, not_after, issued_at, der)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const caOf = new Map<string, string>();
  const rows = db.prepare('SELECT * FROM certificates_1 ORDER BY issued_at, rowid').all() as OldCertificate[];
  for (const { serial, order_id, der, not_after, issued_at } of rows) {
    const { authorityKeyId, spkiSha256 } = parseCertificate(der);
    const ca = authorityKeyId ?? '';
    caOf.set(serial, ca);
    insert.run(
      serial,
      ca,
      order_id === null ? 'ceremony' : 'order',
      order_id,
      spkiSha256,
      not_after,
      issued_at,
      der,
    );
  }
  return caOf;
}

function copyRevocations(db: Database.Database, caOf: ReadonlyMap<string, string>): void {
  const revoke = db.prepare('INSERT INTO revocations VALUES (?, ?, ?, ?, ?, ?)');
  const change = db.prepare(
    `INSERT INTO revocation_changes (serial, ca_key_id, state, reason, revoked_at, at, by)
       VALUES (?, ?, 'revoked', ?, ?, ?, ?)`,
  );
  const rows = db
    .prepare(
      `SELECT r.serial, r.reason, r.by, r.revoked_at, c.not_after FROM revocations_1 r JOIN certificates_1 c USING (serial)
         ORDER BY r.revoked_at, r.serial`,
    )
    .all() as { serial: string; reason: string; by: string; revoked_at: number; not_after: number }[];
  for (const { serial, reason, by, revoked_at, not_after } of rows) {
    const ca = caOf.get(serial) ?? '';
    revoke.run(serial, ca, reason, by, revoked_at, not_after);
    change.run(serial, ca, reason, revoked_at, revoked_at, by);
  }
}

/** Which changes an old list shows was not written down: the next one is made at once. */
function copyCrls(db: Database.Database): void {
  const rows = db.prepare('SELECT * FROM crls_1 ORDER BY number DESC LIMIT 1').all() as {
    number: number;
    der: Buffer;
    this_update: number;
    next_update: number;
    revoked: number;
  }[];
  for (const { number, der, this_update, next_update, revoked } of rows) {
    const ca = readCrlHead(der).authorityKeyId ?? '';
    db.prepare(
      `INSERT INTO crls (ca_key_id, number, sha256, der, this_update, next_update, revoked, through_seq)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(ca, number, sha256(der), der, this_update, next_update, revoked, revoked === 0 ? 0 : -1);
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
