import { createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { HubgateError, isHubgateError } from '../errors';
import { approvalDigest } from '../wire/approved-content';
import type { SignOutcome } from '../wire/messages';
import type { Order } from '../wire/order';
import { newSerial, SERIAL_OCTETS } from '../x509/serial';
import type { Ca } from './ca-files';
import { ceilingError, clockError, roomUnderCeilings } from './ceilings';
import { checkEvent } from './check-event';
import { checkRenewal, openRenewals } from './check-renewal';
import type { Custody } from './custody';
import { countEvents } from './event-quota';
import { groupCommit } from './group-commit';
import type { Journal } from './journal';
import type { Intent, NewCertificate } from './journal-orders';
import type { Log } from './log';
import { blockedKeyError, issuedOutcome, lockedError, refusalOf } from './outcome';
import { prepareOrder, type Prepared } from './prepare-order';
import { signLinted } from './sign-linted';
import type { Touches } from './touches';
import { turnstile } from './turnstile';

/** Orders per journal transaction: one fsync for all; more would only make the first wait longer. */
const GROUP = 32;
/** Groups are this small at the start of a batch, so that the threads have work at once. */
const FIRST_GROUP = 8;
/** A certificate that is done waits at most so long for company before it is committed. */
const COMMIT_WAIT_MS = 50;
/** Signatures handed to libuv (4 threads by default); the rest keep its threads at work during an fsync here. */
const SIGNATURES_AT_ONCE = 24;
/** Orders of a batch that are under way at a time: bounds memory, keeps the pipeline full. */
const UNDER_WAY = 96;
/** Counting for the ceilings reads each intent of a day; what else this signer lets through, it knows. */
const COUNT_EVERY_MS = 1000;
/** Orders are prepared so long in one go; then other callers and finished signatures get their turn. */
const TURN_MS = 5;

/** Signs a batch; `release` hears each outcome as soon as it is durable, in the order of completion. */
export type SignOrders = (
  orders: readonly Order[],
  release: (outcome: SignOutcome) => void,
) => Promise<{ issued: number; refused: number }>;

/**
 * The signing pipeline, per order: check, build and lint → intent → sign → verify → commit → release.
 * Orders of all batches share the journal's transactions and the threads; while some are signed on
 * threads, the next are prepared here.
 *
 * @returns a function that throws `signer.locked` before anything is begun; all else is an outcome
 */
export function openSigning(input: {
  ca: Ca;
  custody: Custody;
  journal: Journal;
  touches: Touches;
  now: () => Date;
  log: Log;
}): SignOrders {
  const { ca, custody, journal, touches, now, log } = input;
  const publicKey = createPublicKey({ key: Buffer.from(ca.signing.spki), format: 'der', type: 'spki' });
  /** Orders under way, of any batch; settled when they are done, well or not. */
  const underWay = new Map<string, Promise<unknown>>();
  const renewals = openRenewals(journal);
  const threads = turnstile(SIGNATURES_AT_ONCE);

  let ceiling = { countedAt: -Infinity, room: 0 };

  /** At most what there is: an intent that was given up since the last count still counts. */
  function roomFor(wanted: number, at: Date): number {
    const age = at.getTime() - ceiling.countedAt;
    if (age < 0 || age >= COUNT_EVERY_MS || ceiling.room < wanted) {
      const room = roomUnderCeilings(ca.policy.ceilings, journal.intentsSince(at));
      ceiling = { countedAt: at.getTime(), room };
    }
    return ceiling.room;
  }

  const intents = groupCommit<Prepared>({
    most: GROUP,
    waitMs: COMMIT_WAIT_MS,
    write(group) {
      const at = now();
      if (at.getTime() < journal.lastAt()) throw clockError(at, journal.lastAt());
      let room = roomFor(group.length, at);
      const overQuota = countEvents(journal);
      const allowed: Intent[] = [];
      const refusals = group.map(({ intent }) => {
        if (room <= 0) return ceilingError(ca.policy.ceilings);
        const refusal = overQuota(intent);
        if (refusal !== null) return refusal;
        allowed.push(intent);
        room -= 1;
        return null;
      });
      if (allowed.length > 0) journal.recordIntents(allowed, at);
      ceiling.room -= allowed.length;
      return refusals;
    },
  });
  const commits = groupCommit<NewCertificate>({
    most: GROUP,
    waitMs: COMMIT_WAIT_MS,
    write(group) {
      journal.commit(group, now());
      return [];
    },
  });

  function unlockedKey(): KeyObject {
    if (custody.state.state !== 'unlocked') throw lockedError();
    return custody.state.key;
  }

  /** The certificate that this order has already, or null. */
  function earlier(order: Order): SignOutcome | null {
    const { orderId } = order.content;
    const row = journal.findByOrder(orderId);
    if (!row) return null;
    if (row.contentSha256 !== approvalDigest(order.content)) {
      throw new HubgateError(
        'signer.order-conflict',
        `${orderId} was signed before with other content (certificate ${row.serial}). A new wish needs a new request.`,
      );
    }
    return issuedOutcome({ orderId, serial: row.serial, der: row.der, repeated: true });
  }

  async function signOne(order: Order): Promise<SignOutcome> {
    const { orderId } = order.content;
    const before = earlier(order);
    if (before) return before;
    const key = unlockedKey();
    const at = now();
    const renewalProven = checkRenewal(order, { journal, policy: ca.policy, renewals, now: at });
    const { personOf } = touches;
    const event = checkEvent(order, { journal, policy: ca.policy, personOf, now: at });
    const fresh = newSerial(randomBytes(SERIAL_OCTETS));
    const job = prepareOrder(order, ca, { serial: fresh, now: at, renewalProven, event, personOf });
    const { serial, spkiSha256, notAfter } = job;
    if (journal.isBlocked(spkiSha256)) throw blockedKeyError();
    await intents.add(job);
    try {
      const der = await threads.run(() =>
        signLinted(job.linted, { algorithm: ca.algorithm, privateKey: key, publicKey }),
      );
      const durable = commits.add({ serial, orderId, caKeyId: ca.keyId, spkiSha256, der, notAfter });
      if (threads.busy === 0) commits.flush(); // the last one for now: nobody to wait for
      await durable;
      return issuedOutcome({ orderId, serial, der, repeated: false });
    } catch (error) {
      log.error({ orderId, serial, err: error }, 'signing failed after the intent');
      giveUp(serial);
      throw error;
    }
  }

  function giveUp(serial: string): void {
    try {
      journal.abandon([serial]);
    } catch (error) {
      // It stays open, and is given up with the order's next intent or at the next start.
      log.warn({ serial, err: error }, 'an intent could not be closed');
    }
  }

  /** One attempt at a time per order id, whichever batches it stands in. */
  async function inTurn(order: Order): Promise<SignOutcome> {
    const { orderId } = order.content;
    for (let other = underWay.get(orderId); other; other = underWay.get(orderId)) await other;
    const attempt = signOne(order).catch((reason: unknown): SignOutcome => {
      const refusal = refusalOf(reason);
      const err = isHubgateError(reason) ? undefined : reason;
      log.warn({ orderId, code: refusal.code, err }, 'order refused');
      return { outcome: 'refused', orderId, ...refusal };
    });
    underWay.set(orderId, attempt);
    const outcome = await attempt;
    underWay.delete(orderId);
    renewals.done(orderId);
    return outcome;
  }

  return async function signOrders(orders, release) {
    unlockedKey();
    touches.presentAll(orders);
    const tally = { issued: 0, refused: 0 };
    const all: Promise<void>[] = [];
    let running = 0;
    let onRoom = (): void => undefined;
    let sinceFlush = 0;
    let group = FIRST_GROUP;
    let turnBegan = performance.now();
    for (const order of orders) {
      running += 1;
      all.push(
        inTurn(order).then((outcome) => {
          tally[outcome.outcome === 'issued' ? 'issued' : 'refused'] += 1;
          release(outcome);
          running -= 1;
          onRoom();
        }),
      );
      sinceFlush += 1;
      if (sinceFlush >= group) {
        intents.flush();
        sinceFlush = 0;
        group = GROUP;
        await nextTurn(); // what was flushed goes to the threads
        turnBegan = performance.now();
      } else if (performance.now() - turnBegan > TURN_MS) {
        await nextTurn();
        turnBegan = performance.now();
      }
      while (running >= UNDER_WAY) await new Promise<void>((resolve) => (onRoom = resolve));
    }
    intents.flush();
    await Promise.all(all);
    return tally;
  };
}
