import * as z from 'zod';

import { BATCH_MAX_ORDERS, Order, OrderId, WIRE_VERSION } from './order';

/**
 * Newline-delimited JSON over a Unix socket. One line is one frame; a connection may carry many
 * calls at once, told apart by `id`. Every call gets any number of `item` frames and then exactly
 * one `result` or `refusal` frame.
 */

/** A line longer than this ends the connection: 1,000 orders with 16 KiB CSRs, as base64. */
export const FRAME_MAX_BYTES = 32 * 1024 * 1024;

const serialHex = z.string().regex(/^[0-9a-f]{16,40}$/);
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** RFC 5280 section 5.3.1, in camelCase; `removeFromCRL` is for holds and never asked for by name. */
export const RevocationReason = z.enum([
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
]);
export type RevocationReason = z.infer<typeof RevocationReason>;

export const SignerCall = z.discriminatedUnion('method', [
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.int(),
    method: z.literal('status'),
    params: z.strictObject({}),
  }),
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.int(),
    method: z.literal('sign'),
    params: z.strictObject({ orders: z.array(Order).min(1).max(BATCH_MAX_ORDERS) }),
  }),
  /** What became of these orders: for a portal that died between order and answer. */
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.int(),
    method: z.literal('lookup'),
    params: z.strictObject({ orderIds: z.array(OrderId).min(1).max(BATCH_MAX_ORDERS) }),
  }),
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.int(),
    method: z.literal('revoke'),
    params: z.strictObject({ serial: serialHex, reason: RevocationReason, by: z.string().min(1).max(128) }),
  }),
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.int(),
    method: z.literal('revocations'),
    params: z.strictObject({}),
  }),
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.int(),
    method: z.literal('crls'),
    params: z.strictObject({}),
  }),
  /** Operator socket only. */
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.int(),
    method: z.literal('unlock'),
    params: z.strictObject({ passphrase: z.string().min(1).max(1024) }),
  }),
  z.strictObject({
    v: z.literal(WIRE_VERSION),
    id: z.int(),
    method: z.literal('lock'),
    params: z.strictObject({}),
  }),
]);
export type SignerCall = z.infer<typeof SignerCall>;
export type SignerMethod = SignerCall['method'];

export const OPERATOR_ONLY: ReadonlySet<SignerMethod> = new Set(['unlock', 'lock']);

export const SignerStatus = z.strictObject({
  state: z.enum(['unlocked', 'locked']),
  /** Why it is locked, when that is known: `no-ca`, `waiting-for-passphrase`, `locked-by-operator`. */
  lockedBecause: z.enum(['no-ca', 'waiting-for-passphrase', 'locked-by-operator']).optional(),
  since: z.iso.datetime(),
  approvalMode: z.enum(['session', 'passkey']),
  approvalCount: z.int(),
  /** Subject key identifier of the signing CA; the portal puts it into what is approved. */
  caKeyId: z.string().optional(),
  /** DER, base64. */
  signingCa: base64.optional(),
  rootCa: base64.optional(),
  issued: z.int(),
  revoked: z.int(),
  crlNumber: z.int().optional(),
  crlThisUpdate: z.iso.datetime().optional(),
  crlNextUpdate: z.iso.datetime().optional(),
});
export type SignerStatus = z.infer<typeof SignerStatus>;

/** One order's outcome: a tagged union, since across the border a refusal is data. */
export const SignOutcome = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('issued'),
    orderId: OrderId,
    serial: serialHex,
    /** DER, base64. */
    certificate: base64,
    /** True when this order had been signed before and this is the first certificate again. */
    repeated: z.boolean(),
  }),
  z.strictObject({ outcome: z.literal('refused'), orderId: OrderId, code: z.string(), message: z.string() }),
  /** `lookup` only: the journal has no certificate for it. */
  z.strictObject({ outcome: z.literal('unknown'), orderId: OrderId }),
]);
export type SignOutcome = z.infer<typeof SignOutcome>;

export const Revocation = z.strictObject({
  serial: serialHex,
  reason: RevocationReason,
  revokedAt: z.iso.datetime(),
});
export type Revocation = z.infer<typeof Revocation>;

export const Crls = z.strictObject({
  /** DER, base64. `root` is absent when the ceremony left none. */
  signing: base64.optional(),
  root: base64.optional(),
});
export type Crls = z.infer<typeof Crls>;

export const SignerFrame = z.discriminatedUnion('kind', [
  z.strictObject({ id: z.int(), kind: z.literal('item'), item: SignOutcome }),
  z.strictObject({ id: z.int(), kind: z.literal('result'), result: z.unknown() }),
  z.strictObject({ id: z.int(), kind: z.literal('refusal'), code: z.string(), message: z.string() }),
]);
export type SignerFrame = z.infer<typeof SignerFrame>;

/** What each call's `result` frame holds. `sign` and `lookup` send their outcomes as items. */
export const RESULTS = {
  status: SignerStatus,
  sign: z.strictObject({ issued: z.int(), refused: z.int() }),
  lookup: z.strictObject({ issued: z.int(), unknown: z.int() }),
  revoke: Revocation,
  revocations: z.strictObject({ revocations: z.array(Revocation) }),
  crls: Crls,
  unlock: SignerStatus,
  lock: SignerStatus,
} as const satisfies Record<SignerMethod, z.ZodType>;
