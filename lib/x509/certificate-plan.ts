import type { Name } from './name';
import type { CertificateKind } from './profile';
import type { SignatureAlgorithm } from './signature-algorithm';
import type { Validity } from './validity';

/** Names for the subject alternative name, already checked by policy. */
export type PlannedNames = {
  readonly emails: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
};

/** Addresses that a certificate points to. A missing one is left out of the certificate. */
export type Pointers = {
  readonly crlUrl?: string | undefined;
  readonly caIssuersUrl?: string | undefined;
  readonly ocspUrl?: string | undefined;
};

/** What a CA certificate may certify names under (RFC 5280 section 4.2.1.10). */
export type NameConstraints = {
  readonly permittedDns: readonly string[];
  /** `10.1.0.0/16`, `2001:db8::/32`. */
  readonly permittedIp: readonly string[];
};

/** Everything that decides a certificate's contents: the TBS is built from it and held against it. */
export type CertificatePlan = {
  readonly kind: CertificateKind;
  /** 40 lower-case hex digits: newSerial(). */
  readonly serial: string;
  readonly subject: Name;
  /** The issuer's subject: its DER as it stands in the issuer's certificate, or for a root its name. */
  readonly issuer: Uint8Array | Name;
  /** SubjectPublicKeyInfo, DER, taken over byte for byte. */
  readonly spki: Uint8Array;
  readonly validity: Validity;
  /** The issuer's subject key identifier, 40 hex digits; for a root that of its own key. */
  readonly issuerKeyId: string;
  readonly san: PlannedNames;
  readonly pointers: Pointers;
  readonly nameConstraints?: NameConstraints | undefined;
  readonly signatureAlgorithm: SignatureAlgorithm;
  readonly emailProtection: boolean;
};

export const NO_NAMES: PlannedNames = { emails: [], dnsNames: [], ipAddresses: [] };
