/**
 * Reasons that a person may give, by the names of RFC 5280 section 5.3.1. `cACompromise` is about a CA
 * and left to the host; `certificateHold` is the only one that can be taken back.
 */
export const OPERATOR_REASONS = [
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
  'certificateHold',
  'unspecified',
] as const;

/** Reasons that the holder of a certificate can know of. */
export const HOLDER_REASONS = ['keyCompromise', 'superseded', 'cessationOfOperation'] as const;
export type HolderReason = (typeof HOLDER_REASONS)[number];

/** What happened, as its holder would say it, and the reason that this is. */
export const HOLDER_CASES = {
  lost: 'keyCompromise',
  exposed: 'keyCompromise',
  replaced: 'superseded',
  unused: 'cessationOfOperation',
} as const satisfies Record<string, HolderReason>;
export type HolderCase = keyof typeof HOLDER_CASES;

/** Of a row or a view: on hold, so that it may still be released or revoked for good. */
export function isOnHold(certificate: { state: string; revocationReason: string | null }): boolean {
  return certificate.state === 'REVOKED' && certificate.revocationReason === 'certificateHold';
}

/** Of a view: whether it can still be revoked. */
export function canRevoke(certificate: { state: string; revocationReason: string | null }): boolean {
  return certificate.state === 'VALID' || certificate.state === 'SUPERSEDED' || isOnHold(certificate);
}
