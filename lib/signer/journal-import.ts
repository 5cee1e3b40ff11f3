import type { RevocationReason } from '../wire/messages';
import type { JournalFile } from './journal-file';

export type ImportedCertificate = {
  /** Lower-case hex, as short as the CA made it. */
  serial: string;
  der: Uint8Array;
  spkiSha256: string;
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
};

export function journalImport({ db, durable }: JournalFile): JournalImport {
  const sql = {
    certificate: db.prepare(
      `INSERT INTO certificates (serial, ca_key_id, source, order_id, spki_sha256, not_after, issued_at, der)
         VALUES (?, ?, 'import', NULL, ?, ?, ?, ?) ON CONFLICT (serial) DO NOTHING`,
    ),
    der: db.prepare('SELECT der FROM certificates WHERE serial = ?'),
    revocation: db.prepare(
      `INSERT INTO revocations (serial, ca_key_id, reason, by, revoked_at, not_after) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (serial) DO NOTHING`,
    ),
    change: db.prepare(
      `INSERT INTO revocation_changes (serial, ca_key_id, state, reason, revoked_at, at, by)
         VALUES (?, ?, 'revoked', ?, ?, ?, ?)`,
    ),
    raise: db.prepare('UPDATE cas SET crl_floor = max(crl_floor, ?) WHERE key_id = ?'),
    counted: db.prepare('UPDATE meta SET issued = issued + ?, revoked = revoked + ? WHERE one = 1'),
  };

  return {
    recordImported: ({ caKeyId, certificates, revocations, crlNumber, by, now }) =>
      durable(() => {
        const conflicts: string[] = [];
        let issued = 0;
        for (const { serial, der, spkiSha256, notAfter, issuedAt } of certificates) {
          const ends = notAfter.getTime();
          const made = sql.certificate.run(serial, caKeyId, spkiSha256, ends, issuedAt.getTime(), der);
          issued += made.changes;
          if (made.changes === 1) continue;
          const known = (sql.der.get(serial) as { der: Buffer }).der;
          if (!known.equals(der)) conflicts.push(serial);
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
  };
}
