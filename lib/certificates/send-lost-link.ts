import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { insertOneTimeSecret, unusedSecretSince } from '../db/one-time-secrets';
import { enqueueMail } from '../db/outbox';
import { ownSerials, revocableCertificates } from '../db/revocable-certificates';
import { HubgateError } from '../errors';
import { sendsMail } from '../mail/sends-mail';
import { hashSecret, newPickupSecret } from '../requests/request-id';
import { normaliseEmail } from '../x509/subject-policy';

/** Long enough for a slow mail server and a walk to another machine. */
export const LOST_LINK_MINUTES = 60;

/** A link that was sent and not used keeps the next one away for so long: it lies in the mailbox. */
const AGAIN_AFTER_MS = 10 * 60_000;

/**
 * Sends a link by which whoever reads this mailbox can revoke the certificates that carry its address,
 * or whose requester proved it. Nobody learns from the answer, or from the time that it takes, whether
 * there are any: an unknown address gets the same work but for the mail.
 *
 * @throws {HubgateError} `request.email` for what is no address, `mail.not-configured`
 */
export async function sendLostLink(ctx: Ctx, input: { email: string }): Promise<void> {
  if (!sendsMail(ctx.config, 'lost-link')) {
    throw new HubgateError('mail.not-configured', 'This portal sends no mail. Ask its operators instead.');
  }
  const typed = normaliseEmail(input.email);
  const known = await knownAddress(ctx, typed);
  const email = known ?? typed;
  const now = ctx.now();
  await inTransaction(ctx.db, async (tx) => {
    const again = await unusedSecretSince(tx, {
      kind: 'lost',
      payload: { email },
      now,
      since: new Date(now.getTime() - AGAIN_AFTER_MS),
    });
    const sent = known !== null && !again;
    if (!again) {
      const secret = newPickupSecret();
      await insertOneTimeSecret(tx, {
        kind: 'lost',
        secretHash: hashSecret(secret),
        payload: { email },
        now,
        expiresAt: new Date(now.getTime() + LOST_LINK_MINUTES * 60_000),
      });
      if (sent) {
        await enqueueMail(tx, {
          recipient: email,
          template: 'lost-link',
          locale: ctx.locale,
          vars: {
            link: `${ctx.config.site.url}/certs/lost/open#s=${secret}`,
            minutes: String(LOST_LINK_MINUTES),
          },
          dedupeKey: `lost-link/${hashSecret(secret)}`,
          now,
        });
      }
    }
    await recordAudit(ctx, tx, { action: 'certificate.lost-link', target: 'mailbox', data: { email, sent } });
  });
}

/**
 * The address as it stands in certificates that can still be revoked, or null. The part before the @ is
 * also tried in small letters: telephones begin a line with a capital.
 */
async function knownAddress(ctx: Ctx, typed: string): Promise<string | null> {
  for (const email of new Set([typed, typed.toLowerCase()])) {
    const own = await ownSerials(ctx.db, { requestIds: [], serial: null, email, userId: null });
    const filter = { serials: [...own.keys()] };
    const rows = await revocableCertificates(ctx.db, { filter, now: ctx.now(), held: true });
    if (rows.length > 0) return email;
  }
  return null;
}
