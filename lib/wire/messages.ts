import * as z from 'zod';

import {
  AuditHeadParams,
  AuditRestartParams,
  AuditSeal,
  AuditSealPage,
  SEALS_PAGE_MAX,
  SignerEventPage,
} from './audit-seal';
import {
  OcspFreshParams,
  OcspFreshResult,
  OcspLiveParams,
  OcspLiveResult,
  OcspParams,
  OcspResult,
} from './ocsp';
import { BATCH_MAX_ORDERS, Order, OrderId, WIRE_VERSION } from './order';
import {
  AcceptPasskey,
  ApproverList,
  ListTouched,
  ProposePasskey,
  RemovedPasskeys,
  RemovePasskey,
  TouchedOrders,
} from './approvers';
import { PersonId, PresentedTouch } from './passkey-approval';
import { ApproveEvent, CloseEvent, EventId, EventState } from './event';
import { RelintReport } from './relint';
import { base64, by, keyIdHex, SerialHex, sha256Hex } from './fields';
import {
  BlockedKey,
  Crls,
  ImportedCertificate,
  Revocation,
  RevocationPage,
  RevocationReason,
} from './records';
import { SignerStatus } from './status';

/**
 * Newline-delimited JSON over a Unix socket. One line is one frame; a connection may carry many
 * calls at once, told apart by `id`. Every call gets any number of `item` frames and then exactly
 * one `result` or `refusal` frame.
 */

/** A line longer than this ends the connection: 1,000 orders with 16 KiB CSRs, as base64. */
export const FRAME_MAX_BYTES = 32 * 1024 * 1024;

/** Serials of one `revoke` or `release`, and keys of one `blockKeys`. */
export const REVOKE_MAX_SERIALS = 1000;
/** Rows of one page of `revocations` and `blockedKeys`. */
export const PAGE_MAX_ROWS = 5000;

const call = <const M extends string, P extends z.ZodType>(method: M, params: P) =>
  z.strictObject({ v: z.literal(WIRE_VERSION), id: z.int(), method: z.literal(method), params });
const nothing = z.strictObject({});
const serials = z.array(SerialHex).min(1).max(REVOKE_MAX_SERIALS);
const page = z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(PAGE_MAX_ROWS) });

export const SignerCall = z.discriminatedUnion('method', [
  call('status', nothing),
  call('sign', z.strictObject({ orders: z.array(Order).min(1).max(BATCH_MAX_ORDERS) })),
  /** What became of these orders: for a portal that died between order and answer. */
  call('lookup', z.strictObject({ orderIds: z.array(OrderId).min(1).max(BATCH_MAX_ORDERS) })),
  /**
   * One transaction, one new CRL. The first revocation of a certificate stands, except that a hold may
   * become a real one. `keyCompromise` blocks the key for ever and takes its other certificates along.
   */
  call('revoke', z.strictObject({ serials, reason: RevocationReason, by })),
  /** The journal's revocations and releases in order, by pages: nobody reads the whole again and again. */
  call('revocations', page),
  call('crls', nothing),
  /** Responses for everybody, about one certificate each; at most as many unknown serials as the signer likes. */
  call('ocsp', OcspParams),
  /** One response for one client: with its nonce, or about several certificates. Rate-limited. */
  call('ocspFresh', OcspFreshParams),
  /** Responses about certificates that are still valid, by pages. */
  call('ocspLive', OcspLiveParams),
  /** What was taken over from another CA, in the order in which it came. */
  call('imported', page),
  /** Keys that are never certified again. */
  call(
    'blockKeys',
    z.strictObject({
      spkiSha256s: z.array(sha256Hex).min(1).max(REVOKE_MAX_SERIALS),
      reason: z.string().min(1).max(200),
      by,
    }),
  ),
  call('blockedKeys', page),
  /** The last second look at what was issued, and the one under way. */
  call('relintReport', nothing),
  /** Whose passkeys count, and which wait for an operator. */
  call('approvers', nothing),
  /** Asks operators to enrol a passkey; it counts for nothing until one of them accepts it. */
  call('proposePasskey', ProposePasskey),
  /** Shows a touch at once: its counter must be ahead of those before, whatever is signed first. */
  call('presentTouch', PresentedTouch),
  /** Keeps an event that was approved, for the orders that come with it. The same content again is the same event. */
  call('approveEvent', ApproveEvent),
  /** Nothing more is signed for it, for ever. */
  call('closeEvent', CloseEvent),
  call('eventState', z.strictObject({ eventId: EventId })),
  /** Seals the head of the portal's audit chain. One that goes back, or contradicts the last one, is refused. */
  call('sealAudit', AuditHeadParams),
  /** Seals in their order, by pages, with the keys that signed them. */
  call('auditSeals', z.strictObject({ after: z.int().min(0), limit: z.int().min(1).max(SEALS_PAGE_MAX) })),
  /** What operators did here: unlocking, locking and the like, by pages. */
  call('events', page),
  /** Operator socket only, down to the end. */
  call('unlock', z.strictObject({ passphrase: z.string().min(1).max(1024) })),
  call('lock', nothing),
  /** Ends holds. */
  call('release', z.strictObject({ serials, by })),
  /**
   * Puts another signing CA under the same root in the place of the present one, which stays for
   * revocation lists of its own. `pointers`: addresses in the certificates that it will issue.
   */
  call(
    'rollover',
    z.strictObject({
      /** DER, base64. */
      signingCa: base64.max(32 * 1024),
      /** PEM, encrypted. */
      key: z.string().max(64 * 1024),
      passphrase: z.string().min(1).max(1024),
      pointers: z.strictObject({ crlUrl: z.string().max(500), caIssuersUrl: z.string().max(500) }),
    }),
  ),
  /** What approvers touched for, as the journal has it. */
  call('touched', ListTouched),
  /** Makes a proposed passkey count. */
  call('acceptPasskey', AcceptPasskey),
  /** Ends passkeys, or drops proposals. */
  call('removePasskey', RemovePasskey),
  /** Begins a second look at once; `relintReport` says how far it is. */
  call('relint', nothing),
  /** The portal's database was put back and has forgotten the end of its audit chain: it goes on from here. */
  call('restartAudit', AuditRestartParams),
  /** The next CRL of this CA gets a higher number than this: after an old journal was put back. */
  call('raiseCrlNumber', z.strictObject({ caKeyId: keyIdHex, above: z.int().min(0) })),
]);
export type SignerCall = z.infer<typeof SignerCall>;
export type SignerMethod = SignerCall['method'];

export const OPERATOR_ONLY: ReadonlySet<SignerMethod> = new Set([
  'unlock',
  'lock',
  'release',
  'relint',
  'restartAudit',
  'raiseCrlNumber',
  'rollover',
  'touched',
  'acceptPasskey',
  'removePasskey',
]);

/** One order's outcome: a tagged union, since across the border a refusal is data. */
export const SignOutcome = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('issued'),
    orderId: OrderId,
    serial: SerialHex,
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
  revoke: z.strictObject({ revoked: z.array(Revocation), unknown: z.array(SerialHex) }),
  revocations: RevocationPage,
  crls: Crls,
  ocsp: OcspResult,
  ocspFresh: OcspFreshResult,
  ocspLive: OcspLiveResult,
  imported: z.strictObject({ certificates: z.array(ImportedCertificate), more: z.boolean() }),
  blockKeys: z.strictObject({ blocked: z.int() }),
  blockedKeys: z.strictObject({ keys: z.array(BlockedKey), more: z.boolean() }),
  relintReport: RelintReport,
  approvers: ApproverList,
  proposePasskey: z.strictObject({ fingerprint: sha256Hex }),
  presentTouch: z.strictObject({ person: PersonId }),
  touched: TouchedOrders,
  acceptPasskey: ApproverList,
  removePasskey: RemovedPasskeys,
  approveEvent: EventState,
  closeEvent: EventState,
  eventState: EventState,
  sealAudit: AuditSeal,
  auditSeals: AuditSealPage,
  events: SignerEventPage,
  unlock: SignerStatus,
  lock: SignerStatus,
  release: z.strictObject({ released: z.array(SerialHex), notHeld: z.array(SerialHex) }),
  relint: RelintReport,
  restartAudit: AuditSeal,
  raiseCrlNumber: z.strictObject({ number: z.int() }),
  rollover: SignerStatus,
} as const satisfies Record<SignerMethod, z.ZodType>;
