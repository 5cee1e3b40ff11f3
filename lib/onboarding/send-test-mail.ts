import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { requireRole } from '../identity/authorise';
import { testMail } from '../mail/test-mail';

/**
 * Sends a test mail at once, past the outbox, so that whoever set mail up sees the answer.
 *
 * @throws {HubgateError} `mail.not-configured`, `mail.failed`
 */
export async function sendTestMail(ctx: Ctx, input: { to: string }): Promise<void> {
  requireRole(ctx, 'admin', 'operator');
  await testMail(ctx, { to: input.to });
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, { action: 'mail.test', target: input.to, outcome: 'done', data: {} }),
  );
}
