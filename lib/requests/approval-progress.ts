import type { Ctx } from '../ctx';
import { signingStates } from '../db/approvable-requests';
import { requirePermission } from '../identity/authorise';
import { BULK_MAX } from './approve-requests';

/** What became of requests that were approved together. */
export type ApprovalProgress = {
  /** Approved, and not taken to be signed yet. */
  waiting: number;
  signing: number;
  signed: number;
  failed: number;
  /** When the last of those that wait may be signed, ISO 8601; null when none waits for that. */
  signAt: string | null;
};

/**
 * How far requests are that somebody has just approved: what they are told counts down, and follows.
 *
 * @throws {HubgateError} `auth.*`
 */
export async function approvalProgress(
  ctx: Ctx,
  input: { ids: readonly string[] },
): Promise<ApprovalProgress> {
  requirePermission(ctx, 'requests.read');
  const rows = await signingStates(ctx.db, input.ids.slice(0, BULK_MAX));
  const count = (state: string): number => rows.filter((row) => row.state === state).length;
  const times = rows.flatMap(({ state, signAfter }) =>
    state === 'APPROVED' && signAfter !== null ? [signAfter.getTime()] : [],
  );
  return {
    waiting: count('APPROVED'),
    signing: count('SIGNING'),
    signed: count('ISSUED'),
    failed: count('FAILED'),
    signAt: times.length === 0 ? null : new Date(Math.max(...times)).toISOString(),
  };
}
