import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';

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
import { signerFiles, writeDurably, type Ca } from './ca-files';
import { makeCaKey, type CaKey, type CaKeyKind } from './ca-keys';
import { crlIssuerOf, issueCrl } from './crl-keeper';
import { openFreshJournal } from './fresh-journal';
import { calendarYears, certifySigningCa } from './make-signing-ca';
import { encryptKey } from './key-file';
import { issueFirstServer, writeServerFiles } from './first-server-certificate';
import { writePublicCopies } from './public-copies';
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
export type Step = 'root-key' | 'signing-key' | 'certificates' | 'encrypting' | 'writing';

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
  const journal = openFreshJournal(files, now);
  try {
    progress('root-key');
    const rootKey = await makeCaKey(wishes.rootKey);
    progress('signing-key');
    const signingKey = await makeCaKey(wishes.signingKey);
    progress('certificates');
    const root = await issue(rootPlan(wishes, rootKey, now), rootKey);
    const signing = await certifySigningCa({
      wishes: {
        ...wishes,
        commonName: wishes.signingCn,
        years: wishes.signingYears,
        profile: wishes.policy.profile,
      },
      key: signingKey,
      root,
      rootKey,
      now,
    });
    const rootCrl = await makeRootCrl({ root, key: rootKey, number: 1, now });
    const ca: Ca = {
      root,
      signing,
      keyId: keyId(signingKey.spki),
      algorithm: signingKey.algorithm,
      policy: wishes.policy,
      otherKeys: [],
    };
    journal.recordCa({ keyId: ca.keyId, der: signing.der, state: 'active' }, now);
    const { serverNames } = wishes;
    const server = await issueFirstServer({ ca, signingKey, serverNames, journal, now });
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
    writeServerFiles(input.serverDir, server, ca);
    writePublicCopies(input.caDir, { root, signing, former: [], rootCrl }, now);
    writeDurably(files.rootCa, root.pem, 0o644);
    writeDurably(files.signingCa, signing.pem, 0o644);
    return { root, signing, server: server.certificate };
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

async function issue(plan: CertificatePlan, key: CaKey): Promise<CertificateInfo> {
  return parseCertificate(await signLinted(lintTbs(buildCertificateTbs(plan), plan), key));
}

function rootPlan(wishes: CaWishes, key: CaKey, now: Date): CertificatePlan {
  const subject = centreName(wishes.policy.profile, wishes.rootCn);
  return {
    kind: 'root',
    serial: newSerial(randomBytes(SERIAL_OCTETS)),
    subject,
    issuer: subject,
    spki: key.spki,
    validity: calendarYears(now, wishes.rootYears, null),
    issuerKeyId: keyId(key.spki),
    san: NO_NAMES,
    pointers: {},
    signatureAlgorithm: key.algorithm,
    emailProtection: false,
  };
}
