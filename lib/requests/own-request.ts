import type { Ctx } from '../ctx';
import type { Queries } from '../db/client';
import type { RequestRow } from '../db/requests';
import { HubgateError } from '../errors';
import { areOwn } from '../identity/same-person';

type Whose = Pick<RequestRow, 'id' | 'requesterId' | 'email' | 'emailState'>;

/**
 * Which of these requests are of the very person who acts, or who made the token that acts: asked for
 * while signed in, with whichever of their accounts, or with a mailbox that was proven to be theirs.
 *
 * @returns their ids
 */
export async function ownRequests(
  ctx: Pick<Ctx, 'actor'>,
  db: Queries,
  rows: readonly Whose[],
): Promise<ReadonlySet<string>> {
  const own = await areOwn(
    db,
    ctx.actor,
    rows.map(({ requesterId, email, emailState }) => ({
      actorId: requesterId === null ? null : `user:${requesterId}`,
      mailbox: emailState === 'proven' ? email : null,
    })),
  );
  return new Set(rows.filter((_, index) => own[index]).map(({ id }) => id));
}

/** @throws {HubgateError} `request.own`: nobody decides on their own request */
export async function requireNotOwn(ctx: Pick<Ctx, 'actor'>, db: Queries, row: Whose): Promise<void> {
  if (!(await ownRequests(ctx, db, [row])).has(row.id)) return;
  throw new HubgateError(
    'request.own',
    "This is your own request: another approver has to decide on it, or an operator with `hubgate sign` on the portal's host.",
  );
}
