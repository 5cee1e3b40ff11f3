import type { Ctx } from '../ctx';
import { requirePermission } from '../identity/authorise';
import type { AccessMapEntry } from './gate-maps';
import { runningIndex, scanHubs } from './hub-index';
import { hubAccess } from './publish-maps';

/** Who may enter which hub, also for hubs that do not run. */
export async function listHubAccess(
  ctx: Pick<Ctx, 'actor' | 'config' | 'paths' | 'db' | 'now'>,
): Promise<{ items: AccessMapEntry[] }> {
  requirePermission(ctx, 'hubs.read');
  const snapshot = runningIndex()?.snapshot() ?? (await scanHubs(ctx, ctx.now().getTime()));
  return { items: await hubAccess(ctx, snapshot) };
}
