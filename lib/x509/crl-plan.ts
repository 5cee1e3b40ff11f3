import type { SignatureAlgorithm } from './signature-algorithm';

/** RFC 5280 section 5.3.1; `unspecified` is written by leaving the extension out. */
export const CRL_REASONS = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
} as const;
export type CrlReason = keyof typeof CRL_REASONS;

export type CrlEntry = {
  /** Lower-case hex. */
  readonly serial: string;
  readonly revokedAt: Date;
  readonly reason: CrlReason;
};

/** Everything that decides a CRL's contents. */
export type CrlPlan = {
  /** The issuing CA's subject, DER, as it stands in its certificate. */
  readonly issuer: Uint8Array;
  /** The issuing CA's subject key identifier, 40 hex digits. */
  readonly issuerKeyId: string;
  /** Rises with every CRL (RFC 5280 section 5.2.3). */
  readonly crlNumber: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly revoked: readonly CrlEntry[];
  readonly signatureAlgorithm: SignatureAlgorithm;
};
