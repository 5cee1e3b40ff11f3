import type { Ctx } from '../ctx';
import type { Queries } from '../db/client';
import { usersWithRole } from '../db/users';

/** Whom to tell that something waits for a decision: `mail.approvers`, else every approver with an address. */
export async function approverAddresses(ctx: Pick<Ctx, 'config'>, db: Queries): Promise<string[]> {
  const named = ctx.config.mail.approvers;
  if (named.length > 0) return [...new Set(named)];
  const approvers = await usersWithRole(db, 'approver');
  return [...new Set(approvers.flatMap((user) => user.email ?? []))];
}

/** Approvers are told at fixed times of all that waits, not of each. */
export const isDigested = ({ config }: Pick<Ctx, 'config'>): boolean => config.mail.digestAt.length > 0;
