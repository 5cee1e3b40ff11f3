import { createHash, createPrivateKey, createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';

import { HubgateError } from '../errors';
import { isIssuedBy, parseCertificate, type CertificateInfo } from '../x509/certificate';
import { NO_NAMES, type CertificatePlan } from '../x509/certificate-plan';
import { buildCertificateTbs } from '../x509/certificate-tbs';
import { sameBytes } from '../x509/der';
import { keyId } from '../x509/key-id';
import { lintTbs } from '../x509/lint';
import { centreName } from '../x509/name';
import { newSerial, SERIAL_OCTETS } from '../x509/serial';
import type { SignatureAlgorithm } from '../x509/signature-algorithm';
import { planValidity } from '../x509/validity';
import { writeDurably } from './ca-files';
import { caKey, makeCaKey, type CaKey } from './ca-keys';
import type { Journal } from './journal';
import type { SignerPolicy } from './policy';
import { signLinted } from './sign-linted';

/** Who answers for one CA: a key of its own and the certificate by which the CA delegated that to it. */
export type ResponderIdentity = {
  readonly certificate: CertificateInfo;
  readonly key: CaKey;
  /** SHA-1 of the public key: how responses name it. */
  readonly keyId: string;
};

/** A CA that can delegate; `privateKey` is null while it is locked. */
export type Delegator = {
  readonly keyId: string;
  readonly certificate: CertificateInfo;
  readonly algorithm: SignatureAlgorithm;
  readonly privateKey: KeyObject | null;
};

const COMMON_NAME = 'OCSP responder';
const DAY_SECONDS = 86_400;
/** Nobody checks whether it is revoked, so its life is short: the profile allows no more. */
const LIFE_SECONDS = 30 * DAY_SECONDS;
/** For computers whose clocks are slow. */
const BACKDATE_SECONDS = 300;

/**
 * Reads who answers for a CA; null when nobody does yet.
 *
 * @throws {HubgateError} `ca.file` when the file is damaged or is another CA's
 */
export function readResponder(file: string, issuer: CertificateInfo): ResponderIdentity | null {
  if (!existsSync(file)) return null;
  try {
    const pem = readFileSync(file, 'utf8');
    const certificate = parseCertificate(pem);
    const key = caKey(createPrivateKey(pem));
    if (!sameBytes(key.spki, certificate.spki)) throw new Error('key and certificate do not belong together');
    if (!isIssuedBy(certificate, issuer)) throw new Error('its certificate is of another CA');
    return { certificate, key, keyId: keyId(key.spki) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'unknown reason';
    throw new HubgateError('ca.file', `${file} cannot be used: ${why}.`, { params: { file }, cause });
  }
}

/**
 * Makes a key and has the CA delegate to it: plan, lint, intent, signature, journal, then the file. A
 * crash in between leaves a certificate whose key is gone, and the next start makes another.
 *
 * @param file takes both, readable by the signer alone; replaced in one step
 * @throws {HubgateError} `certificate.outlives-issuer` when the CA ends before anything could be answered,
 *   `start.disk-full`
 */
export async function makeResponder(input: {
  file: string;
  delegator: Delegator;
  privateKey: KeyObject;
  profile: SignerPolicy['profile'];
  journal: Journal;
  now: Date;
}): Promise<ResponderIdentity> {
  const { file, delegator, privateKey, profile, journal, now } = input;
  const key = await makeCaKey('p-256');
  const plan = planResponder(key, delegator, profile, now);
  const tbs = buildCertificateTbs(plan);
  const linted = lintTbs(tbs, plan);
  const { serial } = plan;
  const tbsSha256 = createHash('sha256').update(tbs).digest('hex');
  journal.recordIntents([{ serial, tbsSha256, order: null }], now);
  const { algorithm } = delegator;
  const publicKey = createPublicKey({
    key: Buffer.from(delegator.certificate.spki),
    format: 'der',
    type: 'spki',
  });
  const der = await signLinted(linted, { algorithm, privateKey, publicKey });
  const certificate = parseCertificate(der);
  const { spkiSha256, notAfter } = certificate;
  journal.commit([{ serial, orderId: null, caKeyId: delegator.keyId, spkiSha256, der, notAfter }], now);
  const pem = key.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  writeDurably(file, pem + certificate.pem, 0o600);
  return { certificate, key, keyId: keyId(key.spki) };
}

function planResponder(
  key: CaKey,
  { certificate, algorithm, keyId: issuerKeyId }: Delegator,
  profile: SignerPolicy['profile'],
  now: Date,
): CertificatePlan {
  const start = Math.floor(now.getTime() / 1000) - BACKDATE_SECONDS;
  const left = Math.floor(certificate.notAfter.getTime() / 1000) - start + 1;
  return {
    kind: 'ocsp',
    serial: newSerial(randomBytes(SERIAL_OCTETS)),
    subject: centreName(profile, COMMON_NAME),
    issuer: certificate.subjectDer,
    spki: key.spki,
    validity: planValidity({
      now,
      lifetimeSeconds: Math.max(1, Math.min(LIFE_SECONDS, left)),
      backdateSeconds: BACKDATE_SECONDS,
      issuerNotAfter: certificate.notAfter,
    }),
    issuerKeyId,
    san: NO_NAMES,
    pointers: {},
    signatureAlgorithm: algorithm,
    emailProtection: false,
  };
}
