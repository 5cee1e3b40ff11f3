import type { AuditKey, AuditSeal } from '../wire/audit-seal';
import type { JournalFile } from './journal-file';

/** A seal that is to be written: all of it but its time, which the journal keeps from going back. */
export type SealDraft = Omit<AuditSeal, 'at' | 'signature'>;
export type JournalEvent = { number: number; at: Date; what: string };

/** Seals of the portal's audit chain, and what operators did. */
export type JournalAudit = {
  lastSeal: () => AuditSeal | null;
  /**
   * Writes a seal with the signature that `sign` gives for it and its time, which never goes back. The
   * journal's own clock stays: seals come every minute, and one that a wrong clock made must not keep
   * the signer from signing once the clock is right again.
   */
  addSeal: (draft: SealDraft, now: Date, sign: (seal: Omit<AuditSeal, 'signature'>) => Buffer) => AuditSeal;
  seals: (after: number, limit: number) => { seals: AuditSeal[]; more: boolean };
  auditKeys: () => AuditKey[];
  addAuditKey: (keyId: string, spki: Uint8Array, now: Date) => void;
  /** What operators did, behind this number (0: from the beginning). */
  events: (after: number, limit: number) => { events: JournalEvent[]; more: boolean };
};

type Raw = {
  number: number;
  kind: 'seal' | 'restart';
  seq: number;
  hash: string;
  at: number;
  by: string;
  reason: string;
  previous: string;
  key_id: string;
  signature: Buffer;
};

export function journalAudit({ db, durable }: JournalFile): JournalAudit {
  const sql = {
    last: db.prepare('SELECT * FROM audit_seals ORDER BY number DESC LIMIT 1'),
    page: db.prepare('SELECT * FROM audit_seals WHERE number > ? ORDER BY number LIMIT ?'),
    add: db.prepare(
      `INSERT INTO audit_seals (number, kind, seq, hash, at, by, reason, previous, key_id, signature)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    lastTime: db.prepare(
      'SELECT coalesce((SELECT at FROM audit_seals ORDER BY number DESC LIMIT 1), 0) AS at',
    ),
    keys: db.prepare('SELECT key_id, spki, since FROM audit_keys ORDER BY since, key_id'),
    addKey: db.prepare('INSERT INTO audit_keys (key_id, spki, since) VALUES (?, ?, ?)'),
    events: db.prepare('SELECT number, at, what FROM events WHERE number > ? ORDER BY number LIMIT ?'),
  };

  return {
    lastSeal() {
      const raw = sql.last.get() as Raw | undefined;
      return raw === undefined ? null : sealOf(raw);
    },
    addSeal: (draft, now, sign) =>
      durable(() => {
        const { at: before } = sql.lastTime.get() as { at: number };
        const at = new Date(Math.max(now.getTime(), before));
        const content = { ...draft, at: at.toISOString() };
        const signature = sign(content);
        const { number, kind, seq, hash, by, reason, previous, keyId } = draft;
        sql.add.run(number, kind, seq, hash, at.getTime(), by, reason, previous, keyId, signature);
        return { ...content, signature: signature.toString('base64') };
      }),
    seals(after, limit) {
      const rows = sql.page.all(after, limit + 1) as Raw[];
      return { seals: rows.slice(0, limit).map(sealOf), more: rows.length > limit };
    },
    auditKeys: () =>
      (sql.keys.all() as { key_id: string; spki: Buffer; since: number }[]).map(
        ({ key_id, spki, since }) => ({
          keyId: key_id,
          spki: spki.toString('base64'),
          since: new Date(since).toISOString(),
        }),
      ),
    addAuditKey: (keyId, spki, now) => durable(() => void sql.addKey.run(keyId, spki, now.getTime()), now),
    events(after, limit) {
      const rows = sql.events.all(after, limit + 1) as { number: number; at: number; what: string }[];
      return {
        events: rows.slice(0, limit).map(({ number, at, what }) => ({ number, at: new Date(at), what })),
        more: rows.length > limit,
      };
    },
  };
}

function sealOf({ key_id, at, signature, ...rest }: Raw): AuditSeal {
  return {
    ...rest,
    at: new Date(at).toISOString(),
    keyId: key_id,
    signature: signature.toString('base64'),
  };
}
