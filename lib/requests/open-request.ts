import type { Ctx } from '../ctx';
import { findRequestHead } from '../db/requests';
import { secretMatches } from './request-id';
import { notFound } from './transition';

/** Compared when the id is unknown, so that both refusals cost the same. */
const NOBODYS_HASH = '0'.repeat(64);

/**
 * Does this pick-up secret open this request?
 *
 * @returns true
 * @throws {HubgateError} `request.not-found` for an unknown id and for a wrong secret alike
 */
export async function openRequest(
  ctx: Pick<Ctx, 'db'>,
  input: { id: string; pickupSecret: string },
): Promise<true> {
  const head = await findRequestHead(ctx.db, input.id);
  const matches = secretMatches(input.pickupSecret, head?.pickupHash ?? NOBODYS_HASH);
  if (head === null || !matches) throw notFound();
  return true;
}
