import type { Ctx } from '../ctx';
import { findRequestHead } from '../db/requests';
import { requireRequester } from '../identity/authorise';
import type { RequestState } from './states';
import { notFound, stateOf } from './transition';

/**
 * Just enough to see that something changed: for pages that ask every few seconds.
 *
 * @throws {HubgateError} `request.not-found` unless the actor showed its pick-up secret
 */
export async function requestStatus(
  ctx: Pick<Ctx, 'actor' | 'db'>,
  input: { id: string },
): Promise<{ id: string; state: RequestState; version: number; updatedAt: string }> {
  requireRequester(ctx, input.id);
  const head = await findRequestHead(ctx.db, input.id);
  if (head === null) throw notFound();
  return {
    id: head.id,
    state: stateOf(head),
    version: head.version,
    updatedAt: head.updatedAt.toISOString(),
  };
}
