import { chmodSync } from 'node:fs';

import Database from 'better-sqlite3';

import { HubgateError } from '../errors';
import type { Approval, ApprovedContent } from '../wire/order';
import type { RevocationReason } from '../wire/messages';
import { migrateJournal } from './journal-schema';

/** Recorded before the signature exists. */
export type Intent = {
  serial: string;
  tbsSha256: string;
  order: { content: ApprovedContent; contentSha256: string; approvals: readonly Approval[] } | null;
};

export type IssuedRow = { serial: string; orderId: string | null; der: Buffer; contentSha256: string | null };
export type NewCertificate = { serial: string; orderId: string | null; der: Uint8Array; notAfter: Date };
export type RevocationRow = { serial: string; reason: RevocationReason; revokedAt: Date; notAfter: Date };
export type CrlRow = { number: number; der: Buffer; thisUpdate: Date; nextUpdate: Date; revoked: number };

/**
 * The signer's own durable record. One process at a time holds it; every write is on disk
 * (synchronous=FULL) when its method returns.
 *
 * Methods throw `HubgateError` `start.disk-full` when there is no room; nothing of that write stays.
 */
export type Journal = {
  /** Instant of the last entry, ms since 1970; 0 when there is none. */
  lastAt: () => number;
  counts: () => { issued: number; revoked: number };
  /** Intents of the hour and day before `now` that were not given up: what ceilings count. */
  intentsSince: (now: Date) => { hour: number; day: number };
  findByOrder: (orderId: string) => IssuedRow | null;
  /**
   * Gives up earlier intents of the same orders, then records these; one transaction. What an order
   * stands for may change until it has a certificate: a failed request may be edited and approved anew.
   */
  recordIntents: (intents: readonly Intent[], now: Date) => void;
  /** One transaction; each certificate closes its intent. */
  commit: (certificates: readonly NewCertificate[], now: Date) => void;
  /** Marks intents whose signature will not come. */
  abandon: (serials: readonly string[]) => void;
  /** The first revocation of a serial stands. Null when the serial was never issued. */
  revoke: (input: {
    serial: string;
    reason: RevocationReason;
    by: string;
    now: Date;
  }) => { first: boolean; revocation: RevocationRow } | null;
  revocations: () => RevocationRow[];
  lastCrl: () => CrlRow | null;
  recordCrl: (crl: {
    number: number;
    der: Uint8Array;
    thisUpdate: Date;
    nextUpdate: Date;
    revoked: number;
  }) => void;
  note: (what: string, now: Date) => void;
  close: () => void;
};

/**
 * Opens or makes a journal and gives up the intents that a crash left open: their signatures, if any
 * were made, never left the process, and their serials are not used again.
 *
 * @throws {HubgateError} `start.already-running` when another process holds it, `database.newer`,
 *   `ca.file`, `start.disk-full`
 */
export function openJournal(file: string): Journal {
  const db = open(file);
  try {
    const abandoned = db.prepare(`UPDATE intents SET state = 'abandoned' WHERE state = 'open'`);
    whenRoom(file, () => abandoned.run());
    return journal(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
}

function open(file: string): Database.Database {
  const db = new Database(file, { timeout: 500 });
  try {
    // Held until the process ends, however it ends: a second signer is refused by the file itself.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    db.pragma('trusted_schema = OFF');
    db.exec('BEGIN EXCLUSIVE; COMMIT');
    whenRoom(file, () => migrateJournal(db, file));
    chmodSync(file, 0o600);
    return db;
  } catch (error) {
    db.close();
    const code = sqliteCode(error);
    if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
      throw new HubgateError(
        'start.already-running',
        `Another signer holds the journal ${file}. Stop it first: two signers must never write one journal.`,
        { params: { file }, cause: error },
      );
    }
    if (code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT') {
      throw new HubgateError('ca.file', `${file} is damaged or is not a signer's journal. Restore it.`, {
        params: { file },
        cause: error,
      });
    }
    throw error;
  }
}

function journal(db: Database.Database, file: string): Journal {
  const sql = statements(db);
  const durable = <T>(change: () => T): T => whenRoom(file, () => db.transaction(change).immediate());
  const tick = (now: Date): void => void sql.tick.run(now.getTime());

  return {
    lastAt: () => (sql.lastAt.get() as { last_at: number }).last_at,
    counts: () => sql.counts.get() as { issued: number; revoked: number },
    intentsSince(now) {
      const since = (ms: number): number => (sql.since.get(now.getTime() - ms) as { n: number }).n;
      return { hour: since(3_600_000), day: since(86_400_000) };
    },
    findByOrder: (orderId) => (sql.byOrder.get(orderId) as IssuedRow | undefined) ?? null,
    recordIntents(intents, now) {
      durable(() => {
        tick(now);
        for (const { serial, tbsSha256, order } of intents) {
          const orderId = order?.content.orderId ?? null;
          if (order) {
            sql.giveUp.run(orderId);
            sql.order.run(orderId, order.contentSha256, JSON.stringify(order.content), now.getTime());
            for (const approval of order.approvals) {
              sql.approval.run(
                orderId,
                approval.approver,
                approval.name,
                approval.method,
                approval.approvedAt,
                approval.expiresAt,
                approval.digest,
                approval.evidence === undefined ? null : JSON.stringify(approval.evidence),
              );
            }
          }
          sql.intent.run(serial, orderId, tbsSha256, now.getTime());
        }
      });
    },
    commit(certificates, now) {
      durable(() => {
        tick(now);
        for (const { serial, orderId, der, notAfter } of certificates) {
          // An intent that is not open means that somebody else finished or gave up this order.
          if (sql.closeIntent.run(serial).changes !== 1) throw new RangeError(`no open intent for ${serial}`);
          sql.certificate.run(serial, orderId, der, notAfter.getTime(), now.getTime());
        }
      });
    },
    abandon(serials) {
      durable(() => {
        for (const serial of serials) sql.giveUpSerial.run(serial);
      });
    },
    revoke({ serial, reason, by, now }) {
      return durable(() => {
        if (sql.bySerial.get(serial) === undefined) return null;
        // Never earlier than the entry before it, even when the clock was moved back.
        const at = Math.max(now.getTime(), (sql.lastAt.get() as { last_at: number }).last_at);
        const first = sql.revoke.run(serial, reason, by, at).changes === 1;
        if (first) sql.tick.run(at);
        return { first, revocation: revocation(sql.revocation.get(serial) as RawRevocation) };
      });
    },
    revocations: () => (sql.revocations.all() as RawRevocation[]).map(revocation),
    lastCrl() {
      const row = sql.lastCrl.get() as
        | { number: number; der: Buffer; this_update: number; next_update: number; revoked: number }
        | undefined;
      if (!row) return null;
      const { number, der, this_update, next_update, revoked } = row;
      return { number, der, thisUpdate: new Date(this_update), nextUpdate: new Date(next_update), revoked };
    },
    recordCrl({ number, der, thisUpdate, nextUpdate, revoked }) {
      durable(() => {
        tick(thisUpdate);
        sql.crl.run(number, der, thisUpdate.getTime(), nextUpdate.getTime(), revoked);
      });
    },
    note(what, now) {
      durable(() => void sql.note.run(now.getTime(), what));
    },
    close: () => void db.close(),
  };
}

type RawRevocation = { serial: string; reason: RevocationReason; revoked_at: number; not_after: number };

function revocation(row: RawRevocation): RevocationRow {
  const { serial, reason, revoked_at, not_after } = row;
  return { serial, reason, revokedAt: new Date(revoked_at), notAfter: new Date(not_after) };
}

const statements = (db: Database.Database) => ({
  tick: db.prepare('UPDATE clock SET last_at = max(last_at, ?) WHERE one = 1'),
  lastAt: db.prepare('SELECT last_at FROM clock'),
  counts: db.prepare(
    'SELECT (SELECT count(*) FROM certificates) AS issued, (SELECT count(*) FROM revocations) AS revoked',
  ),
  since: db.prepare(
    `SELECT count(*) AS n FROM intents WHERE created_at > ? AND state <> 'abandoned' AND order_id IS NOT NULL`,
  ),
  byOrder: db.prepare(
    `SELECT c.serial, c.order_id AS orderId, c.der, o.content_sha256 AS contentSha256
       FROM certificates c LEFT JOIN orders o USING (order_id) WHERE c.order_id = ?`,
  ),
  bySerial: db.prepare('SELECT 1 FROM certificates WHERE serial = ?'),
  order: db.prepare(
    `INSERT INTO orders (order_id, content_sha256, content, received_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (order_id) DO UPDATE SET content_sha256 = excluded.content_sha256,
         content = excluded.content, received_at = excluded.received_at`,
  ),
  approval: db.prepare(
    `INSERT INTO approvals (order_id, approver, name, method, approved_at, expires_at, digest, evidence)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  ),
  intent: db.prepare(
    `INSERT INTO intents (serial, order_id, tbs_sha256, state, created_at) VALUES (?, ?, ?, 'open', ?)`,
  ),
  giveUp: db.prepare(`UPDATE intents SET state = 'abandoned' WHERE order_id = ? AND state = 'open'`),
  giveUpSerial: db.prepare(`UPDATE intents SET state = 'abandoned' WHERE serial = ? AND state = 'open'`),
  closeIntent: db.prepare(`UPDATE intents SET state = 'committed' WHERE serial = ? AND state = 'open'`),
  certificate: db.prepare(
    'INSERT INTO certificates (serial, order_id, der, not_after, issued_at) VALUES (?, ?, ?, ?, ?)',
  ),
  revoke: db.prepare(
    'INSERT INTO revocations (serial, reason, by, revoked_at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  ),
  revocation: db.prepare(
    `SELECT r.serial, r.reason, r.revoked_at, c.not_after FROM revocations r JOIN certificates c USING (serial)
       WHERE r.serial = ?`,
  ),
  revocations: db.prepare(
    `SELECT r.serial, r.reason, r.revoked_at, c.not_after FROM revocations r JOIN certificates c USING (serial)
       ORDER BY r.revoked_at, r.serial`,
  ),
  lastCrl: db.prepare(
    'SELECT number, der, this_update, next_update, revoked FROM crls ORDER BY number DESC LIMIT 1',
  ),
  crl: db.prepare('INSERT INTO crls (number, der, this_update, next_update, revoked) VALUES (?, ?, ?, ?, ?)'),
  note: db.prepare('INSERT INTO events (at, what) VALUES (?, ?)'),
});

const sqliteCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** SQLite rolls a transaction back when the disk is full, so saying so is all that remains to be done. */
function whenRoom<T>(file: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    const code = sqliteCode(error);
    if (code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR_WRITE') || code === 'ENOSPC') {
      throw new HubgateError(
        'start.disk-full',
        `There is no room on the disk of the signer's journal (${file}). Nothing was signed or lost: ` +
          'make room, then sign again.',
        { params: { file }, cause: error },
      );
    }
    throw error;
  }
}
