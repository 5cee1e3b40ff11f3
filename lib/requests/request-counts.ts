import type { Ctx } from '../ctx';
import { requestCountRows } from '../db/request-list';
import { requirePermission } from '../identity/authorise';
import { refreshFindings } from './refresh-findings';
import { REQUEST_STATES, type RequestState } from './states';

/** How many requests are in each state; of those that wait, how many are clean and how many flagged. */
export type RequestCounts = Record<RequestState, number> & { clean: number; flagged: number };

/** Reads the counters that the database keeps, not the requests: cheap at any size. */
export async function requestCounts(ctx: Pick<Ctx, 'actor' | 'db' | 'config'>): Promise<RequestCounts> {
  requirePermission(ctx, 'administration.open');
  await refreshFindings(ctx);
  const counts = Object.fromEntries(REQUEST_STATES.map((state) => [state, 0])) as Record<
    RequestState,
    number
  >;
  let clean = 0;
  let flagged = 0;
  for (const { state, finding, count } of await requestCountRows(ctx.db)) {
    if (!(state in counts)) continue;
    counts[state as RequestState] += count;
    if (state !== 'SUBMITTED') continue;
    if (finding === 'clean') clean += count;
    else flagged += count;
  }
  return { ...counts, clean, flagged };
}
