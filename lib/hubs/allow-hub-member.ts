import { recordAudit } from '../audit/record-audit';
import { actorName, type Ctx } from '../ctx';
import { addHubMember, ensureHubPolicy } from '../db/hub-access';
import { inTransaction } from '../db/in-transaction';
import { requirePermission } from '../identity/authorise';
import { checkHubName, checkMemberName } from './hub-name';
import { publishHubMaps } from './publish-maps';

/**
 * Puts a name on a hub's list. A hub that had no policy gets the portal's default, so that adding a
 * name alone never closes a hub that everybody could enter.
 */
export async function allowHubMember(
  ctx: Ctx,
  input: { name: string; commonName: string },
): Promise<{ name: string; commonName: string }> {
  requirePermission(ctx, 'hubs.manage');
  const name = checkHubName(input.name);
  const commonName = checkMemberName(input.commonName);
  await inTransaction(ctx.db, async (tx) => {
    await ensureHubPolicy(tx, name, ctx.config.hubs.defaultAccess);
    await addHubMember(tx, { hub: name, commonName, addedBy: actorName(ctx.actor), addedAt: ctx.now() });
    await recordAudit(ctx, tx, { action: 'hub.allow', target: name, outcome: 'done', data: { commonName } });
  });
  await publishHubMaps(ctx);
  return { name, commonName };
}
