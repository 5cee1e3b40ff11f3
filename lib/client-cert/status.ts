import type { RevocationReason } from '../wire/records';
import type { CheckResult, Said } from '../x509/check-result';

/** Why a certificate is not accepted; stable, programs match on them. */
export const CERT_REASONS = [
  'none-shown',
  'expired',
  'not-yet-valid',
  'unknown-issuer',
  'wrong-unit',
  'not-one-name',
  'revoked',
  'headers-not-trusted',
  'unreadable',
  'key-not-proven',
] as const;
export type CertReason = (typeof CERT_REASONS)[number];

/** One of them, with the sentence for people. */
export type Reason = { code: CertReason } & Said;

/** What cert-check tells about the certificate itself. */
export type ShownCertificate = {
  subject: string;
  issuer: string;
  /** Lower-case hex. */
  serial: string;
  notBefore: string;
  notAfter: string;
  fingerprintSha256: string;
  commonName: string | null;
};

/** By which headers the certificate came; `hand-over`: from the gate by /auth/certificate. */
export type CertificateVia = 'apache' | 'nginx' | 'rfc9440' | 'embedded' | 'hand-over';

/** Who is at the other end, as far as a client certificate tells. */
export type ClientCertificateStatus = {
  shown: boolean;
  accepted: boolean;
  reasons: Reason[];
  certificate?: ShownCertificate;
  /** Why it is revoked, where the portal knows. */
  revocation?: RevocationReason;
  via: CertificateVia | null;
  /** When it was shown, where that was not just now: after a hand-over. */
  provenAt?: string;
  checks: CheckResult[];
};
