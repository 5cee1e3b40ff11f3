import { recordAudit } from '../audit/record-audit';
import { requireCurrentJournal, watchJournal } from '../certificates/watch-journal';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { claimApproved, claimedRows, countApproved, type ClaimedRow } from '../db/request-claims';
import { findRequestHead } from '../db/requests';
import { HubgateError, isHubgateError } from '../errors';
import { requireRole } from '../identity/authorise';
import type { SignOutcome } from '../wire/messages';
import { ApprovedContent, type Approval, type Order } from '../wire/order';
import { issuingCa, type IssuingCa } from './issuing-ca';
import { recoverClaims } from './recover-signing';
import { signingProcess } from './signing-process';
import { storeOutcomes, type Ordered, type Stored } from './store-outcomes';
import { stateOf } from './transition';
import type { SignEvent } from './views';

/** Orders of one call to the signer; also what one claim takes. */
const BATCH = 200;
/**
 * Outcomes that are written together while the signer goes on: each write is an fsync, which blocks
 * on SQLite, so the first waits a moment for company.
 */
const WRITE = 100;
const WRITE_WAIT_MS = 250;
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
  requireRole(ctx, 'approver', 'operator');
  if ('ids' in input && input.ids.length > IDS_MAX) {
    throw new HubgateError('http.invalid', `At most ${IDS_MAX} requests at once.`, { field: 'ids' });
  }
  return signing(ctx, 'ids' in input ? { ids: [...new Set(input.ids)] } : {});
}

/** What the clock signs by itself: approved, and the time to undo it is over. */
export function signDueRequests(ctx: Ctx): AsyncIterable<SignEvent> {
  requireRole(ctx, 'operator');
  return signing(ctx, { dueAt: ctx.now() });
}

type Which = { ids?: readonly string[]; dueAt?: Date };

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

  for (let left = waiting; left > 0;) {
    // What this call has given back must not be claimed by it again and again.
    const ids = await claim(ctx, which, Math.min(BATCH, left), seen);
    if (ids.length === 0) break;
    left -= ids.length;
    let stopped = false;
    for await (const stored of signBatch(ctx, ca, ids)) {
      seen.add(stored.id);
      if (stored.state === 'APPROVED' || stored.state === 'SIGNING') stopped = true;
      yield eventOf(stored);
    }
    if (stopped) break;
  }
  for (const id of which.ids ?? []) {
    if (seen.has(id)) continue;
    const head = await findRequestHead(ctx.db, id);
    if (head === null) yield eventOf({ id, state: 'SUBMITTED', code: 'request.not-found' });
    else yield eventOf({ id, state: stateOf(head), code: 'request.state' });
  }
  // What was signed is recorded at once; when that fails now, the clock does it in some seconds.
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

async function claim(ctx: Ctx, which: Which, limit: number, seen: ReadonlySet<string>): Promise<string[]> {
  const { name, underWay } = signingProcess();
  const ids = which.ids?.filter((id) => !seen.has(id));
  return inTransaction(ctx.db, async (tx) => {
    const claimed = await claimApproved(tx, {
      claimedBy: name,
      now: ctx.now(),
      limit,
      ...(ids === undefined ? {} : { ids }),
      ...(which.dueAt === undefined ? {} : { dueAt: which.dueAt }),
    });
    for (const id of claimed) underWay.add(id);
    if (claimed.length > 0) {
      await recordAudit(ctx, tx, {
        action: 'request.start-signing',
        target: 'batch',
        data: { ids: claimed },
      });
    }
    return claimed;
  });
}

async function* signBatch(ctx: Ctx, ca: IssuingCa, ids: readonly string[]): AsyncGenerator<Stored> {
  const { underWay } = signingProcess();
  try {
    const byId = new Map<string, Ordered>();
    const orders: Order[] = [];
    for (const row of await claimedRows(ctx.db, ids)) {
      const { content, order } = orderOf(row);
      byId.set(row.id, { row, content });
      orders.push(order);
    }
    const answered = new Set<string>();
    const written = new Set<string>();
    try {
      for await (const outcomes of inGroups(ctx.signer.signStream(orders), WRITE)) {
        const batch = outcomes.flatMap((outcome) => {
          const ordered = byId.get(outcome.orderId);
          return ordered === undefined || answered.has(outcome.orderId) ? [] : [{ ordered, outcome }];
        });
        for (const { outcome } of batch) answered.add(outcome.orderId);
        const stored = await storeOutcomes(ctx, ca, batch);
        for (const { id } of stored) written.add(id);
        yield* stored;
      }
    } catch (thrown) {
      if (!isHubgateError(thrown)) throw thrown;
      const left = ids.filter((id) => !written.has(id));
      yield* await afterBreak(ctx, left, thrown);
      return;
    }
    const silent = ids.filter((id) => !answered.has(id));
    if (silent.length > 0) {
      yield* await afterBreak(
        ctx,
        silent,
        new HubgateError('signer.protocol', 'The signer left orders out.'),
      );
    }
  } finally {
    for (const id of ids) underWay.delete(id);
  }
}

/** The order of a claimed request: its approvals, and the content that the last of them was for. */
function orderOf(row: ClaimedRow): { content: ApprovedContent; order: Order } {
  const standing = row.approvals.filter((one) => one.version === row.version);
  const last = standing.at(-1);
  if (last === undefined) throw new RangeError(`${row.id} is being signed without an approval`);
  const content = ApprovedContent.parse(JSON.parse(last.content));
  return {
    content,
    order: {
      content,
      csr: Buffer.from(row.csrDer).toString('base64'),
      approvals: standing.filter((one) => one.digest === last.digest).map(approvalOf),
    },
  };
}

function approvalOf(row: ClaimedRow['approvals'][number]): Approval {
  return {
    approver: row.approverId,
    name: row.approver,
    approvedAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    digest: row.digest,
    method: row.method === 'passkey' || row.method === 'renewal' ? row.method : 'session',
    ...(row.evidence === null ? {} : { evidence: JSON.parse(row.evidence) as Record<string, string> }),
  };
}

/**
 * The call broke. What the journal says about the rest counts; while nobody can be asked, the rest
 * stays in SIGNING, where nothing else can happen to it, until the recovery job can ask.
 */
async function afterBreak(ctx: Ctx, ids: readonly string[], reason: HubgateError): Promise<Stored[]> {
  const { underWay } = signingProcess();
  for (const id of ids) underWay.delete(id);
  try {
    const stored = await recoverClaims(ctx, ids);
    return stored.map((one) => (one.state === 'ISSUED' ? one : { ...one, code: one.code ?? reason.code }));
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return ids.map((id) => ({ id, state: 'SIGNING', code: reason.code }));
  }
}

/** Groups of up to `most`; the first of a group waits at most WRITE_WAIT_MS for the others. */
async function* inGroups(source: AsyncIterable<SignOutcome>, most: number): AsyncGenerator<SignOutcome[]> {
  const waiting: SignOutcome[] = [];
  let wake: () => void = () => undefined;
  let ended = false;
  let failure: Error | null = null;
  const pump = (async () => {
    try {
      for await (const outcome of source) {
        waiting.push(outcome);
        wake();
      }
    } catch (thrown) {
      failure = thrown instanceof Error ? thrown : new Error(String(thrown));
    } finally {
      ended = true;
      wake();
    }
  })();
  const woken = (milliseconds?: number): Promise<void> =>
    new Promise((resolve) => {
      const timer = milliseconds === undefined ? null : setTimeout(resolve, milliseconds);
      wake = () => {
        if (timer) clearTimeout(timer);
        resolve();
      };
    });
  while (!ended || waiting.length > 0) {
    if (waiting.length === 0) {
      await woken();
      continue;
    }
    const until = performance.now() + WRITE_WAIT_MS;
    while (!ended && waiting.length < most && performance.now() < until) {
      await woken(until - performance.now());
    }
    yield waiting.splice(0, most);
  }
  await pump;
  if (failure !== null) throw failure as Error;
}
