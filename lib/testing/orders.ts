import {
  createHash,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';

import { approvalDigest } from '../wire/approved-content';
import type { EventContent } from '../wire/event';
import type { Approval, ApprovedContent, Order } from '../wire/order';
import { derValue, fromHex, TAG } from '../x509/der';
import { encodeName } from '../x509/name';

/** Keys that people bring. */
export type SubjectKeyKind = 'rsa-2048' | 'p-256' | 'p-384' | 'ed25519';

export function subjectKey(kind: SubjectKeyKind): KeyObject {
  switch (kind) {
    case 'rsa-2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    case 'p-256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'p-384':
      return generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey;
  }
}

const SHA256_WITH_RSA = '300d06092a864886f70d01010b0500';
const ECDSA_WITH_SHA256 = '300a06082a8648ce3d040302';
const ED25519 = '300506032b6570';

/** A PKCS#10 request as OpenSSL would make it, DER. */
export function makeCsr(key: KeyObject, commonName: string): Uint8Array {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const info = derValue(
    TAG.sequence,
    derValue(TAG.integer, Uint8Array.of(0)),
    encodeName([{ type: 'CN', value: commonName }]),
    spki,
    derValue(0xa0),
  );
  const kind = key.asymmetricKeyType;
  const algorithm = kind === 'rsa' ? SHA256_WITH_RSA : kind === 'ec' ? ECDSA_WITH_SHA256 : ED25519;
  const signature = sign(kind === 'ed25519' ? null : 'sha256', info, key);
  return derValue(
    TAG.sequence,
    info,
    fromHex(algorithm),
    derValue(TAG.bitString, Uint8Array.of(0), signature),
  );
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export function randomOrderId(): string {
  return `R-${[...randomBytes(8)].map((byte) => CROCKFORD.charAt(byte & 31)).join('')}`;
}

/** An approval that holds for an hour from `now`. */
export function approve(
  content: ApprovedContent | EventContent,
  approver: string,
  now = new Date(),
): Approval {
  return {
    approver,
    name: approver,
    approvedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + 3_600_000).toISOString(),
    digest: approvalDigest(content),
    method: 'session',
  };
}

/** An order as the portal would make it of an approved request. */
export function makeOrder(input: {
  caKeyId: string;
  csr: Uint8Array;
  content?: Partial<ApprovedContent>;
  approvers?: readonly string[];
  now?: Date;
}): Order {
  const { caKeyId, csr, approvers = ['paula'], now = new Date() } = input;
  const content: ApprovedContent = {
    action: 'issue',
    caKeyId,
    orderId: randomOrderId(),
    csrSha256: createHash('sha256').update(csr).digest('hex'),
    profile: 'user',
    commonName: 'alice',
    san: { emails: [], dnsNames: [], ipAddresses: [] },
    lifetimeDays: 365,
    ...input.content,
  };
  return {
    content,
    csr: Buffer.from(csr).toString('base64'),
    approvals: approvers.map((approver) => approve(content, approver, now)),
  };
}
