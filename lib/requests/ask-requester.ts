import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { requirePermission } from '../identity/authorise';
import { readReason } from './reject-request';
import { mailRequester } from './request-mails';
import type { RequestState } from './states';
import { loadRequest, requireVersion, transition } from './transition';

/**
 * Puts a question to the requester: it stands on their page, and goes out by mail. The request waits
 * on as SUBMITTED.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`, `request.reason-required`,
 *   `request.version`, `request.state`
 */
export async function askRequester(
  ctx: Ctx,
  input: { id: string; version?: number | undefined; question: string },
): Promise<{ id: string; state: RequestState }> {
  requirePermission(ctx, 'requests.decide');
  const question = readReason(input.question);
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadRequest(tx, input.id);
    requireVersion(row, input.version);
    const state = await transition(ctx, tx, { row, action: 'ask', change: { question }, data: { question } });
    const once = String(ctx.now().getTime());
    await mailRequester(ctx, tx, row, { template: 'question', vars: { question }, once });
    return { id: row.id, state };
  });
}
