import type { Ctx } from '../ctx';
import { approvableRequests, cleanRequests } from '../db/approvable-requests';
import { requirePermission } from '../identity/authorise';
import { BULK_MAX } from './approve-requests';
import { grantedEmails, stringList } from './approved-content';
import { ownRequests } from './own-request';
import { refreshFindings } from './refresh-findings';

/** A request as it stands in a selection, with the names that its certificate would carry. */
export type ApprovableItem = {
  id: string;
  version: number;
  profile: 'user' | 'server';
  commonName: string;
  names: string[];
};

/**
 * The requests of a selection that may be approved together: waiting, without findings, of others.
 *
 * @param input the requests as they were seen in the queue, or all that are clean, oldest first
 * @throws {HubgateError} `auth.*`
 */
export async function listApprovable(
  ctx: Ctx,
  input: { seen: readonly { id: string; version: number }[] } | { all: 'clean' },
): Promise<ApprovableItem[]> {
  requirePermission(ctx, 'requests.decide');
  await refreshFindings(ctx);
  const seen =
    'seen' in input ? new Map(input.seen.slice(0, BULK_MAX).map((one) => [one.id, one.version])) : null;
  const rows =
    seen === null
      ? await cleanRequests(ctx.db, BULK_MAX)
      : await approvableRequests(ctx.db, [...seen.keys()]);
  const own = await ownRequests(ctx, ctx.db, rows);
  return rows
    .filter((row) => row.state === 'SUBMITTED' && row.finding === 'clean' && !own.has(row.id))
    .map((row) => ({
      id: row.id,
      // The version stays that of the queue, where the requests were ticked.
      version: seen?.get(row.id) ?? row.version,
      profile: row.profile === 'server' ? 'server' : 'user',
      commonName: row.commonName,
      names:
        row.profile === 'server'
          ? [...stringList(row.dnsNames), ...stringList(row.ipAddresses)]
          : grantedEmails(row),
    }));
}
