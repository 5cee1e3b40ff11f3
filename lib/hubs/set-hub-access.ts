import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { writeHubPolicy, type HubAccess } from '../db/hub-access';
import { inTransaction } from '../db/in-transaction';
import { requirePermission } from '../identity/authorise';
import { checkHubName } from './hub-name';
import { publishHubMaps } from './publish-maps';

/** Says who may enter a hub: every valid certificate, or only listed names. Holds from the next request on. */
export async function setHubAccess(
  ctx: Ctx,
  input: { name: string; access: HubAccess },
): Promise<{ name: string; access: HubAccess }> {
  requirePermission(ctx, 'hubs.manage');
  const name = checkHubName(input.name);
  await inTransaction(ctx.db, async (tx) => {
    await writeHubPolicy(tx, name, input.access);
    await recordAudit(ctx, tx, {
      action: 'hub.access',
      target: name,
      outcome: 'done',
      data: { access: input.access },
    });
  });
  await publishHubMaps(ctx);
  return { name, access: input.access };
}
