import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { changeParticipant, progressOf, type EventRow, type Progress } from '../db/events';
import { inTransaction } from '../db/in-transaction';
import { enqueueMails, type MailOrder } from '../db/outbox';
import { HubgateError } from '../errors';
import { sendsMail } from '../mail/sends-mail';
import { hashSecret } from '../requests/request-id';
import { invitationLink, invitationMail } from './event-mails';
import { newInvitationCode } from './invitation-code';
import { eventNotFound, loadOrganised, nextEventState } from './load-event';

/** One card of the sheet. The link is shown this once: only its hash is stored. */
export type Card = { number: number; commonName: string; name: string | null; link: string };

export type Invited = { mailed: number; cards: Card[] };

/**
 * Gives out personal invitation links, by mail or as cards to be printed. Every link that is made
 * replaces the one before of the same participant.
 *
 * @param input.who `waiting`: everybody who has no certificate yet and (by mail) got no link so far;
 *   or one participant, also one who lost their key after they had a certificate
 * @throws {HubgateError} `auth.required`, `event.not-found`, `event.state`, `mail.not-configured`
 */
export async function invite(
  ctx: Ctx,
  input: { id: string; by: 'mail' | 'cards'; who: 'waiting' | { participantId: string } },
): Promise<Invited> {
  await loadOrganised(ctx, input.id);
  if (input.by === 'mail' && !sendsMail(ctx.config, 'event-invitation')) {
    throw new HubgateError('mail.not-configured', 'This portal sends no mail. Print the cards instead.');
  }
  return inTransaction(ctx.db, async (tx) => {
    const event = await loadOrganised(ctx, input.id, tx);
    nextEventState(event, 'invite');
    if (event.endsAt <= ctx.now()) throw over(event);
    const chosen = choose(await progressOf(tx, event.id), input);
    const cards: Card[] = [];
    const mails: MailOrder[] = [];
    for (const one of chosen) {
      const secret = newInvitationCode();
      const hash = hashSecret(secret);
      const { number, commonName, name, email } = one;
      const mailed = input.by === 'mail' && email !== null;
      await changeParticipant(tx, one.id, {
        linkHash: hash,
        linkMadeAt: ctx.now(),
        usedAt: null,
        ...(mailed ? { mailedAt: ctx.now() } : {}),
      });
      if (mailed) mails.push(invitationMail(ctx, event, { ...one, email }, { secret, hash }));
      else cards.push({ number, commonName, name, link: invitationLink(ctx, secret) });
    }
    await enqueueMails(tx, mails);
    await recordAudit(ctx, tx, {
      action: 'event.invite',
      target: event.id,
      data: {
        by: input.by,
        links: chosen.length,
        ...(input.who === 'waiting' ? {} : { commonName: chosen[0]?.commonName ?? '' }),
      },
    });
    return { mailed: mails.length, cards };
  });
}

function choose(
  all: readonly Progress[],
  { by, who }: Pick<Parameters<typeof invite>[1], 'by' | 'who'>,
): Progress[] {
  if (who !== 'waiting') {
    const one = all.find(({ id }) => id === who.participantId);
    if (one === undefined) throw eventNotFound();
    if (by === 'mail' && one.email === null) {
      throw new HubgateError('request.email', 'The list has no address of this participant. Print a card.', {
        field: 'email',
      });
    }
    return [one];
  }
  const open = all.filter(({ usedAt }) => usedAt === null);
  return by === 'cards' ? open : open.filter(({ email, mailedAt }) => email !== null && mailedAt === null);
}

function over(event: EventRow): HubgateError {
  return new HubgateError('event.state', `${event.name} is over: nobody can be invited any more.`, {
    params: { state: 'OVER', action: 'invite' },
  });
}
