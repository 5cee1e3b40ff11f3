import type { Ctx } from '../ctx';
import { serialOwner } from '../db/certificates';
import { markStep } from '../db/events';

/** The requester has got the certificate. Costs one statement, and changes something once. */
export async function noteFetched(ctx: Pick<Ctx, 'db' | 'now'>, requestId: string): Promise<void> {
  await markStep(ctx.db, requestId, 'fetchedAt', ctx.now());
}

/** The gate accepted this certificate when its holder had it checked. */
export async function noteChecked(ctx: Pick<Ctx, 'db' | 'now'>, serial: string): Promise<void> {
  const requestId = await serialOwner(ctx.db, serial);
  if (requestId !== null) await markStep(ctx.db, requestId, 'checkedAt', ctx.now());
}
