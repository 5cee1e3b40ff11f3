import { sealAudit } from '../audit/seal-audit';
import { requireCurrentJournal, watchJournal } from '../certificates/watch-journal';
import type { Ctx } from '../ctx';
import { countApproved } from '../db/request-claims';
import { findRequestHead } from '../db/requests';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { issuingCa } from './issuing-ca';
import { signClaims, type Which } from './sign-claims';
import type { Stored } from './store-outcomes';
import { stateOf } from './transition';
import type { SignEvent } from './views';

const IDS_MAX = 1000;

export type SignInput = { ids: readonly string[] } | { all: true };

/**
 * Signs approved requests: claims them batch by batch, sends their orders to the signer and writes
 * each outcome as it comes. Everything that refuses the whole call is thrown before the first event.
 *
 * Whoever asks may stop listening; ask for the next event until the end, or what the signer has
 * signed already is written only by the recovery job.
 *
 * @throws {HubgateError} `auth.*`, `signer.down`, `signer.locked`, `signer.ca-missing`, `http.invalid`
 */
export function signRequests(ctx: Ctx, input: SignInput): AsyncIterable<SignEvent> {
  requirePermission(ctx, 'requests.sign');
  if ('ids' in input && input.ids.length > IDS_MAX) {
    throw new HubgateError('http.invalid', `At most ${IDS_MAX} requests at once.`, {
      field: 'ids',
      params: { reason: 'too-many', limit: IDS_MAX },
    });
  }
  return signing(ctx, 'ids' in input ? { ids: [...new Set(input.ids)] } : {});
}

/** What the clock signs by itself: approved, and the time to undo it is over. */
export function signDueRequests(ctx: Ctx): AsyncIterable<SignEvent> {
  requirePermission(ctx, 'requests.sign');
  return signing(ctx, { dueAt: ctx.now() });
}

async function* signing(ctx: Ctx, which: Which): AsyncGenerator<SignEvent> {
  await requireSigner(ctx);
  const ca = await issuingCa(ctx);
  const waiting = await countApproved(ctx.db, which);
  const total = which.ids?.length ?? waiting;
  let done = 0;
  let issued = 0;
  let failed = 0;
  const seen = new Set<string>();
  const eventOf = ({ id, state, serial, code }: Stored): SignEvent => {
    done += 1;
    if (state === 'ISSUED') issued += 1;
    else failed += 1;
    return {
      event: 'item',
      id,
      state,
      ...(serial === undefined ? {} : { serial }),
      ...(code === undefined ? {} : { code }),
      done,
      total: Math.max(total, done),
    };
  };

  for await (const stored of signClaims(ctx, ca, which, waiting)) {
    seen.add(stored.id);
    yield eventOf(stored);
  }
  for (const id of which.ids ?? []) {
    if (seen.has(id)) continue;
    const head = await findRequestHead(ctx.db, id);
    if (head === null) yield eventOf({ id, state: 'SUBMITTED', code: 'request.not-found' });
    else yield eventOf({ id, state: stateOf(head), code: 'request.state' });
  }
  // What was signed is recorded at once; when that fails now, the clock does it in some seconds.
  await sealAudit(ctx).catch(() => undefined);
  await watchJournal(ctx).catch(() => undefined);
  yield { event: 'done', issued, failed };
}

/** @throws {HubgateError} `signer.down`, `signer.locked`, `signer.journal-old` */
async function requireSigner(ctx: Ctx): Promise<void> {
  const status = await requireCurrentJournal(ctx);
  if (status.state === 'unlocked') return;
  if (status.lockedBecause === 'no-ca') {
    throw new HubgateError('signer.ca-missing', 'The signer has no CA yet. Run `hubgate init` on its host.');
  }
  throw new HubgateError(
    'signer.locked',
    'The signing key is locked. The requests stay approved; an operator unlocks it with `hubgate ca unlock`.',
  );
}
