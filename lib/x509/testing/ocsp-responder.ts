import { sign } from 'node:crypto';

import { assembleSigned } from '../assemble';
import type { CertificateInfo } from '../certificate';
import { keyId, publicKeyBits } from '../key-id';
import { lintOcspTbs } from '../ocsp-lint';
import { issuerHashes, type IssuerHashes } from '../ocsp-cert-id';
import type { OcspPlan, OcspSingle } from '../ocsp-plan';
import { certificatesField, wrapOcspResponse } from '../ocsp-response';
import { buildOcspTbs } from '../ocsp-tbs';
import { takeTbs } from '../lint';
import { type TestCa, type TestKey, testKey, testPlan, testSign } from './throwaway-ca';

/** A responder of tests: what its CA delegated to it. */
export type TestResponder = { certificate: CertificateInfo; key: TestKey; issuer: IssuerHashes };

export function testResponder(ca: TestCa, now: Date, days = 30): TestResponder {
  const key = testKey('p-256');
  const plan = testPlan(
    { kind: 'ocsp', commonName: 'OCSP responder', spki: key.spki, pointers: {} },
    ca,
    now,
    days,
  );
  const { subjectDer, spki } = ca.certificate;
  return {
    certificate: testSign(plan, ca.key.privateKey),
    key,
    issuer: issuerHashes({ subjectDer, keyBits: publicKeyBits(spki) }),
  };
}

export function testOcspPlan(
  responder: TestResponder,
  answers: readonly OcspSingle[],
  producedAt: Date,
  nonce: Uint8Array | null = null,
): OcspPlan {
  const responderKeyId = keyId(responder.key.spki);
  return { responderKeyId, producedAt, answers, nonce, signatureAlgorithm: 'ECDSA-SHA256' };
}

/** Builds, lints and signs, as the signer does. */
export function testOcspResponse(plan: OcspPlan, { key, certificate }: TestResponder): Uint8Array {
  const tbs = takeTbs(lintOcspTbs(buildOcspTbs(plan), plan));
  const signature = sign('sha256', tbs, key.privateKey);
  return wrapOcspResponse(
    assembleSigned(tbs, plan.signatureAlgorithm, signature, certificatesField(certificate.der)),
  );
}
