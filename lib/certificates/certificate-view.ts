import type { CertificateSummary } from '../db/certificates';
import type { CertificateView } from '../requests/views';

/** A certificate as pages and the API show it; EXPIRED follows from the clock. */
export function certificateView(
  row: CertificateSummary,
  facts: { issuer: string; now: Date },
): CertificateView {
  const expired = row.state === 'VALID' && row.notAfter < facts.now;
  return {
    serial: row.serial,
    state: expired ? 'EXPIRED' : (row.state as CertificateView['state']),
    subject: row.subject,
    commonName: row.commonName,
    email: row.email,
    issuer: facts.issuer,
    keyLabel: row.keyLabel,
    label: row.label,
    notBefore: row.notBefore.toISOString(),
    notAfter: row.notAfter.toISOString(),
    fingerprintSha256: row.fingerprintSha256,
    spkiSha256: row.spkiSha256,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revocationReason: row.revocationReason,
    requestId: row.requestId,
    renews: row.request?.renewsSerial ?? null,
    supersededBy: row.supersededBy,
    profile: row.profile === 'server' ? 'server' : 'user',
  };
}
