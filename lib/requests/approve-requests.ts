import type { Ctx } from '../ctx';
import { findRequest } from '../db/requests';
import { HubgateError, isHubgateError, type ErrorCode } from '../errors';
import { requirePermission } from '../identity/authorise';
import { approveRequest, type ApproveInput } from './approve-request';
import { requestChecks } from './request-checks';
import { storedChecks } from './request-item';
import type { RequestState } from './states';
import { notFound, requireVersion, stateOf } from './transition';

/** As many as a page of the queue may show. */
export const BULK_MAX = 1000;

export type BulkResult = { id: string; state: RequestState | null; code?: ErrorCode };

/**
 * Approves many requests, the clean ones only: what an approver should look at singly is left as it
 * is and named with a code. Each is a transaction of its own.
 *
 * @param input.versions what each decision was made on, by id; an id without one is taken as it stands
 * @throws {HubgateError} `auth.*`, `http.invalid` for too many at once
 */
export async function approveRequests(
  ctx: Ctx,
  input: { ids: readonly string[]; versions?: ReadonlyMap<string, number> },
): Promise<{ results: BulkResult[] }> {
  requirePermission(ctx, 'requests.decide');
  const ids = [...new Set(input.ids)];
  if (ids.length > BULK_MAX) {
    throw new HubgateError('http.invalid', `At most ${BULK_MAX} requests at once.`, {
      field: 'ids',
      params: { reason: 'too-many', limit: BULK_MAX },
    });
  }
  const results: BulkResult[] = [];
  for (const id of ids) results.push(await approveClean(ctx, { id, version: input.versions?.get(id) }));
  return { results };
}

/** One of a selection: approved when it is clean and unchanged, told with a code otherwise. */
export async function approveClean(ctx: Ctx, decision: ApproveInput): Promise<BulkResult> {
  const { id, version } = decision;
  const row = await findRequest(ctx.db, id);
  try {
    if (row === null) throw notFound();
    requireVersion(row, version);
    // What was clean when it came in may not be any more: the name may have found a holder since.
    const { finding, checks } = await requestChecks(ctx.db, ctx.config, row, storedChecks(row));
    if (row.state === 'SUBMITTED' && finding !== 'clean') {
      const taken = checks.some((check) => check.code === 'request.name-held' && !check.ok);
      throw new HubgateError(
        taken ? 'request.takeover-needs-confirmation' : 'request.flagged',
        'This request has findings: open it alone.',
        { params: { name: row.commonName } },
      );
    }
    return await approveRequest(ctx, { ...decision, version: row.version });
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return { id, state: row === null ? null : stateOf(row), code: thrown.code };
  }
}
