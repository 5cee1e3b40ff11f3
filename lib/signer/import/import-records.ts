import type { ImportedCertificate, ImportedRevocation } from '../journal-import';
import type { ImportPlan } from './plan-import';

/** What goes from an old folder into the journal, and how much of each kind. */
export type ImportRecords = {
  readonly certificates: readonly ImportedCertificate[];
  readonly revocations: readonly ImportedRevocation[];
  /** SHA-256 of keys that were compromised: never certified again. */
  readonly blockedKeys: readonly string[];
  readonly counts: {
    readonly certificates: number;
    /** Of which only the line in the index is left. */
    readonly withoutCopy: number;
    readonly valid: number;
    readonly ended: number;
    readonly revoked: number;
    /** Revoked, but only on hold. */
    readonly held: number;
  };
};

/**
 * Turns index and copies into journal entries: every line of the index, and every copy that the CA
 * signed, whether or not a line speaks of it. Where nobody kept a copy the line alone is recorded, so
 * that the certificate can be listed and revoked all the same.
 */
export function importRecords({ issuer, root, shape }: ImportPlan, now: Date): ImportRecords {
  const certificates: ImportedCertificate[] = [];
  const revocations: ImportedRevocation[] = [];
  const blockedKeys = new Set<string>();
  const counts = { certificates: 0, withoutCopy: 0, valid: 0, ended: 0, revoked: 0, held: 0 };
  const left = new Map(issuer.issued);
  for (const { serial, notAfter: listedEnd, revocation, subject } of issuer.entries) {
    // `openssl ca -selfsign` lists the root among what it issued.
    if (shape === 'single' && serial === root.serial) continue;
    const copy = left.get(serial);
    left.delete(serial);
    const notAfter = copy?.notAfter ?? listedEnd;
    certificates.push(
      copy === undefined
        ? // The index does not say when it began: not before its CA did.
          { serial, der: null, spkiSha256: null, subject, notAfter, issuedAt: issuer.certificate.notBefore }
        : imported(copy),
    );
    if (copy === undefined) counts.withoutCopy += 1;
    if (revocation !== null) {
      const { at, reason } = revocation;
      revocations.push({ serial, reason, revokedAt: at, notAfter });
      counts.revoked += 1;
      if (reason === 'certificateHold') counts.held += 1;
      if (reason === 'keyCompromise' && copy !== undefined) blockedKeys.add(copy.spkiSha256);
    } else counts[notAfter < now ? 'ended' : 'valid'] += 1;
  }
  for (const copy of left.values()) {
    certificates.push(imported(copy));
    counts[copy.notAfter < now ? 'ended' : 'valid'] += 1;
  }
  counts.certificates = certificates.length;
  return { certificates, revocations, blockedKeys: [...blockedKeys], counts };
}

function imported(copy: {
  serial: string;
  der: Uint8Array;
  spkiSha256: string;
  notAfter: Date;
  notBefore: Date;
}): ImportedCertificate {
  const { serial, der, spkiSha256, notAfter, notBefore } = copy;
  return { serial, der, spkiSha256, subject: null, notAfter, issuedAt: notBefore };
}
