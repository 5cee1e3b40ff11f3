import { statSync } from 'node:fs';
import { join } from 'node:path';

import { caCertificate } from '../client-cert/ca-certificates';
import type { StatePaths } from '../config/state-paths';
import { isHubgateError } from '../errors';
import type { CertificateInfo } from '../x509/certificate';

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
};

export type BothCas = { root: CaFacts; signing: CaFacts; crlUpdatedAt: string | null };

/** Root and signing CA as the portal publishes them, or null before there is a CA. Cheap: every page's footer asks. */
export function caFacts(paths: Pick<StatePaths, 'caDir'>): BothCas | null {
  try {
    const root = caCertificate(paths, 'root');
    const signing = caCertificate(paths, 'signing');
    return {
      root: facts(root, root.commonName),
      signing: facts(signing, root.commonName),
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

function facts(certificate: CertificateInfo, issuerCommonName: string): CaFacts {
  return {
    commonName: certificate.commonName,
    subject: certificate.subject,
    issuerCommonName,
    keyLabel: certificate.keyLabel,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    fingerprintSha256: certificate.fingerprintSha256,
    derBytes: certificate.der.length,
  };
}
