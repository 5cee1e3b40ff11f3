import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';

/** Records a call that was refused or failed, in a transaction of its own: nothing else has changed. */
export async function auditRefusal(
  ctx: Ctx,
  event: { action: string; target: string; outcome: 'refused' | 'failed'; code: string },
): Promise<void> {
  const { action, target, outcome, code } = event;
  await inTransaction(ctx.db, (tx) => recordAudit(ctx, tx, { action, target, outcome, data: { code } }));
}
