import { HubgateError } from '../errors';
import type {
  Crls,
  Revocation,
  RevocationReason,
  SignerCall,
  SignerStatus,
  SignOutcome,
} from '../wire/messages';
import type { Ca } from './ca-files';
import type { CrlKeeper } from './crl-keeper';
import type { Custody } from './custody';
import type { Journal, RevocationRow } from './journal';
import type { Log } from './log';
import { issuedOutcome } from './outcome';
import type { SignOrders } from './sign-orders';

/** What the signer is made of; `ca` and what hangs on it are null before the ceremony. */
export type SignerParts = {
  ca: Ca | null;
  custody: Custody;
  journal: Journal;
  signing: SignOrders | null;
  crls: CrlKeeper | null;
  now: () => Date;
  log: Log;
  /** The root's list as it is now: operators renew it beside a running signer. */
  rootCrl: () => Uint8Array | null;
};

/** Answers one call: items as they come, then the result. Throws what the call is refused with. */
export type Calls = (call: SignerCall, item: (outcome: SignOutcome) => void) => Promise<unknown>;

/** Sign calls at a time: each may hold a thousand CSRs in memory. */
const BATCHES_AT_ONCE = 8;

export function openCalls(parts: SignerParts): Calls {
  const { ca, custody, journal, signing, crls, now, log, rootCrl } = parts;
  let batches = 0;

  async function sign(
    call: Extract<SignerCall, { method: 'sign' }>,
    item: (outcome: SignOutcome) => void,
  ): Promise<{ issued: number; refused: number }> {
    if (!signing) throw new HubgateError('signer.ca-missing', 'There is no CA yet: hubgate init.');
    if (batches >= BATCHES_AT_ONCE) {
      throw new HubgateError(
        'signer.busy',
        `The signer works on ${BATCHES_AT_ONCE} batches already. Ask again.`,
      );
    }
    batches += 1;
    const started = performance.now();
    try {
      const tally = await signing(call.params.orders, item);
      log.info({ ...tally, ms: Math.round(performance.now() - started) }, 'batch signed');
      return tally;
    } finally {
      batches -= 1;
    }
  }

  function lookup(orderIds: readonly string[], item: (outcome: SignOutcome) => void): unknown {
    const tally = { issued: 0, unknown: 0 };
    for (const orderId of orderIds) {
      const row = journal.findByOrder(orderId);
      tally[row ? 'issued' : 'unknown'] += 1;
      if (row) item(issuedOutcome({ orderId, serial: row.serial, der: row.der, repeated: true }));
      else item({ outcome: 'unknown', orderId });
    }
    return tally;
  }

  async function revoke(input: {
    serial: string;
    reason: RevocationReason;
    by: string;
  }): Promise<Revocation> {
    const done = journal.revoke({ ...input, now: now() });
    if (!done) {
      throw new HubgateError('certificate.not-found', `No certificate ${input.serial} was issued here.`, {
        params: { serial: input.serial },
      });
    }
    if (done.first) {
      log.info({ serial: input.serial, reason: input.reason, by: input.by }, 'certificate revoked');
      // The revocation stands whatever becomes of the list; the clock tries again.
      await crls?.refresh().catch((error: unknown) => log.error({ err: error }, 'no new revocation list'));
    }
    return revocation(done.revocation);
  }

  function status(): SignerStatus {
    const held = custody.state;
    const crl = journal.lastCrl();
    return {
      state: held.state,
      ...(held.state === 'locked' && { lockedBecause: held.because }),
      since: held.since.toISOString(),
      approvalMode: ca?.policy.approvalMode ?? 'session',
      approvalCount: ca?.policy.approvalCount ?? 1,
      ...(ca && { caKeyId: ca.keyId, signingCa: base64(ca.signing.der), rootCa: base64(ca.root.der) }),
      ...journal.counts(),
      ...(crl && {
        crlNumber: crl.number,
        crlThisUpdate: crl.thisUpdate.toISOString(),
        crlNextUpdate: crl.nextUpdate.toISOString(),
      }),
    };
  }

  function currentCrls(): Crls {
    const crl = journal.lastCrl();
    const root = rootCrl();
    return { ...(crl && { signing: base64(crl.der) }), ...(root && { root: base64(root) }) };
  }

  return async (call, item) => {
    switch (call.method) {
      case 'status':
        return status();
      case 'sign':
        return sign(call, item);
      case 'lookup':
        return lookup(call.params.orderIds, item);
      case 'revoke':
        return revoke(call.params);
      case 'revocations':
        return { revocations: journal.revocations().map(revocation) };
      case 'crls':
        return currentCrls();
      case 'unlock':
        await custody.unlock(call.params.passphrase);
        journal.note('unlocked', now());
        log.info({}, 'signing key unlocked');
        await crls?.refresh().catch((error: unknown) => log.error({ err: error }, 'no new revocation list'));
        return status();
      case 'lock':
        custody.lock();
        journal.note('locked', now());
        log.info({}, 'signing key locked');
        return status();
    }
  };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const revocation = ({ serial, reason, revokedAt }: RevocationRow): Revocation => ({
  serial,
  reason,
  revokedAt: revokedAt.toISOString(),
});
