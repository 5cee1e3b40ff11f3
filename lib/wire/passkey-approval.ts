import { createHash } from 'node:crypto';

import * as z from 'zod';

import { BATCH_MAX_ORDERS } from './order';

/** Longest life of an approval by passkey: what a touch is good for ends, whatever the portal asks. */
export const TOUCH_MAX_DAYS = 31;

const base64url = (maxBytes: number) =>
  z
    .string()
    .min(1)
    .max(Math.ceil((maxBytes * 4) / 3))
    .regex(/^[A-Za-z0-9_-]+$/);
const wholeNumber = z.string().regex(/^(?:0|[1-9]\d{0,3})$/);

/** WebAuthn section 4: a credential's id has at most 1,023 octets. */
export const CredentialId = base64url(1023);
/** COSE_Key: RSA-4096 takes 530 octets. */
export const CosePublicKey = base64url(1024);
/** Stable id of a person at the portal; approvals and enrolments carry the same. */
export const PersonId = z.string().regex(/^user:[A-Za-z0-9-]{1,59}$/);

const touch = {
  credentialId: CredentialId,
  authenticatorData: base64url(4096),
  clientDataJSON: base64url(4096),
  signature: base64url(1024),
};

/** A touch for the signer to see when it is made, before any order comes: with the root that it signs. */
export const PresentedTouch = z.strictObject({
  ...touch,
  root: z.string().regex(/^[0-9a-f]{64}$/),
  approvedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type PresentedTouch = z.infer<typeof PresentedTouch>;

/**
 * Evidence of an approval with method `passkey`: one touch, and the way from this order's digest to the
 * root that the touch signs (lib/wire/approval-tree.ts).
 */
export const PasskeyEvidence = z.strictObject({
  ...touch,
  /** Hashes, one behind the other: ten at most for a thousand orders. */
  path: z
    .string()
    .max(Math.ceil((10 * 32 * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/),
  index: wholeNumber,
  size: wholeNumber.refine((text) => Number(text) <= BATCH_MAX_ORDERS),
});
export type PasskeyEvidence = z.infer<typeof PasskeyEvidence>;

/**
 * What the touch signs, as WebAuthn's challenge: SHA-256 over a prefix, the tree's root and the two
 * instants, so that nobody can make an approval live longer than the approver was asked for. Base64url,
 * as browsers write it into clientDataJSON.
 *
 * @param input.approvedAt,input.expiresAt milliseconds since 1970
 */
export function approvalChallenge(input: {
  root: Uint8Array;
  approvedAt: number;
  expiresAt: number;
}): string {
  const times = Buffer.alloc(16);
  times.writeBigUInt64BE(BigInt(input.approvedAt), 0);
  times.writeBigUInt64BE(BigInt(input.expiresAt), 8);
  return createHash('sha256')
    .update('hubgate-approval-v1')
    .update(input.root)
    .update(times)
    .digest('base64url');
}
