import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { changeEvent, eventApprovalsOf, type EventApprovalRow, type EventRow } from '../db/events';
import { inTransaction } from '../db/in-transaction';
import { HubgateError, isHubgateError } from '../errors';
import { publishHubMaps } from '../hubs/publish-maps';
import { wireApproval } from '../requests/wire-approval';
import { EventContent, type EventState as SignerEvent } from '../wire/event';
import { mailEventDecided } from './event-mails';
import { eventMoved } from './load-event';

/**
 * Signer and portal each keep an approved event, and one can fall between the two. So the portal's row
 * says first what the signer is about to be asked (WAITING, with a digest), and until it is known what
 * became of that, nobody changes the plan or rejects it: the signer keeps one content for an id, for ever.
 */

/** Twice the time after which a call to the signer is given up: what is older is on its way no more. */
const ON_ITS_WAY_MS = 120_000;

type Mark = Pick<EventRow, 'state' | 'digest'>;

/** True while an approval is at the signer, or on its way there. */
export const isHandedOver = ({ state, digest }: Mark): boolean => state === 'WAITING' && digest !== null;

/** Of an event that was approved, those that came after: what stands from before does not mend it. */
export function approvalsSince<T extends Pick<EventApprovalRow, 'createdAt'>>(
  { state, decidedAt }: Pick<EventRow, 'state' | 'decidedAt'>,
  approvals: readonly T[],
): readonly T[] {
  if (state !== 'APPROVED' || decidedAt === null) return approvals;
  return approvals.filter(({ createdAt }) => createdAt > decidedAt);
}

export function onItsWay(action: string): HubgateError {
  return new HubgateError(
    'event.state',
    'This plan was approved a moment ago, and the signer has not answered yet. Try again in two minutes: ' +
      'by then it is known whether the approval stands.',
    { params: { state: 'handed', action } },
  );
}

/**
 * Gives the signer what was approved. Where it refuses, the plan is free again at once; where nobody
 * knows what it did, the row keeps saying what it was asked.
 *
 * @param row with the mark that `storeApproval` set
 * @throws {HubgateError} `signer.*`
 */
export async function handOver(
  ctx: Ctx,
  { row, approvals }: { row: EventRow; approvals: readonly EventApprovalRow[] },
): Promise<void> {
  const content = EventContent.parse(JSON.parse(approvals[0]?.content ?? 'null'));
  try {
    await ctx.signer.approveEvent({ content, approvals: approvals.map(wireApproval) });
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code !== 'signer.down') await release(ctx, row);
    throw thrown;
  }
}

/**
 * The signer has it: from now on the portal says so too, and the gate goes by it.
 *
 * @param input.approvals those that count; the last of them decided
 * @throws {HubgateError} `event.state` when it was closed meanwhile
 */
export async function commitApproval(
  ctx: Ctx,
  { row, approvals }: { row: EventRow; approvals: readonly Pick<EventApprovalRow, 'approver'>[] },
): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    const now = ctx.now();
    const decidedBy = approvals.at(-1)?.approver ?? '';
    const change = { state: 'APPROVED', decidedBy, decidedAt: now, updatedAt: now };
    if (!(await changeEvent(tx, row, change))) throw eventMoved(row.state, 'approve');
    await recordAudit(ctx, tx, {
      action: 'event.approve',
      target: row.id,
      data: { digest: row.digest, approvals: approvals.length, quota: row.quota },
    });
    await mailEventDecided(ctx, tx, row, { decision: 'approved', reason: '' });
  });
  await publishHubMaps(ctx);
}

/**
 * The event, once it is known what became of an approval that was handed over: call it before the plan
 * is changed or rejected.
 *
 * @throws {HubgateError} `event.state` while the approval is on its way, or when it turns out to stand;
 *   `signer.down` where it may, and the signer does not say
 */
export async function settled(ctx: Ctx, row: EventRow, action: string): Promise<EventRow> {
  if (!isHandedOver(row)) return row;
  if (ctx.now().getTime() - row.updatedAt.getTime() < ON_ITS_WAY_MS) throw onItsWay(action);
  const kept = await signerEvent(ctx, row.id);
  if (kept !== null && kept.digest === row.digest) {
    const approvals = (await eventApprovalsOf(ctx.db, row)).filter(({ digest }) => digest === row.digest);
    // Nobody who happens to come by approves: it was approved before.
    await commitApproval({ ...ctx, actor: { kind: 'system', name: 'event-approval' } }, { row, approvals });
    throw eventMoved('APPROVED', action);
  }
  return release(ctx, row);
}

/** The signer's own copy of the event; null when it has none. @throws {HubgateError} `signer.down` */
export async function signerEvent(ctx: Pick<Ctx, 'signer'>, id: string): Promise<SignerEvent | null> {
  try {
    return await ctx.signer.eventState(id);
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'event.not-found') return null;
    throw thrown;
  }
}

/** Takes the mark away, unless somebody has handed it over once more since. */
async function release(ctx: Ctx, row: EventRow): Promise<EventRow> {
  if (!isHandedOver(row)) return row;
  const change = { digest: null, updatedAt: ctx.now() };
  await inTransaction(ctx.db, (tx) => changeEvent(tx, row, change, row.updatedAt));
  return { ...row, ...change };
}
