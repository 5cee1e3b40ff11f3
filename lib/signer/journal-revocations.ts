import type { RevocationReason } from '../wire/records';
import type { JournalFile } from './journal-file';

export type RevocationRow = { serial: string; reason: RevocationReason; revokedAt: Date; notAfter: Date };
export type RevocationChangeRow = {
  seq: number;
  serial: string;
  state: 'revoked' | 'released';
  reason: RevocationReason;
  revokedAt: Date;
};
export type BlockedKeyRow = { seq: number; spkiSha256: string; reason: string; at: Date; by: string };
/** A certificate as far as its state is concerned. */
export type FoundCertificate = {
  der: Buffer;
  caKeyId: string;
  notAfter: Date;
  revocation: { reason: RevocationReason; revokedAt: Date } | null;
};

/** Which socket a change came by. */
export type RevocationDoor = 'web' | 'operator';

/** Revocations, holds and keys that are blocked. */
export type JournalRevocations = {
  findCertificate: (serial: string) => FoundCertificate | null;
  /** Serials of all certificates with this key, in the order in which they came. */
  serialsByKey: (spkiSha256: string) => string[];
  /**
   * Revokes in one transaction. The first revocation of a certificate stands, except that a hold may
   * become a real one; it keeps the date of the hold (ITU-T X.509 section 8.5.2.2). `keyCompromise`
   * blocks the key for ever and revokes every other certificate with it.
   *
   * @returns `revoked`: each of `serials` that was issued here, as it now stands, and the others that
   *   came along; `unknown`: the rest; `changed`: how many were changed
   */
  revoke: (input: {
    serials: readonly string[];
    reason: RevocationReason;
    by: string;
    door: RevocationDoor;
    now: Date;
  }) => { revoked: RevocationRow[]; unknown: string[]; changed: number };
  /** Ends holds, in one transaction. Whatever is not held stays as it is. */
  release: (input: { serials: readonly string[]; by: string; door: RevocationDoor; now: Date }) => {
    released: string[];
    notHeld: string[];
  };
  /** How many of these are not revoked: what a revocation of them would add. */
  countUnrevoked: (serials: readonly string[]) => number;
  /** Revocations that came by the web's socket in the hour before `now`. */
  webRevocationsSince: (now: Date) => number;
  /** Changes behind `after` in their order, and the number of the newest there is. */
  changes: (
    after: number,
    limit: number,
  ) => { changes: RevocationChangeRow[]; lastSeq: number; more: boolean };
  /** @returns how many were not blocked before */
  blockKeys: (input: { spkiSha256s: readonly string[]; reason: string; by: string; now: Date }) => number;
  blockedKeys: (after: number, limit: number) => { keys: BlockedKeyRow[]; more: boolean };
  isBlocked: (spkiSha256: string) => boolean;
};

type RawRevocation = {
  serial: string;
  ca_key_id: string;
  reason: RevocationReason;
  revoked_at: number;
  not_after: number;
};
type RawCertificate = { serial: string; ca_key_id: string; spki_sha256: string; not_after: number };
type Change = { by: string; door: RevocationDoor; at: number };

export function journalRevocations({ db, durable }: JournalFile): JournalRevocations {
  const sql = {
    found: db.prepare(
      `SELECT c.der, c.ca_key_id, c.not_after, r.reason, r.revoked_at
         FROM certificates c LEFT JOIN revocations r USING (serial) WHERE c.serial = ?`,
    ),
    certificate: db.prepare(
      'SELECT serial, ca_key_id, spki_sha256, not_after FROM certificates WHERE serial = ?',
    ),
    byKey: db.prepare(
      'SELECT serial, ca_key_id, spki_sha256, not_after FROM certificates WHERE spki_sha256 = ? ORDER BY number',
    ),
    lastAt: db.prepare('SELECT last_at FROM meta'),
    revocation: db.prepare(
      'SELECT serial, ca_key_id, reason, revoked_at, not_after FROM revocations WHERE serial = ?',
    ),
    revoke: db.prepare(
      `INSERT INTO revocations (serial, ca_key_id, reason, by, revoked_at, not_after) VALUES (?, ?, ?, ?, ?, ?)`,
    ),
    upgrade: db.prepare('UPDATE revocations SET reason = ?, by = ? WHERE serial = ?'),
    release: db.prepare('DELETE FROM revocations WHERE serial = ?'),
    counted: db.prepare('UPDATE meta SET revoked = revoked + ? WHERE one = 1'),
    change: db.prepare(
      `INSERT INTO revocation_changes (serial, ca_key_id, state, reason, revoked_at, at, by, door)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    webSince: db.prepare(
      `SELECT count(*) AS n FROM revocation_changes WHERE at > ? AND door = 'web' AND state = 'revoked'`,
    ),
    changes: db.prepare(
      `SELECT seq, serial, state, reason, revoked_at FROM revocation_changes WHERE seq > ? ORDER BY seq LIMIT ?`,
    ),
    lastSeq: db.prepare('SELECT coalesce(max(seq), 0) AS n FROM revocation_changes'),
    block: db.prepare(
      'INSERT INTO blocked_keys (spki_sha256, reason, at, by) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    blocked: db.prepare(
      'SELECT seq, spki_sha256, reason, at, by FROM blocked_keys WHERE seq > ? ORDER BY seq LIMIT ?',
    ),
    isBlocked: db.prepare('SELECT 1 FROM blocked_keys WHERE spki_sha256 = ?'),
  };

  const rawRevocation = (serial: string): RawRevocation | undefined =>
    sql.revocation.get(serial) as RawRevocation | undefined;
  /** Never earlier than the entry before it, even when the clock was moved back. */
  const notBeforeLast = (now: Date): number =>
    Math.max(now.getTime(), (sql.lastAt.get() as { last_at: number }).last_at);

  /** True when it changed something. */
  function revokeOne(one: RawCertificate, reason: RevocationReason, { by, door, at }: Change): boolean {
    const { serial, ca_key_id, not_after } = one;
    const before = rawRevocation(serial);
    if (before && (before.reason !== 'certificateHold' || reason === 'certificateHold')) return false;
    if (before) sql.upgrade.run(reason, by, serial);
    else {
      sql.revoke.run(serial, ca_key_id, reason, by, at, not_after);
      sql.counted.run(1);
    }
    sql.change.run(serial, ca_key_id, 'revoked', reason, before?.revoked_at ?? at, at, by, door);
    return true;
  }

  function revokeWithKey(one: RawCertificate, reason: RevocationReason, change: Change): string[] {
    const changed = revokeOne(one, reason, change) ? [one.serial] : [];
    if (reason !== 'keyCompromise') return changed;
    sql.block.run(one.spki_sha256, reason, change.at, change.by);
    const siblings = sql.byKey.all(one.spki_sha256) as RawCertificate[];
    return [
      ...changed,
      ...siblings.filter((each) => revokeOne(each, reason, change)).map(({ serial }) => serial),
    ];
  }

  return {
    findCertificate(serial) {
      const row = sql.found.get(serial) as
        | {
            der: Buffer;
            ca_key_id: string;
            not_after: number;
            reason: RevocationReason | null;
            revoked_at: number | null;
          }
        | undefined;
      if (!row) return null;
      const { der, ca_key_id, not_after, reason, revoked_at } = row;
      const revocation =
        reason === null || revoked_at === null ? null : { reason, revokedAt: new Date(revoked_at) };
      return { der, caKeyId: ca_key_id, notAfter: new Date(not_after), revocation };
    },
    serialsByKey: (spkiSha256) => (sql.byKey.all(spkiSha256) as RawCertificate[]).map(({ serial }) => serial),
    revoke: ({ serials, reason, by, door, now }) =>
      durable(() => {
        const change: Change = { by, door, at: notBeforeLast(now) };
        const unknown: string[] = [];
        const told = new Set<string>();
        let changed = 0;
        for (const serial of new Set(serials)) {
          const one = sql.certificate.get(serial) as RawCertificate | undefined;
          if (!one) {
            unknown.push(serial);
            continue;
          }
          const done = revokeWithKey(one, reason, change);
          changed += done.length;
          for (const each of [serial, ...done]) told.add(each);
        }
        const revoked = [...told].flatMap((serial) => {
          const row = rawRevocation(serial);
          return row ? [revocationRow(row)] : [];
        });
        return { revoked, unknown, changed };
      }, now),
    release: ({ serials, by, door, now }) =>
      durable(() => {
        const at = notBeforeLast(now);
        const released: string[] = [];
        const notHeld: string[] = [];
        for (const serial of new Set(serials)) {
          const row = rawRevocation(serial);
          if (row?.reason !== 'certificateHold') {
            notHeld.push(serial);
            continue;
          }
          sql.release.run(serial);
          sql.counted.run(-1);
          sql.change.run(serial, row.ca_key_id, 'released', row.reason, row.revoked_at, at, by, door);
          released.push(serial);
        }
        return { released, notHeld };
      }, now),
    countUnrevoked: (serials) =>
      new Set(serials.filter((serial) => rawRevocation(serial) === undefined)).size,
    webRevocationsSince: (now) => (sql.webSince.get(now.getTime() - 3_600_000) as { n: number }).n,
    changes(after, limit) {
      const rows = sql.changes.all(after, limit + 1) as (Omit<RevocationChangeRow, 'revokedAt'> & {
        revoked_at: number;
      })[];
      return {
        changes: rows
          .slice(0, limit)
          .map(({ revoked_at, ...rest }) => ({ ...rest, revokedAt: new Date(revoked_at) })),
        lastSeq: (sql.lastSeq.get() as { n: number }).n,
        more: rows.length > limit,
      };
    },
    blockKeys: ({ spkiSha256s, reason, by, now }) =>
      durable(
        () => spkiSha256s.filter((key) => sql.block.run(key, reason, now.getTime(), by).changes === 1).length,
        now,
      ),
    blockedKeys(after, limit) {
      const rows = sql.blocked.all(after, limit + 1) as {
        seq: number;
        spki_sha256: string;
        reason: string;
        at: number;
        by: string;
      }[];
      const keys = rows
        .slice(0, limit)
        .map(({ spki_sha256, at, ...rest }) => ({ ...rest, spkiSha256: spki_sha256, at: new Date(at) }));
      return { keys, more: rows.length > limit };
    },
    isBlocked: (spkiSha256) => sql.isBlocked.get(spkiSha256) !== undefined,
  };
}

function revocationRow(row: RawRevocation): RevocationRow {
  const { serial, reason, revoked_at, not_after } = row;
  return { serial, reason, revokedAt: new Date(revoked_at), notAfter: new Date(not_after) };
}
