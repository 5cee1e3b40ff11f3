import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import type { CertificatePlan, PlannedNames } from '../x509/certificate-plan';
import { buildCertificateTbs } from '../x509/certificate-tbs';
import { lintTbs } from '../x509/lint';
import { centreName } from '../x509/name';
import { newSerial, SERIAL_OCTETS } from '../x509/serial';
import { planValidity } from '../x509/validity';
import { writeDurably, type Ca } from './ca-files';
import { makeCaKey, type CaKey } from './ca-keys';
import type { Journal } from './journal';
import { BACKDATE_SECONDS } from './make-signing-ca';
import { signLinted } from './sign-linted';

export type ServerCertificate = { certificate: CertificateInfo; key: CaKey };

const DAY_SECONDS = 86_400;

/**
 * The site's own certificate, made together with the CA, with the intent in the journal before it as
 * for every other. Shorter than the profile's life where the signing CA ends sooner.
 */
export async function issueFirstServer(input: {
  ca: Ca;
  signingKey: CaKey;
  serverNames: PlannedNames;
  journal: Journal;
  now: Date;
}): Promise<ServerCertificate> {
  const { ca, signingKey, serverNames, journal, now } = input;
  const { profile, pointers } = ca.policy;
  const commonName = [...serverNames.dnsNames, ...serverNames.ipAddresses][0];
  if (commonName === undefined) throw new RangeError('a server certificate needs a name');
  const key = await makeCaKey('p-256');
  const serial = newSerial(randomBytes(SERIAL_OCTETS));
  const left = Math.floor((ca.signing.notAfter.getTime() - now.getTime()) / 1000) + BACKDATE_SECONDS;
  const plan: CertificatePlan = {
    kind: 'server',
    serial,
    subject: centreName(profile, commonName),
    issuer: ca.signing.subjectDer,
    spki: key.spki,
    validity: planValidity({
      now,
      lifetimeSeconds: Math.min(profile.serverDays * DAY_SECONDS, left),
      backdateSeconds: BACKDATE_SECONDS,
      issuerNotAfter: ca.signing.notAfter,
    }),
    issuerKeyId: ca.keyId,
    san: serverNames,
    pointers,
    signatureAlgorithm: ca.algorithm,
    emailProtection: false,
  };
  const tbs = buildCertificateTbs(plan);
  const linted = lintTbs(tbs, plan);
  const tbsSha256 = createHash('sha256').update(tbs).digest('hex');
  journal.recordIntents([{ serial, tbsSha256, order: null }], now);
  const der = await signLinted(linted, signingKey);
  const certificate = parseCertificate(der);
  const { spkiSha256, notAfter } = certificate;
  journal.commit([{ serial, orderId: null, caKeyId: ca.keyId, spkiSha256, der, notAfter }], now);
  return { certificate, key };
}

/** Key and certificate with its signing CA, as Apache and the embedded front read them. */
export function writeServerFiles(serverDir: string, { certificate, key }: ServerCertificate, ca: Ca): void {
  const plainKey = key.privateKey.export({ format: 'pem', type: 'pkcs8' });
  writeDurably(join(serverDir, 'server.key'), plainKey.toString(), 0o600);
  writeDurably(join(serverDir, 'server.pem'), certificate.pem + ca.signing.pem, 0o644);
}
