import { statSync } from 'node:fs';
import { join } from 'node:path';

import { addressName, caCertificates } from '../client-cert/ca-certificates';
import type { StatePaths } from '../config/state-paths';
import { isHubgateError } from '../errors';
import type { CertificateInfo } from '../x509/certificate';
import { sameBytes } from '../x509/der';
import { caKeyId } from '../x509/key-id';

/** What pages say about a CA certificate. */
export type CaFacts = {
  commonName: string;
  /** RFC 4514. */
  subject: string;
  issuerCommonName: string;
  keyLabel: string;
  /** ISO 8601. */
  notBefore: string;
  notAfter: string;
  /** Lower-case hex. */
  fingerprintSha256: string;
  /** Octets of the DER file that is offered. */
  derBytes: number;
  /** What the signer calls its key. */
  keyId: string;
  /** What its files under /ca/ and its list under /crl/ are called, without the ending. */
  fileName: string;
};

/** `former`: signing CAs of before, newest first. */
export type BothCas = {
  root: CaFacts;
  signing: CaFacts;
  former: readonly CaFacts[];
  crlUpdatedAt: string | null;
};

/** Root and signing CA as the portal publishes them, or null before there is a CA. Cheap: every page's footer asks. */
export function caFacts(paths: Pick<StatePaths, 'caDir'>): BothCas | null {
  try {
    const cas = caCertificates(paths);
    const { root, signing } = cas;
    const signingFacts = (one: CertificateInfo): CaFacts =>
      facts(one, root.commonName, addressName(cas, one));
    return {
      root: facts(root, root.commonName, 'root-ca'),
      signing: signingFacts(signing),
      former: cas.former.filter((one) => !sameBytes(one.der, root.der)).map(signingFacts),
      crlUpdatedAt:
        modified(join(paths.caDir, 'signing-ca.crl')) ?? modified(join(paths.caDir, 'root-ca.crl')),
    };
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'ca.file') return null;
    throw thrown;
  }
}

function modified(file: string): string | null {
  return statSync(file, { throwIfNoEntry: false })?.mtime.toISOString() ?? null;
}

function facts(certificate: CertificateInfo, issuerCommonName: string, fileName: string): CaFacts {
  return {
    commonName: certificate.commonName,
    subject: certificate.subject,
    issuerCommonName,
    keyLabel: certificate.keyLabel,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    fingerprintSha256: certificate.fingerprintSha256,
    derBytes: certificate.der.length,
    keyId: caKeyId(certificate),
    fileName,
  };
}
