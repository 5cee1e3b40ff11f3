import { createHash, createPublicKey, verify } from 'node:crypto';

import * as z from 'zod';

const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** Seals of one page of `auditSeals`. */
export const SEALS_PAGE_MAX = 5000;

/** What the first seal names as the one before it. */
export const FIRST_SEAL = '0'.repeat(64);

/** The head of the portal's audit chain, as the portal sends it: number and hash of its last event. */
export const AuditHeadParams = z.strictObject({ seq: z.int().min(1), hash: sha256Hex });

/** An operator's word that the chain goes on from here, after a database was put back that had forgotten its end. */
export const AuditRestartParams = z.strictObject({
  seq: z.int().min(0),
  hash: sha256Hex,
  by: z.string().min(1).max(128),
  reason: z.string().min(1).max(500),
});

/**
 * The signer's word that event `seq` of the portal's audit chain had this hash at this time. Seals are
 * a chain of their own: each names the digest of the one before.
 */
export const AuditSeal = z.strictObject({
  /** 1, 2, 3, … without a gap. */
  number: z.int().min(1),
  /** `restart`: seals of later events that came before this one count no more. */
  kind: z.enum(['seal', 'restart']),
  seq: z.int().min(0),
  hash: sha256Hex,
  at: z.iso.datetime(),
  /** Of a restart: who said so, and why. */
  by: z.string(),
  reason: z.string(),
  previous: sha256Hex,
  /** Which of the audit keys signed it: SHA-256 of its SubjectPublicKeyInfo. */
  keyId: sha256Hex,
  /** Ed25519 over sealDigest(), base64. */
  signature: base64,
});
export type AuditSeal = z.infer<typeof AuditSeal>;

/** A key that seals, by its SubjectPublicKeyInfo (DER, base64). A second one means that the first was lost. */
export const AuditKey = z.strictObject({ keyId: sha256Hex, spki: base64, since: z.iso.datetime() });
export type AuditKey = z.infer<typeof AuditKey>;

export const AuditSealPage = z.strictObject({
  journalId: z.string(),
  seals: z.array(AuditSeal),
  keys: z.array(AuditKey),
  more: z.boolean(),
});
export type AuditSealPage = z.infer<typeof AuditSealPage>;

/** Something that an operator did at the signer. */
export const SignerEvent = z.strictObject({ number: z.int(), at: z.iso.datetime(), what: z.string() });
export type SignerEvent = z.infer<typeof SignerEvent>;
export const SignerEventPage = z.strictObject({
  journalId: z.string(),
  events: z.array(SignerEvent),
  more: z.boolean(),
});
export type SignerEventPage = z.infer<typeof SignerEventPage>;

/** The newest seal, as far as `status` tells it. */
export const LastSeal = z.strictObject({
  number: z.int(),
  seq: z.int(),
  hash: sha256Hex,
  at: z.iso.datetime(),
});
export type LastSeal = z.infer<typeof LastSeal>;

/** What a seal says of itself: all of it but the signature. */
export type SealContent = Omit<AuditSeal, 'signature'>;

/** The 32 octets that are signed, and that the next seal names: SHA-256 over a domain prefix and a JSON array. */
export function sealDigest(seal: SealContent): Buffer {
  const { number, kind, seq, hash, at, by, reason, previous, keyId } = seal;
  return createHash('sha256')
    .update('hubgate-audit-seal-v1\n')
    .update(JSON.stringify([number, kind, seq, hash, at, by, reason, previous, keyId]))
    .digest();
}

/** True when one of these keys signed exactly this seal. */
export function isSealSignature(seal: AuditSeal, keys: readonly AuditKey[]): boolean {
  const key = keys.find(({ keyId }) => keyId === seal.keyId);
  if (key === undefined) return false;
  const spki = Buffer.from(key.spki, 'base64');
  if (createHash('sha256').update(spki).digest('hex') !== key.keyId) return false;
  const publicKey = createPublicKey({ key: spki, format: 'der', type: 'spki' });
  if (publicKey.asymmetricKeyType !== 'ed25519') return false;
  return verify(null, sealDigest(seal), publicKey, Buffer.from(seal.signature, 'base64'));
}
