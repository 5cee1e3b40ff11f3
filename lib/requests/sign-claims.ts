import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { claimApproved, claimedRows, type ClaimedRow } from '../db/request-claims';
import { isHubgateError } from '../errors';
import type { SignOutcome } from '../wire/messages';
import { ApprovedContent, type Order } from '../wire/order';
import { inGroups } from './in-groups';
import type { IssuingCa } from './issuing-ca';
import { recoverClaims } from './recover-signing';
import { signingProcess } from './signing-process';
import { storeOutcomes, type Ordered, type Stored } from './store-outcomes';
import { wireApproval } from './wire-approval';

/** Orders of one call to the signer; also what one claim takes. */
const BATCH = 200;
/** The first claim is this small, so that the signer has work at once. */
const FIRST_BATCH = 100;
/**
 * Outcomes that are written together while the signer goes on: each write is an fsync, which blocks
 * on SQLite, so the first waits a moment for company.
 */
const WRITE = { most: 100, waitMs: 250 };

/** Which approved requests: all, these, or those whose undo time has passed. */
export type Which = { ids?: readonly string[]; dueAt?: Date };

/** The signer's answer to an order, or the requests that a broken call left without one, and why. */
type Answer = { ordered: Ordered; outcome: SignOutcome } | { unanswered: readonly string[]; code: string };

/** A claimed batch, ready to be sent. */
type Batch = { ids: readonly string[]; orders: readonly Order[]; byId: ReadonlyMap<string, Ordered> };

/** One call of `signClaims`: what it has claimed, and the code for which it claims no more. */
type Flow = { claimed: Set<string>; stopped: string | null };

/**
 * Claims up to `most` approved requests, batch by batch, has them signed and writes each outcome. While
 * one batch is being signed, the next is claimed and sent, and the outcomes of the one before are
 * written: the signer waits neither for the database nor between batches. Ends early when requests come
 * back unsigned.
 */
export async function* signClaims(
  ctx: Ctx,
  ca: IssuingCa,
  which: Which,
  most: number,
): AsyncGenerator<Stored> {
  const flow: Flow = { claimed: new Set(), stopped: null };
  try {
    for await (const answers of inGroups(orderAll(ctx, which, most, flow), WRITE)) {
      for (const stored of await settle(ctx, ca, answers)) {
        if (stored.state === 'APPROVED' || stored.state === 'SIGNING') flow.stopped ??= stored.code ?? '';
        yield stored;
      }
    }
  } finally {
    flow.stopped ??= ''; // nobody listens any more: what is claimed next is for the recovery job
    const { underWay } = signingProcess();
    for (const id of flow.claimed) underWay.delete(id);
  }
}

async function* orderAll(ctx: Ctx, which: Which, most: number, flow: Flow): AsyncGenerator<Answer> {
  let left = most;
  const sendNext = async (size: number): Promise<AsyncIterable<Answer> | null> => {
    if (left <= 0 || flow.stopped !== null) return null;
    const ids = await claim(ctx, which, Math.min(size, left), flow);
    left -= ids.length;
    return ids.length === 0 ? null : send(ctx, await batchOf(ctx, ids), flow);
  };
  let next = sendNext(FIRST_BATCH);
  for (let answers = await next; answers !== null; answers = await next) {
    next = sendNext(BATCH);
    next.catch(() => undefined); // thrown where it is awaited
    yield* answers;
  }
}

async function claim(ctx: Ctx, which: Which, limit: number, flow: Flow): Promise<string[]> {
  const { name, underWay } = signingProcess();
  // What this call has given back must not be claimed by it again and again.
  const ids = which.ids?.filter((id) => !flow.claimed.has(id));
  return inTransaction(ctx.db, async (tx) => {
    const claimed = await claimApproved(tx, {
      claimedBy: name,
      now: ctx.now(),
      limit,
      ...(ids === undefined ? {} : { ids }),
      ...(which.dueAt === undefined ? {} : { dueAt: which.dueAt }),
    });
    for (const id of claimed) {
      underWay.add(id);
      flow.claimed.add(id);
    }
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

async function batchOf(ctx: Ctx, ids: readonly string[]): Promise<Batch> {
  const byId = new Map<string, Ordered>();
  const orders: Order[] = [];
  for (const row of await claimedRows(ctx.db, ids)) {
    const { content, order } = orderOf(row);
    byId.set(row.id, { row, content });
    orders.push(order);
  }
  return { ids, orders, byId };
}

/** Sends the orders of one batch now, unless requests came back unsigned meanwhile. */
function send(ctx: Ctx, batch: Batch, flow: Flow): AsyncIterable<Answer> {
  return answersTo(batch, flow.stopped ?? ctx.signer.signStream(batch.orders));
}

/** Each answer to the orders of a batch as it comes; a code in their place means that they were not sent. */
async function* answersTo(
  { ids, byId }: Batch,
  outcomes: AsyncIterable<SignOutcome> | string,
): AsyncGenerator<Answer> {
  if (typeof outcomes === 'string') {
    yield { unanswered: ids, code: outcomes };
    return;
  }
  const left = new Set(ids);
  let code = 'signer.protocol'; // for orders that the signer leaves out
  try {
    for await (const outcome of outcomes) {
      const ordered = byId.get(outcome.orderId);
      if (ordered !== undefined && left.delete(outcome.orderId)) yield { ordered, outcome };
    }
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    ({ code } = thrown);
  }
  if (left.size > 0) yield { unanswered: [...left], code };
}

async function settle(ctx: Ctx, ca: IssuingCa, answers: readonly Answer[]): Promise<Stored[]> {
  const stored = await store(
    ctx,
    ca,
    answers.flatMap((answer) => ('outcome' in answer ? answer : [])),
  );
  for (const answer of answers) {
    if ('unanswered' in answer) stored.push(...(await afterBreak(ctx, answer.unanswered, answer.code)));
  }
  return stored;
}

/** What cannot be written now (a full disk) is signed all the same, and is told as being signed. */
async function store(
  ctx: Ctx,
  ca: IssuingCa,
  batch: readonly { ordered: Ordered; outcome: SignOutcome }[],
): Promise<Stored[]> {
  try {
    return await storeOutcomes(ctx, ca, batch);
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return afterBreak(
      ctx,
      batch.map(({ ordered }) => ordered.row.id),
      thrown.code,
    );
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
      approvals: standing.filter((one) => one.digest === last.digest).map(wireApproval),
    },
  };
}

/**
 * The call broke. What the journal says about the rest counts; while nobody can be asked, the rest
 * stays in SIGNING, where nothing else can happen to it, until the recovery job can ask.
 */
async function afterBreak(ctx: Ctx, ids: readonly string[], code: string): Promise<Stored[]> {
  const { underWay } = signingProcess();
  for (const id of ids) underWay.delete(id);
  try {
    const stored = await recoverClaims(ctx, ids);
    return stored.map((one) => (one.state === 'ISSUED' ? one : { ...one, code: one.code ?? code }));
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return ids.map((id) => ({ id, state: 'SIGNING', code }));
  }
}
