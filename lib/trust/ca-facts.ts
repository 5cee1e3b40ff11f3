import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { StatePaths } from '../config/state-paths';
import { parseCertificate } from '../x509/certificate';

/** What pages say about a CA certificate. */
export type CaFacts = {
  commonName: string;
  subject: string;
  issuerCommonName: string;
  keyLabel: string;
  notBefore: string;
  notAfter: string;
  /** Lower-case hex. */
  fingerprintSha256: string;
  /** Octets of the DER file that is offered. */
  derBytes: number;
};

export type BothCas = { root: CaFacts; signing: CaFacts; crlUpdatedAt: string | null };

type Kept = { stamp: string; cas: BothCas };
const kept = new Map<string, Kept>();

/**
 * Root and signing CA as the portal publishes them, or null before there is a CA. Read again only
 * when a file changed: every page's footer asks.
 */
export async function caFacts(paths: Pick<StatePaths, 'caDir'>): Promise<BothCas | null> {
  const files = ['root-ca.pem', 'signing-ca.pem'].map((name) => join(paths.caDir, name));
  const stamps = await Promise.all(files.map(modified));
  if (stamps.some((stamp) => stamp === null)) return null;
  const crl = await modified(join(paths.caDir, 'root-ca.crl'));
  const stamp = [...stamps, crl].join(' ');
  const known = kept.get(paths.caDir);
  if (known?.stamp === stamp) return known.cas;
  const [root, signing] = await Promise.all(files.map(async (file) => facts(await readFile(file, 'utf8'))));
  if (!root || !signing) return null;
  const cas = { root, signing, crlUpdatedAt: crl === null ? null : new Date(crl).toISOString() };
  kept.set(paths.caDir, { stamp, cas });
  return cas;
}

async function modified(file: string): Promise<number | null> {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return null;
  }
}

function facts(pem: string): CaFacts {
  const certificate = parseCertificate(pem);
  return {
    commonName: certificate.commonName,
    subject: certificate.subject,
    issuerCommonName:
      /(?:^|,)\s*CN=((?:\\.|[^,\\])*)/u.exec(certificate.issuer)?.[1]?.replace(/\\(.)/gu, '$1') ??
      certificate.issuer,
    keyLabel: certificate.keyLabel,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
    fingerprintSha256: certificate.fingerprintSha256,
    derBytes: certificate.der.length,
  };
}
