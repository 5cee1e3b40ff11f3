import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { removeHubMember } from '../db/hub-access';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { checkHubName, checkMemberName } from './hub-name';
import { publishHubMaps } from './publish-maps';

/**
 * Takes a name off a hub's list. A list that becomes empty admits nobody.
 *
 * @throws {HubgateError} `hub.not-found` when the name is not on the list
 */
export async function denyHubMember(
  ctx: Ctx,
  input: { name: string; commonName: string },
): Promise<{ name: string; commonName: string }> {
  requirePermission(ctx, 'hubs.manage');
  const name = checkHubName(input.name);
  const commonName = checkMemberName(input.commonName);
  await inTransaction(ctx.db, async (tx) => {
    if (!(await removeHubMember(tx, name, commonName))) {
      throw new HubgateError('hub.not-found', `${commonName} is not on the list of ${name}.`, {
        field: 'commonName',
      });
    }
    await recordAudit(ctx, tx, { action: 'hub.deny', target: name, outcome: 'done', data: { commonName } });
  });
  await publishHubMaps(ctx);
  return { name, commonName };
}
