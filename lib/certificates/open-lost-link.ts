import { z } from 'zod';

import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { useOneTimeSecret } from '../db/one-time-secrets';
import { HubgateError } from '../errors';
import { hashSecret } from '../requests/request-id';

const Payload = z.strictObject({ email: z.string() });

/**
 * Uses up a link of sendLostLink(): whoever has it reads this mailbox.
 *
 * @throws {HubgateError} `auth.link` when the link is unknown, used or out of date
 */
export async function openLostLink(ctx: Ctx, input: { secret: string }): Promise<{ email: string }> {
  return inTransaction(ctx.db, async (tx) => {
    const taken = await useOneTimeSecret(tx, {
      kind: 'lost',
      secretHash: hashSecret(input.secret),
      now: ctx.now(),
    });
    if (taken === null) {
      throw new HubgateError('auth.link', 'This link is out of date or was used before. Ask for a new one.', {
        field: 'secret',
      });
    }
    const { email } = Payload.parse(taken);
    await recordAudit(ctx, tx, { action: 'certificate.lost-open', target: 'mailbox', data: { email } });
    return { email };
  });
}
