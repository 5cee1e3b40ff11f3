import { actorName, type Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { checkPrintable } from '../x509/subject-policy';
import { mailRequester } from './request-mails';
import type { RequestState } from './states';
import { loadRequest, requireVersion, transition } from './transition';

const TEXT_MAX = 1000;

/**
 * Rejects a request; the reason goes to the requester.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`, `request.reason-required`,
 *   `request.version`, `request.state`
 */
export async function rejectRequest(
  ctx: Ctx,
  input: { id: string; version?: number | undefined; reason: string },
): Promise<{ id: string; state: RequestState }> {
  requirePermission(ctx, 'requests.decide');
  const reason = readReason(input.reason);
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadRequest(tx, input.id);
    requireVersion(row, input.version);
    const state = await transition(ctx, tx, {
      row,
      action: 'reject',
      change: { reason, decidedBy: actorName(ctx.actor), decidedAt: ctx.now(), signAfter: null },
      data: { reason },
    });
    await mailRequester(ctx, tx, row, { template: 'request-rejected', vars: { reason }, once: '1' });
    return { id: row.id, state };
  });
}

/** A text for the requester. @throws {HubgateError} `request.reason-required`, `request.note` */
export function readReason(text: string): string {
  if (text.trim() === '') {
    throw new HubgateError('request.reason-required', 'Say why: the requester reads it.', {
      field: 'reason',
    });
  }
  return checkPrintable(text, 'note', { maxLength: TEXT_MAX, lines: true });
}
