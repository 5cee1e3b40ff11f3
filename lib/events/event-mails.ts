import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { enqueueMails, type MailOrder } from '../db/outbox';
import { findUserById } from '../db/users';
import type { EventRow, ParticipantRow } from '../db/events';
import { siteLanguage } from '../i18n/site-language';
import { approverAddresses, isDigested } from '../mail/approver-addresses';
import { sendsMail } from '../mail/sends-mail';

type MailCtx = Pick<Ctx, 'config' | 'now'>;

/** Where an invitation leads: the secret stands behind `#`, in no log. */
export function invitationLink(ctx: Pick<Ctx, 'config'>, secret: string): string {
  return `${ctx.config.site.url}/join#s=${secret}`;
}

/** Tells those who decide that an event waits. */
export async function mailEventWaiting(
  ctx: MailCtx,
  tx: Tx,
  event: { id: string; name: string; seats: number },
): Promise<void> {
  if (isDigested(ctx) || !sendsMail(ctx.config, 'event-waiting')) return;
  const { site } = ctx.config;
  const recipients = await approverAddresses(ctx, tx);
  const { id, name, seats } = event;
  const vars = { id, event: name, seats: String(seats), link: `${site.url}/admin/events/${id}` };
  await enqueueMails(
    tx,
    recipients.map((recipient) => ({
      recipient,
      template: 'event-waiting',
      locale: siteLanguage(ctx.config),
      vars,
      dedupeKey: `event-waiting/${id}/${ctx.now().getTime()}/${recipient}`,
      now: ctx.now(),
    })),
  );
}

/** Tells the organiser what was decided. */
export async function mailEventDecided(
  ctx: MailCtx,
  tx: Tx,
  event: Pick<EventRow, 'id' | 'version' | 'name' | 'organiserId'>,
  decision: { decision: 'approved' | 'rejected'; reason: string },
): Promise<void> {
  const { site } = ctx.config;
  const user = event.organiserId === null ? null : await findUserById(tx, event.organiserId);
  if (!user?.email || !sendsMail(ctx.config, 'event-decided')) return;
  await enqueueMails(tx, [
    {
      recipient: user.email,
      template: 'event-decided',
      locale: siteLanguage(ctx.config),
      vars: { id: event.id, event: event.name, link: `${site.url}/events/${event.id}`, ...decision },
      dedupeKey: `event-decided/${event.id}/${event.version}/${decision.decision}`,
      now: ctx.now(),
    },
  ]);
}

/** The invitation of one participant; each link is a mail of its own. */
export function invitationMail(
  ctx: MailCtx,
  event: Pick<EventRow, 'name' | 'startsAt' | 'endsAt'>,
  participant: Pick<ParticipantRow, 'id' | 'name' | 'commonName'> & { email: string },
  link: { secret: string; hash: string },
): MailOrder {
  return {
    recipient: participant.email,
    template: 'event-invitation',
    locale: siteLanguage(ctx.config),
    vars: {
      event: event.name,
      name: participant.name ?? '',
      commonName: participant.commonName,
      startsAt: event.startsAt.toISOString(),
      endsAt: event.endsAt.toISOString(),
      link: invitationLink(ctx, link.secret),
    },
    dedupeKey: `event-invitation/${participant.id}/${link.hash}`,
    now: ctx.now(),
  };
}
