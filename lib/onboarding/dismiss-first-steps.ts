import type { Ctx } from '../ctx';
import { writeSetting } from '../db/settings';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { dismissedKey } from './view-first-steps';

/**
 * Puts the first steps away for the person who asks; `/admin/first-steps` keeps showing them.
 *
 * @throws {HubgateError} `auth.required` for anybody but a signed-in person
 */
export async function dismissFirstSteps(ctx: Ctx): Promise<void> {
  requirePermission(ctx, 'administration.open');
  if (ctx.actor.kind !== 'person') throw new HubgateError('auth.required', 'Sign in first.');
  await writeSetting(ctx.db, dismissedKey(ctx.actor.userId), ctx.now().toISOString());
}
