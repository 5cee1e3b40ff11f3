import type { CertificateInfo } from '../x509/certificate';
import { buildCrlTbs } from '../x509/crl';
import { lintCrlTbs } from '../x509/crl-lint';
import type { CrlEntry, CrlPlan } from '../x509/crl-plan';
import { caKeyId } from '../x509/key-id';

import type { CaKey } from './ca-keys';
import { signLinted } from './sign-linted';

/**
 * Days that a root CRL lasts. The root's key lies in a safe, and Apache refuses everybody when a CRL
 * of the chain has expired: a year is what one can promise (CA/Browser Forum Baseline Requirements
 * section 4.9.7 allows 12 months for a CA that issues CAs).
 */
export const ROOT_CRL_DAYS = 365;

/** Makes the root's revocation list, DER. */
export async function makeRootCrl(input: {
  root: CertificateInfo;
  key: CaKey;
  number: number;
  now: Date;
  revoked?: readonly CrlEntry[];
}): Promise<Uint8Array> {
  const { root, key, number, now, revoked = [] } = input;
  const thisUpdate = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const plan: CrlPlan = {
    issuer: root.subjectDer,
    issuerKeyId: caKeyId(root),
    crlNumber: number,
    thisUpdate,
    nextUpdate: new Date(thisUpdate.getTime() + ROOT_CRL_DAYS * 86_400_000),
    revoked,
    signatureAlgorithm: key.algorithm,
  };
  return signLinted(lintCrlTbs(buildCrlTbs(plan), plan), key);
}
