import type { ClientCertificateStatus, Reason as CertificateReason } from '#lib/client-cert/status';

/** Why a front did not let a visitor in, as it says in X-Hubgate-Refusal, and where help is. */
export const REASONS = {
  'none-shown': '/certs/new',
  expired: '/certs/new',
  'not-yet-valid': '/status/cert-check',
  'unknown-issuer': '/certs/new',
  'not-one-name': '/certs/new',
  revoked: '/certs/new',
  held: '/status/cert-check',
  'not-listed': '/hubs',
  'revocations-unknown': '/hubs',
} as const;
export type Reason = keyof typeof REASONS;

/** What the front said, with what the portal knows better of the certificate that was shown. */
export function reasonOf(
  said: string | null,
  visitor: Pick<ClientCertificateStatus, 'shown' | 'revocation'> & {
    readonly reasons: readonly Pick<CertificateReason, 'code'>[];
  },
): Reason {
  const reason = spoken(said) ?? (visitor.shown ? 'not-listed' : 'none-shown');
  // The gate's list of the revoked does not tell a hold from an end.
  if (reason === 'revoked' && visitor.revocation === 'certificateHold') return 'held';
  // Nobody can put it on a list: fronts read one name of it, or another, or none.
  if (reason === 'not-listed' && visitor.reasons.some(({ code }) => code === 'not-one-name')) {
    return 'not-one-name';
  }
  return reason;
}

const spoken = (said: string | null): Reason | null =>
  said !== null && Object.hasOwn(REASONS, said) ? (said as Reason) : null;
