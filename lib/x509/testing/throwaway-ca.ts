import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

import { assembleSigned } from '../assemble';
import { parseCertificate, type CertificateInfo } from '../certificate';
import { type CertificatePlan, NO_NAMES } from '../certificate-plan';
import { buildCertificateTbs } from '../certificate-tbs';
import { keyId } from '../key-id';
import { readSpki } from '../key-info';
import { lintTbs, takeTbs } from '../lint';
import { centreName } from '../name';
import { newSerial } from '../serial';
import { digestOf, signatureAlgorithmFor } from '../signature-algorithm';

/** Key kinds that tests make. */
export type TestKeyType = 'rsa-4096' | 'rsa-3072' | 'rsa-2048' | 'p-256' | 'p-384' | 'ed25519';

export type TestKey = { privateKey: KeyObject; spki: Uint8Array };

/** A fresh key; RSA of 4096 bits takes a second or two. */
export function testKey(type: TestKeyType): TestKey {
  const { privateKey } = makePair(type);
  const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { privateKey, spki: new Uint8Array(spki) };
}

function makePair(type: TestKeyType): { privateKey: KeyObject } {
  switch (type) {
    case 'p-256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' });
    case 'p-384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' });
    case 'ed25519':
      return generateKeyPairSync('ed25519');
    default:
      return generateKeyPairSync('rsa', { modulusLength: Number(type.slice(4)) });
  }
}

/** A CA of tests: its certificate and its key. */
export type TestCa = { certificate: CertificateInfo; key: TestKey };
export type TestChain = { root: TestCa; signing: TestCa };

const FIXED = { dn: 'University of Chile', org: 'Center for Mathematical Modeling', ou: 'NLHPC' };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a test certificate needs from its plan; the rest is as the evaluation CA has it. */
export type TestPlanInput = Partial<CertificatePlan> & {
  kind: CertificatePlan['kind'];
  commonName: string;
  spki: Uint8Array;
};

/** A plan under `issuer`, or of a root when there is none. `now` rules the validity. */
export function testPlan(
  input: TestPlanInput,
  issuer: TestCa | null,
  now: Date,
  days = 365,
): CertificatePlan {
  const { commonName, ...given } = input;
  const start = Math.floor(now.getTime() / 1000) * 1000 - HOUR / 12;
  const isCa = input.kind === 'root' || input.kind === 'signing';
  const subject = centreName(FIXED, commonName);
  return {
    serial: newSerial(randomBytes(20)),
    subject,
    issuer: issuer === null ? subject : issuer.certificate.subjectDer,
    validity: { notBefore: new Date(start), notAfter: new Date(start + days * DAY - 1000) },
    issuerKeyId: keyId(issuer === null ? input.spki : issuer.key.spki),
    san: NO_NAMES,
    pointers:
      issuer === null
        ? {}
        : {
            crlUrl: `http://localhost/crl/${isCa ? 'root' : 'signing'}-ca.crl`,
            caIssuersUrl: `http://localhost/ca/${isCa ? 'root' : 'signing'}-ca.crt`,
          },
    signatureAlgorithm: signatureAlgorithmFor(readSpki(issuer === null ? input.spki : issuer.key.spki)),
    emailProtection: false,
    ...given,
  };
}

/** Builds, lints and signs, as the signer does. */
export function testSign(plan: CertificatePlan, key: KeyObject): CertificateInfo {
  const tbs = takeTbs(lintTbs(buildCertificateTbs(plan), plan));
  const signature = sign(digestOf(plan.signatureAlgorithm), tbs, key);
  return parseCertificate(assembleSigned(tbs, plan.signatureAlgorithm, signature));
}

/** A root and a signing CA with these keys. */
export function testChain(
  rootType: Exclude<TestKeyType, 'ed25519'>,
  signingType: Exclude<TestKeyType, 'ed25519'>,
  now: Date,
  nameConstraints?: CertificatePlan['nameConstraints'],
): TestChain {
  const rootKey = testKey(rootType);
  const rootPlan = testPlan(
    { kind: 'root', commonName: 'JupyterHub Root CA', spki: rootKey.spki },
    null,
    now,
    7300,
  );
  const root = { certificate: testSign(rootPlan, rootKey.privateKey), key: rootKey };
  const signingKey = testKey(signingType);
  const signingPlan = testPlan(
    { kind: 'signing', commonName: 'JupyterHub Signing CA', spki: signingKey.spki, nameConstraints },
    root,
    now,
    3650,
  );
  return { root, signing: { certificate: testSign(signingPlan, rootKey.privateKey), key: signingKey } };
}
