import { ERROR_CODES, HubgateError, type ErrorCode } from '../errors';
import { SEALS_PAGE_MAX, type AuditSeal, type AuditSealPage, type SignerEventPage } from '../wire/audit-seal';
import type { OcspAnswer, OcspFreshResult, OcspLiveResult } from '../wire/ocsp';
import { WIRE_VERSION, type Order } from '../wire/order';
import {
  PAGE_MAX_ROWS,
  RESULTS,
  type SignerCall,
  type SignerFrame,
  type SignerMethod,
  type SignOutcome,
} from '../wire/messages';
import type {
  BlockedKey,
  Crls,
  ImportedCertificate,
  Revocation,
  RevocationPage,
  RevocationReason,
} from '../wire/records';
import type { SignerStatus } from '../wire/status';
import type {
  AcceptPasskey,
  ApproverList,
  ProposePasskey,
  RemovedPasskeys,
  RemovePasskey,
  TouchedOrders,
} from '../wire/approvers';
import type { ApproveEvent, EventState } from '../wire/event';
import type { PresentedTouch } from '../wire/passkey-approval';
import type { RelintReport } from '../wire/relint';
import { openConnection, type Connection } from './connection';

/**
 * The portal's only way to the signer. Every method throws `HubgateError`:
 * `signer.down` (nobody answers, or the connection broke), `signer.locked`, `signer.busy`, and
 * whatever the signer refuses the whole call with. What it refuses of single orders is data: an
 * outcome with `outcome: 'refused'`.
 */
export type SignerClient = {
  status: () => Promise<SignerStatus>;
  /**
   * Signs a batch. `onItem` hears each outcome as soon as it is durable in the journal, so that
   * nothing is lost to the caller when the connection breaks in the middle. Sending an order again
   * gives the first certificate again.
   */
  sign: (orders: readonly Order[], onItem?: (outcome: SignOutcome) => void) => Promise<SignOutcome[]>;
  /** The same as an async iterable, in the order of completion; the call begins whether or not it is read. */
  signStream: (orders: readonly Order[]) => AsyncIterable<SignOutcome>;
  /** What became of these orders: `issued` or `unknown`, in the order asked. Works while locked. */
  lookup: (orderIds: readonly string[]) => Promise<SignOutcome[]>;
  /**
   * At most 1,000 serials, all or none, durable when it answers. Idempotent: the first revocation stands,
   * except that a hold becomes a real one. With `keyCompromise` other certificates of the same key come
   * back in `revoked` too. Works while locked.
   *
   * @throws {HubgateError} `signer.ceiling` for more in an hour than the signer takes from a portal
   */
  revoke: (input: {
    serials: readonly string[];
    reason: RevocationReason;
    by: string;
  }) => Promise<{ revoked: Revocation[]; unknown: string[] }>;
  /** One page of the changes behind `after` (0: from the beginning), in their order. */
  revocationChanges: (after: number, limit?: number) => Promise<RevocationPage>;
  /** DER as base64. */
  crls: () => Promise<Crls>;
  /** Answers about at most 100 CertIDs (DER, base64), in their order. Works while locked. */
  ocsp: (certIds: readonly string[]) => Promise<OcspAnswer[]>;
  /** One response about at most 20 CertIDs, with the client's nonce (base64) or without. */
  ocspFresh: (input: { certIds: readonly string[]; nonce: string | null }) => Promise<OcspFreshResult>;
  /** A page of at most 100 answers about certificates that are valid; the newest first. */
  ocspLive: (before: number | null, limit: number) => Promise<OcspLiveResult>;
  /** One page of what was taken over from another CA, behind this number (0: from the beginning). */
  imported: (
    after: number,
    limit?: number,
  ) => Promise<{ certificates: ImportedCertificate[]; more: boolean }>;
  /** Keys (at most 1,000) that are never certified again; the answer counts those that were not blocked before. */
  blockKeys: (input: { spkiSha256s: readonly string[]; reason: string; by: string }) => Promise<number>;
  /** One page of blocked keys behind `after` (0: from the beginning). */
  blockedKeys: (after: number, limit?: number) => Promise<{ keys: BlockedKey[]; more: boolean }>;
  /** What the second look at everything that was issued found, and how far the one under way is. */
  relintReport: () => Promise<RelintReport>;
  /** Whose passkeys count at the signer, and which wait for an operator. */
  approvers: () => Promise<ApproverList>;
  /** @throws {HubgateError} `passkey.invalid`, `passkey.conflict`, `passkey.too-many` */
  proposePasskey: (passkey: ProposePasskey) => Promise<{ fingerprint: string }>;
  /**
   * Shows a touch when it is made. Works while locked.
   *
   * @returns whose it is
   * @throws {HubgateError} `signer.approval` when it counts for nothing at this signer
   */
  presentTouch: (touch: PresentedTouch) => Promise<{ person: string }>;
  /**
   * Hands over an event with its approvals; orders may come with it from then on. Works while locked.
   *
   * @throws {HubgateError} `signer.approval`, `signer.order-conflict` for another content of the same id,
   *   `signer.former-ca`, `signer.refused`
   */
  approveEvent: (event: ApproveEvent) => Promise<EventState>;
  /** Nothing more is signed for it, for ever. @throws {HubgateError} `event.not-found` */
  closeEvent: (input: { eventId: string; by: string }) => Promise<EventState>;
  /** @throws {HubgateError} `event.not-found` */
  eventState: (eventId: string) => Promise<EventState>;
  /**
   * Seals the head of the portal's audit chain.
   *
   * @throws {HubgateError} `signer.audit-seal` when it goes back or contradicts what was sealed
   */
  sealAudit: (head: { seq: number; hash: string }) => Promise<AuditSeal>;
  /** One page of seals behind this number (0: from the first). */
  auditSeals: (after: number, limit?: number) => Promise<AuditSealPage>;
  /** One page of what operators did at the signer, behind this number. */
  events: (after: number, limit?: number) => Promise<SignerEventPage>;
  /** Operator socket only, down to the end; elsewhere refused. */
  unlock: (passphrase: string) => Promise<SignerStatus>;
  lock: () => Promise<SignerStatus>;
  /** Ends holds (at most 1,000 serials); `notHeld` are those that stay as they were. */
  release: (input: {
    serials: readonly string[];
    by: string;
  }) => Promise<{ released: string[]; notHeld: string[] }>;
  /** What approvers touched for, newest first, at most 1,000. */
  touched: (limit: number) => Promise<TouchedOrders>;
  /** @throws {HubgateError} `passkey.not-found`, `passkey.conflict` */
  acceptPasskey: (input: AcceptPasskey) => Promise<ApproverList>;
  /** @throws {HubgateError} `passkey.not-found` */
  removePasskey: (input: RemovePasskey) => Promise<RemovedPasskeys>;
  /** Begins a second look, or hurries the one under way. */
  relint: () => Promise<RelintReport>;
  /** The audit chain goes on from here, after a database was put back. */
  restartAudit: (input: { seq: number; hash: string; by: string; reason: string }) => Promise<AuditSeal>;
  /** The next CRL of this CA gets a higher number than `above`; answers the number it stands at. */
  raiseCrlNumber: (input: { caKeyId: string; above: number }) => Promise<number>;
  /** Another signing CA under the same root takes over; the present one keeps its revocation lists. */
  rollover: (input: Extract<SignerCall, { method: 'rollover' }>['params']) => Promise<SignerStatus>;
  /** Ends the connection; calls that wait fail with `signer.down`. A later call connects anew. */
  close: () => void;
};

/** With their DER: a page stays far below what one frame may hold. */
const IMPORTED_PAGE = 1000;

/** No frame for so long means that the signer hangs. Signing reports within a second per group. */
const SILENCE_MS = 60_000;

/**
 * A client of the signer at this Unix socket. Connects at the first call and again whenever the
 * connection was lost; making one does nothing.
 */
export function connectSigner(socketPath: string): SignerClient {
  let opening: Promise<Connection> | null = null;
  let lastId = 0;

  async function connection(): Promise<Connection> {
    // Callers that come while one connects share its connection; the first that finds it dead replaces it.
    while (opening) {
      const seen = opening;
      const current = await seen.catch(() => null);
      if (current?.alive) return current;
      if (opening === seen) opening = null;
    }
    opening = openConnection(socketPath);
    return opening;
  }

  async function call<M extends SignerMethod>(
    method: M,
    params: Extract<SignerCall, { method: M }>['params'],
    onItem: (outcome: SignOutcome) => void = () => undefined,
  ): Promise<unknown> {
    const link = await connection();
    const id = ++lastId;
    const line = `${JSON.stringify({ v: WIRE_VERSION, id, method, params })}\n`;
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const settle = (): void => {
        clearTimeout(timer);
        link.release(id);
      };
      const watch = (): void => {
        timer = setTimeout(() => {
          settle();
          link.close();
          reject(silent(socketPath));
        }, SILENCE_MS);
      };
      watch();
      link.send(id, line, {
        frame(frame) {
          clearTimeout(timer);
          if (frame.kind === 'item') {
            watch();
            onItem(frame.item);
            return;
          }
          settle();
          if (frame.kind === 'result') resolve(frame.result);
          else reject(refusal(frame));
        },
        lost(reason) {
          settle();
          reject(reason);
        },
      });
    });
  }

  const sign: SignerClient['sign'] = async (orders, onItem) => {
    const outcomes: SignOutcome[] = [];
    const result = await call('sign', { orders: [...orders] }, (item) => {
      outcomes.push(item);
      onItem?.(item);
    });
    RESULTS.sign.parse(result);
    return outcomes;
  };

  return {
    status: async () => RESULTS.status.parse(await call('status', {})),
    sign,
    signStream: (orders) => streamed((onItem) => sign(orders, onItem)),
    lookup: async (orderIds) => {
      const outcomes: SignOutcome[] = [];
      await call('lookup', { orderIds: [...orderIds] }, (item) => outcomes.push(item));
      return outcomes;
    },
    revoke: async ({ serials, reason, by }) =>
      RESULTS.revoke.parse(await call('revoke', { serials: [...serials], reason, by })),
    revocationChanges: async (after, limit = PAGE_MAX_ROWS) =>
      RESULTS.revocations.parse(await call('revocations', { after, limit })),
    crls: async () => RESULTS.crls.parse(await call('crls', {})),
    ocsp: async (certIds) => RESULTS.ocsp.parse(await call('ocsp', { certIds: [...certIds] })).answers,
    ocspFresh: async ({ certIds, nonce }) =>
      RESULTS.ocspFresh.parse(await call('ocspFresh', { certIds: [...certIds], nonce })),
    ocspLive: async (before, limit) => RESULTS.ocspLive.parse(await call('ocspLive', { before, limit })),
    blockKeys: async ({ spkiSha256s, reason, by }) =>
      RESULTS.blockKeys.parse(await call('blockKeys', { spkiSha256s: [...spkiSha256s], reason, by })).blocked,
    blockedKeys: async (after, limit = PAGE_MAX_ROWS) =>
      RESULTS.blockedKeys.parse(await call('blockedKeys', { after, limit })),
    relintReport: async () => RESULTS.relintReport.parse(await call('relintReport', {})),
    approvers: async () => RESULTS.approvers.parse(await call('approvers', {})),
    proposePasskey: async (passkey) => RESULTS.proposePasskey.parse(await call('proposePasskey', passkey)),
    presentTouch: async (touch) => RESULTS.presentTouch.parse(await call('presentTouch', touch)),
    approveEvent: async (event) => RESULTS.approveEvent.parse(await call('approveEvent', event)),
    closeEvent: async (input) => RESULTS.closeEvent.parse(await call('closeEvent', input)),
    eventState: async (eventId) => RESULTS.eventState.parse(await call('eventState', { eventId })),
    touched: async (limit) => RESULTS.touched.parse(await call('touched', { limit })),
    acceptPasskey: async (input) => RESULTS.acceptPasskey.parse(await call('acceptPasskey', input)),
    removePasskey: async (input) => RESULTS.removePasskey.parse(await call('removePasskey', input)),
    sealAudit: async ({ seq, hash }) => RESULTS.sealAudit.parse(await call('sealAudit', { seq, hash })),
    auditSeals: async (after, limit = SEALS_PAGE_MAX) =>
      RESULTS.auditSeals.parse(await call('auditSeals', { after, limit })),
    events: async (after, limit = 1000) => RESULTS.events.parse(await call('events', { after, limit })),
    restartAudit: async (input) => RESULTS.restartAudit.parse(await call('restartAudit', input)),
    relint: async () => RESULTS.relint.parse(await call('relint', {})),
    unlock: async (passphrase) => RESULTS.unlock.parse(await call('unlock', { passphrase })),
    lock: async () => RESULTS.lock.parse(await call('lock', {})),
    release: async ({ serials, by }) =>
      RESULTS.release.parse(await call('release', { serials: [...serials], by })),
    rollover: async (input) => RESULTS.rollover.parse(await call('rollover', input)),
    imported: async (after, limit = IMPORTED_PAGE) =>
      RESULTS.imported.parse(await call('imported', { after, limit })),
    raiseCrlNumber: async (input) => RESULTS.raiseCrlNumber.parse(await call('raiseCrlNumber', input)).number,
    close: () => {
      const current = opening;
      opening = null;
      current?.then(
        (link) => link.close(),
        () => undefined,
      );
    },
  };
}

function silent(socketPath: string): HubgateError {
  return new HubgateError(
    'signer.down',
    `The signer at ${socketPath} accepted the call and then said nothing for ${SILENCE_MS / 1000} s. ` +
      'Nothing is lost: ask again.',
    { params: { socket: socketPath } },
  );
}

function refusal(frame: Extract<SignerFrame, { kind: 'refusal' }>): HubgateError {
  const known = (ERROR_CODES as readonly string[]).includes(frame.code);
  return new HubgateError(known ? (frame.code as ErrorCode) : 'signer.refused', frame.message);
}

/** Begins at once, and turns a callback of items into an async iterable that ends, or fails, as the promise does. */
function streamed(
  run: (onItem: (outcome: SignOutcome) => void) => Promise<unknown>,
): AsyncIterable<SignOutcome> {
  const queue: SignOutcome[] = [];
  let wake: () => void = () => undefined;
  let ended = false;
  let failure: unknown = null;
  run((item) => {
    queue.push(item);
    wake();
  })
    .catch((error: unknown) => {
      failure = error ?? new Error('signing failed');
    })
    .finally(() => {
      ended = true;
      wake();
    });
  return (async function* () {
    for (;;) {
      const items = queue.splice(0);
      yield* items;
      if (items.length > 0) continue;
      if (ended) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (queue.length > 0 || ended) resolve();
      });
    }
    if (failure !== null) throw failure instanceof Error ? failure : new Error('signing failed');
  })();
}
