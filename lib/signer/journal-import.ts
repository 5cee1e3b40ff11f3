import { createHash } from 'node:crypto';

import type { RevocationReason } from '../wire/records';
import type { JournalFile } from './journal-file';

export type ImportedCertificate = {
  /** Lower-case hex, as short as the CA made it. */
  serial: string;
  /** Null when nobody kept a copy: then `subject` says whose it was. */
  der: Uint8Array | null;
  /** Null without a copy. */
  spkiSha256: string | null;
  /** RFC 4514, from the old index; null when there is a copy. */
  subject?: string | null;
  notAfter: Date;
  issuedAt: Date;
};
export type ImportedRevocation = {
  serial: string;
  reason: RevocationReason;
  revokedAt: Date;
  /** End of the certificate, whether or not a copy of it was found. */
  notAfter: Date;
};

/** A certificate of another CA as it stands here. `number` rises in the order in which they came. */
export type ImportedRow = {
  number: number;
  serial: string;
  caKeyId: string;
  der: Buffer | null;
  subject: string | null;
  issuedAt: Date;
  notAfter: Date;
};

/** What a CA did before it came here. */
export type JournalImport = {
  /**
   * Takes over one batch in one transaction; the same batch again changes nothing. The CA itself is
   * written down before, with recordCa().
   *
   * @param input.crlNumber of the last CRL that the CA issued elsewhere; 0 when there was none
   * @returns how many were new, and serials that another certificate here has already
   */
  recordImported: (input: {
    caKeyId: string;
    certificates: readonly ImportedCertificate[];
    revocations: readonly ImportedRevocation[];
    crlNumber: number;
    by: string;
    now: Date;
  }) => { certificates: number; revocations: number; conflicts: string[] };
  /** The next `limit` of them behind this number. */
  imported: (after: number, limit: number) => ImportedRow[];
};

export function journalImport({ db, durable }: JournalFile): JournalImport {
  const sql = {
    certificate: db.prepare(
      `INSERT INTO certificates (serial, ca_key_id, source, order_id, spki_sha256, not_after, issued_at, der, subject)
         VALUES (?, ?, 'import', NULL, ?, ?, ?, ?, ?) ON CONFLICT (serial) DO NOTHING`,
    ),
    imported: db.prepare(
      `SELECT number, serial, ca_key_id, der, subject, issued_at, not_after FROM certificates
         WHERE source = 'import' AND number > ? ORDER BY number LIMIT ?`,
    ),
    known: db.prepare('SELECT der, ca_key_id FROM certificates WHERE serial = ?'),
    copy: db.prepare(
      `UPDATE certificates SET der = ?, spki_sha256 = ?, issued_at = ?, not_after = ?, subject = NULL WHERE serial = ?`,
    ),
    revocation: db.prepare(
      `INSERT INTO revocations (serial, ca_key_id, reason, by, revoked_at, not_after) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (serial) DO NOTHING`,
    ),
    change: db.prepare(
      `INSERT INTO revocation_changes (serial, ca_key_id, state, reason, revoked_at, at, by)
         VALUES (?, ?, 'revoked', ?, ?, ?, ?)`,
    ),
    // Its last certificate may be among these.
    raise: db.prepare('UPDATE cas SET crl_floor = max(crl_floor, ?), last_end = NULL WHERE key_id = ?'),
    counted: db.prepare('UPDATE meta SET issued = issued + ?, revoked = revoked + ? WHERE one = 1'),
  };

  return {
    recordImported: ({ caKeyId, certificates, revocations, crlNumber, by, now }) =>
      durable(() => {
        const conflicts: string[] = [];
        let issued = 0;
        for (const { serial, der, spkiSha256, notAfter, issuedAt, subject } of certificates) {
          const bytes = der ?? NO_COPY;
          const key = spkiSha256 ?? keyOfNone(serial);
          const [from, to] = [issuedAt.getTime(), notAfter.getTime()];
          const made = sql.certificate.run(serial, caKeyId, key, to, from, bytes, subject ?? null);
          issued += made.changes;
          if (made.changes === 1) continue;
          const known = sql.known.get(serial) as { der: Buffer; ca_key_id: string };
          if (known.ca_key_id !== caKeyId) conflicts.push(serial);
          else if (der === null) continue;
          // A copy that was found later takes the place of the line.
          else if (known.der.length === 0) sql.copy.run(der, key, from, to, serial);
          else if (!known.der.equals(der)) conflicts.push(serial);
        }
        let revoked = 0;
        const strangers = new Set(conflicts);
        for (const { serial, reason, revokedAt, notAfter } of revocations) {
          // The serial is somebody else's here: that one must not be revoked.
          if (strangers.has(serial)) continue;
          const at = revokedAt.getTime();
          if (sql.revocation.run(serial, caKeyId, reason, by, at, notAfter.getTime()).changes === 0) continue;
          sql.change.run(serial, caKeyId, reason, at, now.getTime(), by);
          revoked += 1;
        }
        sql.counted.run(issued, revoked);
        sql.raise.run(crlNumber, caKeyId);
        return { certificates: issued, revocations: revoked, conflicts };
      }, now),
    imported: (after, limit) =>
      (sql.imported.all(after, limit) as RawImported[]).map(
        ({ number, serial, ca_key_id, der, subject, issued_at, not_after }) => ({
          number,
          serial,
          caKeyId: ca_key_id,
          der: der.length === 0 ? null : der,
          subject,
          issuedAt: new Date(issued_at),
          notAfter: new Date(not_after),
        }),
      ),
  };
}

type RawImported = {
  number: number;
  serial: string;
  ca_key_id: string;
  der: Buffer;
  subject: string | null;
  issued_at: number;
  not_after: number;
};

const NO_COPY = new Uint8Array();

/** Where nobody kept a copy the key is unknown. This stands for it, equal to no key's hash. */
const keyOfNone = (serial: string): string =>
  createHash('sha256').update(`hubgate: no copy of certificate ${serial}`).digest('hex');
