import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { StatePaths } from '../config/state-paths';
import { HubgateError } from '../errors';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import { sameBytes } from '../x509/der';
import { caKeyId } from '../x509/key-id';
import { fromPemAll } from '../x509/pem';

/** The CAs as the portal publishes them. `former`: signing CAs of before, newest first. */
export type CaCertificates = {
  readonly root: CertificateInfo;
  readonly signing: CertificateInfo;
  readonly former: readonly CertificateInfo[];
};

type Loaded = { stamp: string; certificates: readonly CertificateInfo[] };

const holder = globalThis as typeof globalThis & { __hubgateCaCertificates?: Map<string, Loaded> };

/**
 * The CA's public certificates, from the portal's own copies; read anew when a file changes.
 *
 * @throws {HubgateError} `ca.file` when a copy is missing or is no certificate
 */
export function caCertificates(paths: Pick<StatePaths, 'caDir'>): CaCertificates {
  const at = (name: string): string => join(paths.caDir, name);
  const only = (name: string): CertificateInfo => {
    const [first] = certificatesIn(at(name));
    if (first === undefined) throw unreadable(at(name), new RangeError('there is no certificate in it'));
    return first;
  };
  // It comes with the first roll-over.
  const former = statSync(at('former-cas.pem'), { throwIfNoEntry: false });
  return {
    root: only('root-ca.pem'),
    signing: only('signing-ca.pem'),
    former: former === undefined ? [] : certificatesIn(at('former-cas.pem')),
  };
}

function certificatesIn(file: string): readonly CertificateInfo[] {
  const loaded = (holder.__hubgateCaCertificates ??= new Map());
  try {
    const { mtimeMs, size, ino } = statSync(file);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    const before = loaded.get(file);
    if (before?.stamp === stamp) return before.certificates;
    const certificates = fromPemAll(readFileSync(file, 'utf8'), 'CERTIFICATE').map((der) =>
      parseCertificate(der),
    );
    loaded.set(file, { stamp, certificates });
    return certificates;
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): HubgateError {
  return new HubgateError(
    'ca.file',
    `The CA certificate ${file} cannot be read. Was the CA made (hubgate init)?`,
    { cause, params: { file } },
  );
}

/** Who may have issued somebody's certificate: the signing CA, then those of before. */
export function issuersOf({ signing, former }: CaCertificates): readonly CertificateInfo[] {
  return [signing, ...former];
}

/**
 * The issuer of a certificate that the portal stored, by the key that its row names; without one, the
 * first signing CA there was.
 */
export function issuerOf(cas: CaCertificates, row: { caKeyId: string | null }): CertificateInfo {
  const named = issuersOf(cas).find((one) => caKeyId(one) === row.caKeyId);
  return named ?? signingCasInOrder(cas)[0] ?? cas.signing;
}

/** What stands above a certificate in its chain, PEM: its issuer, and the root where that is another. */
export function chainOf({ root }: CaCertificates, issuer: CertificateInfo): string {
  return sameBytes(issuer.der, root.der) ? root.pem : issuer.pem + root.pem;
}

/**
 * The signing CAs in the order in which they came. A CA's place is in its addresses for ever: the
 * first is `signing-ca`, the next `signing-ca-2`. A root that signed people itself is none of them.
 */
export function signingCasInOrder(cas: CaCertificates): readonly CertificateInfo[] {
  return [...issuersOf(cas)].reverse().filter((one) => !sameBytes(one.der, cas.root.der));
}

/** `signing-ca`, `signing-ca-2`, …: what a signing CA's files and revocation list are called. */
export function addressName(cas: CaCertificates, signing: CertificateInfo): string {
  const place = signingCasInOrder(cas).findIndex((one) => sameBytes(one.der, signing.der));
  return place < 1 ? 'signing-ca' : `signing-ca-${place + 1}`;
}
