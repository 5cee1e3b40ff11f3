/** RFC 5280 section 5.3.1; the two that a person is ever right to choose for a CA's own fall are left to the host. */
export const REVOCATION_REASONS = [
  'keyCompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'privilegeWithdrawn',
  'certificateHold',
  'unspecified',
] as const;
