import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { writeSetting } from '../db/settings';
import { requirePermission } from '../identity/authorise';
import { sendTestMail as sendNow } from '../mail/send-test-mail';

/** When a test mail last left: it counts as working mail. */
export const TEST_MAIL_SETTING = 'mail.testedAt';

/**
 * Sends a test mail at once, past the outbox, so that whoever set mail up sees the answer.
 *
 * @throws {HubgateError} `mail.not-configured`, `mail.failed`
 */
export async function sendTestMail(ctx: Ctx, input: { to: string }): Promise<void> {
  requirePermission(ctx, 'mail.test');
  await sendNow(ctx.config, input.to);
  await writeSetting(ctx.db, TEST_MAIL_SETTING, ctx.now().toISOString());
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, { action: 'mail.test', target: input.to, outcome: 'done', data: {} }),
  );
}
