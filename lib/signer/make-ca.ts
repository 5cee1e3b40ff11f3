import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { HubgateError } from '../errors';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import {
  NO_NAMES,
  type CertificatePlan,
  type NameConstraints,
  type PlannedNames,
} from '../x509/certificate-plan';
import { buildCertificateTbs } from '../x509/certificate-tbs';
import { keyId } from '../x509/key-id';
import { lintTbs } from '../x509/lint';
import { centreName } from '../x509/name';
import { newSerial, SERIAL_OCTETS } from '../x509/serial';
import type { SignatureAlgorithm } from '../x509/signature-algorithm';
import { planValidity, type Validity } from '../x509/validity';
import { signerFiles, writeDurably, type Ca } from './ca-files';
import { makeCaKey, type CaKey, type CaKeyKind } from './ca-keys';
import { crlIssuerOf, issueCrl } from './crl-keeper';
import { openJournal } from './journal';
import { encryptKey } from './key-file';
import type { SignerPolicy } from './policy';
import { makeRootCrl } from './root-crl';
import { signLinted } from './sign-linted';

/** What a ceremony decides. */
export type CaWishes = {
  rootCn: string;
  signingCn: string;
  rootKey: CaKeyKind;
  signingKey: CaKeyKind;
  rootYears: number;
  signingYears: number;
  nameConstraints: NameConstraints | null;
  /** Addresses that the signing CA's own certificate points to: the root's CRL and certificate. */
  rootPointers: { crlUrl: string; caIssuersUrl: string };
  policy: SignerPolicy;
  /** Names of the first server certificate; the first becomes its common name. */
  serverNames: PlannedNames;
};

export type MadeCa = { root: CertificateInfo; signing: CertificateInfo; server: CertificateInfo };

/** What is being done, for people who wait. */
export type Step = 'root-key' | 'signing-key' | 'server-key' | 'certificates' | 'encrypting' | 'writing';

/** For computers whose clocks are slow. */
const BACKDATE_SECONDS = 300;

/**
 * The ceremony's work, in one go: root CA, signing CA, root CRL, first signing CRL, first server
 * certificate, the signer's rules, and the public copies for portal and front.
 *
 * `signing-ca.pem` is written last: a ceremony that was interrupted has not happened, and may be
 * held again over its remains.
 *
 * @param input.dir       the signer's folder
 * @param input.caDir     public copies for the portal
 * @param input.serverDir server certificate and key for the front
 * @throws {HubgateError} `ca.exists`; `start.already-running` while a signer holds the journal
 */
export async function makeCa(input: {
  dir: string;
  caDir: string;
  serverDir: string;
  wishes: CaWishes;
  passphrases: { root: string; signing: string };
  now: Date;
  progress: (step: Step) => void;
}): Promise<MadeCa> {
  const { wishes, passphrases, now, progress } = input;
  const files = signerFiles(input.dir);
  refuseExisting(input.dir);
  for (const dir of [input.dir, input.caDir, input.serverDir]) {
    mkdirSync(dir, { recursive: true, mode: dir === input.caDir ? 0o755 : 0o700 });
  }
  const journal = openJournal(files.journal);
  try {
    progress('root-key');
    const rootKey = await makeCaKey(wishes.rootKey);
    progress('signing-key');
    const signingKey = await makeCaKey(wishes.signingKey);
    progress('server-key');
    const serverKey = await makeCaKey('p-256');

    progress('certificates');
    const root = await issue(rootPlan(wishes, rootKey, now), rootKey);
    const signing = await issue(signingPlan(wishes, signingKey, root, rootKey.algorithm, now), rootKey);
    const rootCrl = await makeRootCrl({ root, key: rootKey, number: 1, now });
    const plan = serverPlan(wishes, serverKey, signing, signingKey, now);
    const { tbs, linted } = build(plan);
    const { serial } = plan;
    const tbsSha256 = createHash('sha256').update(tbs).digest('hex');
    journal.recordIntents([{ serial, tbsSha256, order: null }], now);
    const serverDer = await signLinted(linted, signingKey);
    const server = parseCertificate(serverDer);
    const caKeyId = keyId(signingKey.spki);
    journal.recordCa({ keyId: caKeyId, der: signing.der, state: 'active' }, now);
    const { spkiSha256, notAfter } = server;
    journal.commit([{ serial, orderId: null, caKeyId, spkiSha256, der: serverDer, notAfter }], now);
    const ca: Ca = {
      root,
      signing,
      keyId: caKeyId,
      algorithm: signingKey.algorithm,
      policy: wishes.policy,
    };
    const { privateKey } = signingKey;
    const issuer = crlIssuerOf(ca, privateKey);
    await issueCrl({ issuer, privateKey, rules: ca.policy.crl, journal, at: now });

    progress('encrypting');
    const rootPem = await encryptKey(rootKey.privateKey, passphrases.root);
    const signingPem = await encryptKey(signingKey.privateKey, passphrases.signing);

    progress('writing');
    journal.note('ceremony', now);
    writeDurably(files.rootKey, rootPem, 0o600);
    writeDurably(files.signingKey, signingPem, 0o600);
    writeDurably(files.policy, `${JSON.stringify(wishes.policy, null, 2)}\n`, 0o600);
    writeDurably(files.rootCrl, rootCrl, 0o644);
    const plainKey = serverKey.privateKey.export({ format: 'pem', type: 'pkcs8' });
    writeDurably(join(input.serverDir, 'server.key'), plainKey.toString(), 0o600);
    writeDurably(join(input.serverDir, 'server.pem'), server.pem + signing.pem, 0o644);
    writeDurably(join(input.caDir, 'root-ca.pem'), root.pem, 0o644);
    writeDurably(join(input.caDir, 'root-ca.crl'), rootCrl, 0o644);
    writeDurably(join(input.caDir, 'signing-ca.pem'), signing.pem, 0o644);
    writeDurably(join(input.caDir, 'ca-bundle.pem'), signing.pem + root.pem, 0o644);
    writeDurably(files.rootCa, root.pem, 0o644);
    writeDurably(files.signingCa, signing.pem, 0o644);
    return { root, signing, server };
  } finally {
    journal.close();
  }
}

/** @throws {HubgateError} `ca.exists` when this folder holds a CA */
export function refuseExisting(dir: string): void {
  const { signingCa } = signerFiles(dir);
  if (!existsSync(signingCa)) return;
  throw new HubgateError(
    'ca.exists',
    `There is a CA already (${signingCa}). A CA is never overwritten: certificates of its people would die. ` +
      'Choose another stateDir, or move the old one away yourself.',
    { params: { file: signingCa } },
  );
}

function build(plan: CertificatePlan) {
  const tbs = buildCertificateTbs(plan);
  return { tbs, linted: lintTbs(tbs, plan) };
}

async function issue(plan: CertificatePlan, key: CaKey): Promise<CertificateInfo> {
  return parseCertificate(await signLinted(build(plan).linted, key));
}

type Shared = Pick<CertificatePlan, 'serial' | 'spki' | 'san' | 'emailProtection'>;

const shared = (key: CaKey): Shared => ({
  serial: newSerial(randomBytes(SERIAL_OCTETS)),
  spki: key.spki,
  san: NO_NAMES,
  emailProtection: false,
});

function rootPlan(wishes: CaWishes, key: CaKey, now: Date): CertificatePlan {
  const subject = centreName(wishes.policy.profile, wishes.rootCn);
  return {
    ...shared(key),
    kind: 'root',
    subject,
    issuer: subject,
    validity: years(now, wishes.rootYears, null),
    issuerKeyId: keyId(key.spki),
    pointers: {},
    signatureAlgorithm: key.algorithm,
  };
}

function signingPlan(
  wishes: CaWishes,
  key: CaKey,
  root: CertificateInfo,
  rootAlgorithm: SignatureAlgorithm,
  now: Date,
): CertificatePlan {
  return {
    ...shared(key),
    kind: 'signing',
    subject: centreName(wishes.policy.profile, wishes.signingCn),
    issuer: root.subjectDer,
    validity: years(now, wishes.signingYears, root.notAfter),
    issuerKeyId: keyId(root.spki),
    pointers: wishes.rootPointers,
    ...(wishes.nameConstraints && { nameConstraints: wishes.nameConstraints }),
    signatureAlgorithm: rootAlgorithm,
  };
}

function serverPlan(
  wishes: CaWishes,
  key: CaKey,
  signing: CertificateInfo,
  signingKey: CaKey,
  now: Date,
): CertificatePlan {
  const { serverNames, policy } = wishes;
  const commonName = [...serverNames.dnsNames, ...serverNames.ipAddresses][0];
  if (commonName === undefined) throw new RangeError('a server certificate needs a name');
  return {
    ...shared(key),
    kind: 'server',
    subject: centreName(policy.profile, commonName),
    issuer: signing.subjectDer,
    validity: planValidity({
      now,
      lifetimeSeconds: policy.profile.serverDays * 86_400,
      backdateSeconds: BACKDATE_SECONDS,
      issuerNotAfter: signing.notAfter,
    }),
    issuerKeyId: keyId(signing.spki),
    san: serverNames,
    pointers: policy.pointers,
    signatureAlgorithm: signingKey.algorithm,
  };
}

/** Calendar years from now, never past the issuer's end. */
function years(now: Date, count: number, end: Date | null): Validity {
  const wanted = new Date(now);
  wanted.setUTCFullYear(wanted.getUTCFullYear() + count);
  const last = end !== null && end < wanted ? end : wanted;
  const seconds = Math.floor(last.getTime() / 1000) - Math.floor(now.getTime() / 1000) + BACKDATE_SECONDS;
  return planValidity({
    now,
    lifetimeSeconds: seconds,
    backdateSeconds: BACKDATE_SECONDS,
    issuerNotAfter: end ?? wanted,
  });
}
