import type { KeyInfo } from './key-info';
import { OID } from './oids';

/** What kinds of certificates there are. Requests ask for `user` or `server` only; `ocsp` is the responder's. */
export type CertificateKind = 'root' | 'signing' | 'user' | 'server' | 'ocsp';

/** Bits of the keyUsage extension that we use (RFC 5280 section 4.2.1.3). */
export type KeyUsageBit = 'digitalSignature' | 'keyEncipherment' | 'keyCertSign' | 'cRLSign';

/** What every certificate of a kind contains, whoever it is for. */
export type Profile = {
  readonly isCa: boolean;
  /** basicConstraints pathLenConstraint; null: none. */
  readonly pathLength: number | null;
  readonly keyUsage: (key: KeyInfo) => readonly KeyUsageBit[];
  /** OIDs, in order. Empty: the extension is absent. */
  readonly extKeyUsage: (options: { emailProtection: boolean }) => readonly string[];
  /** Which names the subject alternative name may hold. */
  readonly san: 'none' | 'emails' | 'hosts';
  readonly pointers: readonly ('crl' | 'caIssuers' | 'ocsp')[];
  /** id-pkix-ocsp-nocheck: nobody asks whether it is revoked (RFC 6960 section 4.2.2.2.1). */
  readonly noCheck?: true;
  /** The longest life, in days; none: what the policy says. */
  readonly maxDays?: number;
};

// RFC 5480 section 3 and RFC 8410 section 5: EC and Edwards keys do not encipher keys in TLS.
const endEntityUsage = (key: KeyInfo): readonly KeyUsageBit[] =>
  key.type === 'rsa' ? ['digitalSignature', 'keyEncipherment'] : ['digitalSignature'];

export const PROFILES: Record<CertificateKind, Profile> = {
  root: {
    isCa: true,
    pathLength: 1,
    keyUsage: () => ['keyCertSign', 'cRLSign'],
    extKeyUsage: () => [],
    san: 'none',
    pointers: [],
  },
  signing: {
    isCa: true,
    pathLength: 0,
    keyUsage: () => ['keyCertSign', 'cRLSign'],
    extKeyUsage: () => [],
    san: 'none',
    pointers: ['crl', 'caIssuers'],
  },
  user: {
    isCa: false,
    pathLength: null,
    keyUsage: endEntityUsage,
    extKeyUsage: ({ emailProtection }) =>
      emailProtection ? [OID.clientAuth, OID.emailProtection] : [OID.clientAuth],
    san: 'emails',
    pointers: ['crl', 'ocsp', 'caIssuers'],
  },
  server: {
    isCa: false,
    pathLength: null,
    keyUsage: endEntityUsage,
    extKeyUsage: () => [OID.serverAuth],
    san: 'hosts',
    pointers: ['crl', 'ocsp', 'caIssuers'],
  },
  // It answers for the CA that signed it (RFC 6960 section 4.2.2.2). What nobody checks cannot be
  // revoked: a short life stands in for that.
  ocsp: {
    isCa: false,
    pathLength: null,
    keyUsage: () => ['digitalSignature'],
    extKeyUsage: () => [OID.ocspSigning],
    san: 'none',
    pointers: [],
    noCheck: true,
    maxDays: 30,
  },
};

/**
 * What the centre fixed for its certificates: the parts of the subject that no request chooses, and
 * what a request may ask for. The signer keeps its own copy from the ceremony.
 */
export type ProfilePolicy = {
  /** domainComponent, ASCII; empty: left out. */
  readonly dn: string;
  readonly org: string;
  readonly ou: string;
  /** What an account name looks like; the whole of it must match. */
  readonly accountPattern: string;
  readonly emailProtection: boolean;
  readonly userDays: number;
  readonly serverDays: number;
  /** Names that a server certificate may carry: exact, or `.example.org` for all below. */
  readonly serverNames: readonly string[];
};
