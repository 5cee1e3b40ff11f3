import type { RevocationReason } from '../wire/records';
import type { JournalFile } from './journal-file';
import type { RevocationRow } from './journal-revocations';

export type CaRow = {
  keyId: string;
  der: Buffer;
  state: 'active' | 'retired';
  since: Date;
  /** Retired only: when the last certificate that it issued ends; as long as that, it is needed. */
  lastEnd: Date | null;
};
export type CrlRow = {
  number: number;
  der: Buffer;
  thisUpdate: Date;
  nextUpdate: Date;
  /** Entries. */
  revoked: number;
  /** The last change of this CA that it shows. */
  throughSeq: number;
};

/** Signing CAs and their revocation lists. */
export type JournalCrls = {
  /** Writes down a CA; one that becomes active retires the one before. */
  recordCa: (ca: { keyId: string; der: Uint8Array; state: 'active' | 'retired' }, now: Date) => void;
  /** Newest first. */
  cas: () => CaRow[];
  lastCrl: (caKeyId: string) => CrlRow | null;
  /** The same without its bytes, which may be megabytes. */
  lastCrlTimes: (caKeyId: string) => Omit<CrlRow, 'der'> | null;
  nextCrlNumber: (caKeyId: string) => number;
  /** The number up to which lists of this CA were issued elsewhere; 0 when none were. */
  crlFloor: (caKeyId: string) => number;
  /** The next CRL of this CA gets a higher number than `above`. */
  raiseCrlNumber: (caKeyId: string, above: number) => void;
  recordCrl: (
    caKeyId: string,
    crl: {
      number: number;
      der: Uint8Array;
      sha256: string;
      thisUpdate: Date;
      nextUpdate: Date;
      revoked: number;
      throughSeq: number;
    },
  ) => void;
  /** Number of the last change to a certificate of this CA; 0 when there is none. */
  lastChange: (caKeyId: string) => number;
  /** True when more than `entries` certificates of this CA are revoked. */
  hasMoreRevoked: (caKeyId: string, entries: number) => boolean;
  /** Revoked certificates of this CA that end after `since`, in the order of revocation. */
  listedRevocations: (caKeyId: string, since: Date) => RevocationRow[];
};

type RawCa = Omit<CaRow, 'since' | 'lastEnd'> & { since: number; lastEnd: number | null };

export function journalCrls({ db, durable }: JournalFile): JournalCrls {
  const sql = {
    retireOthers: db.prepare(
      `UPDATE cas SET state = 'retired', since = ? WHERE state = 'active' AND key_id <> ?`,
    ),
    ca: db.prepare('SELECT der, state FROM cas WHERE key_id = ?'),
    putCa: db.prepare(
      `INSERT INTO cas (key_id, der, state, since) VALUES (?, ?, ?, ?)
         ON CONFLICT (key_id) DO UPDATE SET der = excluded.der, state = excluded.state, since = excluded.since`,
    ),
    cas: db.prepare(
      'SELECT key_id AS keyId, der, state, since, last_end AS lastEnd FROM cas ORDER BY since DESC, rowid DESC',
    ),
    // Read row by row, once in a CA's life: an index would cost at every signature.
    findLastEnd: db.prepare('SELECT max(not_after) AS at FROM certificates WHERE ca_key_id = ?'),
    keepLastEnd: db.prepare('UPDATE cas SET last_end = ? WHERE key_id = ?'),
    lastCrl: db.prepare(
      `SELECT number, der, this_update, next_update, revoked, through_seq FROM crls
         WHERE ca_key_id = ? AND der IS NOT NULL ORDER BY number DESC LIMIT 1`,
    ),
    lastCrlTimes: db.prepare(
      `SELECT number, this_update, next_update, revoked, through_seq FROM crls
         WHERE ca_key_id = ? AND der IS NOT NULL ORDER BY number DESC LIMIT 1`,
    ),
    lastNumber: db.prepare(
      `SELECT max(coalesce((SELECT max(number) FROM crls WHERE ca_key_id = :ca), 0),
                  coalesce((SELECT crl_floor FROM cas WHERE key_id = :ca), 0)) AS n`,
    ),
    floor: db.prepare('SELECT crl_floor FROM cas WHERE key_id = ?').pluck(),
    raise: db.prepare('UPDATE cas SET crl_floor = max(crl_floor, ?) WHERE key_id = ?'),
    crl: db.prepare(
      `INSERT INTO crls (ca_key_id, number, sha256, der, this_update, next_update, revoked, through_seq)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    dropOlder: db.prepare(
      'UPDATE crls SET der = NULL WHERE ca_key_id = ? AND number < ? AND der IS NOT NULL',
    ),
    lastChange: db.prepare('SELECT coalesce(max(seq), 0) AS n FROM revocation_changes WHERE ca_key_id = ?'),
    atLeast: db.prepare('SELECT count(*) AS n FROM (SELECT 1 FROM revocations WHERE ca_key_id = ? LIMIT ?)'),
    listed: db.prepare(LISTED_REVOCATIONS),
  };

  /** A retired CA issues no more: what was found once holds. */
  function lastEndOf(keyId: string, known: number | null): Date {
    const found = known ?? (sql.findLastEnd.get(keyId) as { at: number | null }).at ?? 0;
    if (known === null) durable(() => void sql.keepLastEnd.run(found, keyId));
    return new Date(found);
  }

  return {
    recordCa({ keyId, der, state }, now) {
      const known = sql.ca.get(keyId) as { der: Buffer; state: string } | undefined;
      if (known?.state === state && known.der.equals(der)) return;
      durable(() => {
        if (state === 'active') sql.retireOthers.run(now.getTime(), keyId);
        sql.putCa.run(keyId, der, state, now.getTime());
      });
    },
    cas: () =>
      (sql.cas.all() as RawCa[]).map(({ since, lastEnd, ...rest }) => ({
        ...rest,
        since: new Date(since),
        lastEnd: rest.state === 'active' ? null : lastEndOf(rest.keyId, lastEnd),
      })),
    lastCrl(caKeyId) {
      const row = sql.lastCrl.get(caKeyId) as (CrlTimes & { der: Buffer }) | undefined;
      return row ? { der: row.der, ...crlTimes(row) } : null;
    },
    lastCrlTimes(caKeyId) {
      const row = sql.lastCrlTimes.get(caKeyId) as CrlTimes | undefined;
      return row ? crlTimes(row) : null;
    },
    nextCrlNumber: (caKeyId) => (sql.lastNumber.get({ ca: caKeyId }) as { n: number }).n + 1,
    crlFloor: (caKeyId) => (sql.floor.get(caKeyId) as number | undefined) ?? 0,
    raiseCrlNumber: (caKeyId, above) => durable(() => void sql.raise.run(above, caKeyId)),
    recordCrl(caKeyId, { number, der, sha256, thisUpdate, nextUpdate, revoked, throughSeq }) {
      durable(() => {
        const [from, to] = [thisUpdate.getTime(), nextUpdate.getTime()];
        sql.crl.run(caKeyId, number, sha256, der, from, to, revoked, throughSeq);
        sql.dropOlder.run(caKeyId, number);
      }, thisUpdate);
    },
    lastChange: (caKeyId) => (sql.lastChange.get(caKeyId) as { n: number }).n,
    hasMoreRevoked: (caKeyId, entries) =>
      (sql.atLeast.get(caKeyId, entries + 1) as { n: number }).n > entries,
    listedRevocations: (caKeyId, since) =>
      (sql.listed.all(caKeyId, since.getTime()) as ListedRevocation[]).map(
        ({ serial, reason, revoked_at, not_after }) => ({
          serial,
          reason,
          revokedAt: new Date(revoked_at),
          notAfter: new Date(not_after),
        }),
      ),
  };
}

/** Parameters: the CA's key id, and the instant after which a certificate must end to be listed. */
export const LISTED_REVOCATIONS = `SELECT serial, reason, revoked_at, not_after FROM revocations
  WHERE ca_key_id = ? AND not_after > ? ORDER BY revoked_at, serial`;

export type ListedRevocation = {
  serial: string;
  reason: RevocationReason;
  revoked_at: number;
  not_after: number;
};

type CrlTimes = {
  number: number;
  this_update: number;
  next_update: number;
  revoked: number;
  through_seq: number;
};

const crlTimes = (row: CrlTimes): Omit<CrlRow, 'der'> => ({
  number: row.number,
  thisUpdate: new Date(row.this_update),
  nextUpdate: new Date(row.next_update),
  revoked: row.revoked,
  throughSeq: row.through_seq,
});
