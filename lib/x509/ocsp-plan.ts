import type { CrlReason } from './crl-plan';
import type { SignatureAlgorithm } from './signature-algorithm';

/** RFC 6960 section 2.2. A certificate on hold is revoked, with that reason. */
export type OcspStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly at: Date; readonly reason: CrlReason }
  | { readonly kind: 'unknown' };

/** The answer about one certificate. */
export type OcspSingle = {
  /** As the client wrote it, DER. */
  readonly certId: Uint8Array;
  readonly status: OcspStatus;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
};

/** Everything that decides a response's signed contents. */
export type OcspPlan = {
  /** SHA-1 of the responder's public key, 40 hex digits: how it is named (byKey). */
  readonly responderKeyId: string;
  readonly producedAt: Date;
  readonly answers: readonly OcspSingle[];
  /** The client's, given back (RFC 9654); null: none was sent, or the answer is for everybody. */
  readonly nonce: Uint8Array | null;
  readonly signatureAlgorithm: SignatureAlgorithm;
};
