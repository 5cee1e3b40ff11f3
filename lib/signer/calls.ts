import { HubgateError } from '../errors';
import type { SignerCall, SignOutcome } from '../wire/messages';
import type { SignerStatus } from '../wire/status';
import type { Approvers } from './approvers';
import type { AuditSealer } from './audit-sealer';
import type { Ca } from './ca-files';
import type { CrlKeeper } from './crl-keeper';
import type { Custody } from './custody';
import type { Journal } from './journal';
import type { Log } from './log';
import type { OcspAnswers } from './ocsp-answers';
import { openEventCalls } from './event-calls';
import { issuedOutcome } from './outcome';
import { openPasskeyCalls } from './passkey-calls';
import type { RelintKeeper } from './relint-keeper';
import type { ResponderKeeper } from './responder-keeper';
import { importedPage, openRevocationCalls } from './revocation-calls';
import type { RollOverInput } from './roll-over';
import type { SignOrders } from './sign-orders';
import { currentCrls, signerStatus } from './signer-status';
import type { Touches } from './touches';

/** What the signer is made of; `ca` and what hangs on it are null before the ceremony. */
export type SignerParts = {
  ca: Ca | null;
  custody: Custody;
  journal: Journal;
  approvers: Approvers;
  touches: Touches | null;
  signing: SignOrders | null;
  crls: CrlKeeper | null;
  relints: RelintKeeper;
  sealer: AuditSealer;
  responders: ResponderKeeper | null;
  ocsp: OcspAnswers | null;
  now: () => Date;
  log: Log;
  /** The root's list as it is now: operators renew it beside a running signer. */
  rootCrl: () => Uint8Array | null;
  /** Puts another signing CA in the place of this one. */
  rollOver: (input: RollOverInput) => Promise<SignerStatus>;
};

/** Which socket a peer came by; the operator's may do everything. */
export type Door = 'web' | 'operator';

/** Answers one call: items as they come, then the result. Throws what the call is refused with. */
export type Calls = (call: SignerCall, item: (outcome: SignOutcome) => void, door: Door) => Promise<unknown>;

/** Sign calls at a time: each may hold a thousand CSRs in memory. */
const BATCHES_AT_ONCE = 8;

export function openCalls(parts: SignerParts): Calls {
  const { custody, journal, signing, crls, responders, now, log } = parts;
  const revocations = openRevocationCalls(parts);
  const passkeys = openPasskeyCalls(parts);
  const trainings = openEventCalls(parts);
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

  async function unlock(passphrase: string): Promise<SignerStatus> {
    await custody.unlock(passphrase);
    journal.note('unlocked', now());
    log.info({}, 'signing key unlocked');
    await crls?.refresh().catch((error: unknown) => log.error({ err: error }, 'no new revocation list'));
    await responders?.refresh().catch((error: unknown) => log.error({ err: error }, 'no new OCSP responder'));
    return signerStatus(parts);
  }

  /** @throws {HubgateError} `signer.ca-missing` before the ceremony */
  function ocsp(): OcspAnswers {
    if (!parts.ocsp) throw new HubgateError('signer.ca-missing', 'There is no CA yet: hubgate init.');
    return parts.ocsp;
  }

  function lock(): SignerStatus {
    custody.lock();
    journal.note('locked', now());
    log.info({}, 'signing key locked');
    return signerStatus(parts);
  }

  async function raiseCrlNumber(input: { caKeyId: string; above: number }): Promise<{ number: number }> {
    const { caKeyId, above } = input;
    if (!journal.cas().some(({ keyId }) => keyId === caKeyId)) {
      throw new HubgateError('signer.ca-missing', `No CA with the key ${caKeyId} is known here.`);
    }
    journal.raiseCrlNumber(caKeyId, above);
    journal.note(`CRL number of ${caKeyId} above ${above}`, now());
    const number = journal.nextCrlNumber(caKeyId) - 1;
    await crls?.refresh().catch((error: unknown) => log.error({ err: error }, 'no new revocation list'));
    return { number };
  }

  function eventsPage({ after, limit }: { after: number; limit: number }): unknown {
    const { events, more } = journal.events(after, limit);
    return {
      journalId: journal.identity().journalId,
      events: events.map((event) => ({ ...event, at: event.at.toISOString() })),
      more,
    };
  }

  return async (call, item, door) => {
    switch (call.method) {
      case 'status':
        return signerStatus(parts);
      case 'sign':
        return sign(call, item);
      case 'lookup':
        return lookup(call.params.orderIds, item);
      case 'revoke':
        return revocations.revoke(call.params, door);
      case 'revocations':
        return revocations.changes(call.params);
      case 'crls':
        return currentCrls({ ca: parts.ca, journal, rootCrl: parts.rootCrl });
      case 'ocsp':
        return { answers: await ocsp().answer(call.params.certIds) };
      case 'ocspFresh':
        return ocsp().fresh(call.params);
      case 'ocspLive':
        return ocsp().live(call.params);
      case 'blockKeys':
        return revocations.blockKeys(call.params);
      case 'blockedKeys':
        return revocations.blockedKeys(call.params);
      case 'relintReport':
        return parts.relints.report();
      case 'approvers':
        return passkeys.approvers();
      case 'proposePasskey':
        return passkeys.propose(call.params);
      case 'presentTouch':
        return passkeys.present(call.params);
      case 'approveEvent':
        return trainings.approve(call.params);
      case 'closeEvent':
        return trainings.close(call.params);
      case 'eventState':
        return trainings.state(call.params.eventId);
      case 'touched':
        return passkeys.touched(call.params);
      case 'acceptPasskey':
        return passkeys.accept(call.params);
      case 'removePasskey':
        return passkeys.remove(call.params);
      case 'sealAudit':
        return parts.sealer.seal(call.params);
      case 'auditSeals':
        return parts.sealer.page(call.params.after, call.params.limit);
      case 'events':
        return eventsPage(call.params);
      case 'unlock':
        return unlock(call.params.passphrase);
      case 'lock':
        return lock();
      case 'release':
        return revocations.release(call.params, door);
      case 'imported':
        return importedPage(journal, call.params);
      case 'rollover':
        return parts.rollOver(call.params);
      case 'relint':
        return parts.relints.begin();
      case 'restartAudit':
        return parts.sealer.restart(call.params);
      case 'raiseCrlNumber':
        return raiseCrlNumber(call.params);
    }
  };
}
