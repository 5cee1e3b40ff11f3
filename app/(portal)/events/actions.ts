'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';

import { EventId } from '#lib/events/event-id';
import { groupedCode } from '#lib/events/invitation-code';
import { invite } from '#lib/events/invite';
import { nameOrganiser, planEvent } from '#lib/events/plan-event';
import { revokeEvent } from '#lib/events/revoke-event';
import { action, wordedRefusal, formAction } from '#lib/http/action';
import { openPage } from '#lib/http/page';
import { qrCode, type QrCode } from '#lib/identity/qr-code';

/** A day as `<input type="date">` sends it. */
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
/** Empty is not nought. */
const Count = z
  .string()
  .trim()
  .regex(/^\d{1,6}$/)
  .transform(Number);

/** Plans an event, or plans one anew. The rule says who may. */
export const plan = action({
  access: 'signed-in',
  audit: 'event.plan',
  input: z.object({
    id: EventId.optional(),
    name: z.string().trim().min(1).max(200),
    first: Day,
    last: Day,
    hubs: z.string().max(5000).default(''),
    seats: Count.default(0),
    list: z.instanceof(File).optional(),
    spare: Count.default(0),
    organiser: z.string().trim().max(128).optional(),
  }),
  run: async (ctx, form): Promise<void> => {
    const { list, seats } = form;
    const people = list ? { csv: new Uint8Array(await list.arrayBuffer()) } : { seats };
    const { id } = await planEvent(ctx, {
      id: form.id,
      name: form.name,
      startsAt: dayBegins(form.first, 0),
      endsAt: dayBegins(form.last, 1),
      hubs: form.hubs.split(/[\s,;]+/u).filter((hub) => hub !== ''),
      people,
      spare: form.spare,
      organiser: form.organiser,
    });
    redirect(`/events/${id}?done=planned`);
  },
});

/** An operator names who organises an event. */
export const nameOne = action({
  access: 'events.manage',
  audit: 'event.name-organiser',
  input: z.object({ name: z.string().trim().min(1).max(200), organiser: z.string().trim().min(1).max(128) }),
  run: async (ctx, input): Promise<void> => {
    const { id } = await nameOrganiser(ctx, input);
    redirect(`/events/${id}?done=named`);
  },
});

const mail = action({
  access: 'signed-in',
  audit: 'event.invite',
  input: z.object({ id: EventId, participant: z.string().max(64).optional() }),
  run: async (ctx, { id, participant }) => {
    const who = participant === undefined ? 'waiting' : { participantId: participant };
    return { id, ...(await invite(ctx, { id, by: 'mail', who })) };
  },
});

/** Mails invitations: to everybody who got none, or a new link to one participant. */
export const mailLinks = formAction(mail, (state): void => {
  if (state.ok === true) redirect(`/events/${state.value.id}?done=mailed&n=${state.value.mailed}`);
  if (state.ok === false) {
    const id = EventId.safeParse(state.values['id']);
    redirect(`/events${id.success ? `/${id.data}` : ''}?problem=${encodeURIComponent(state.code)}`);
  }
});

/** A card as the sheet shows it. */
export type PrintedCard = {
  number: number;
  commonName: string;
  name: string | null;
  code: string;
  qr: QrCode;
};

/** Makes cards: their links are in this answer only. */
export const makeCards = action({
  access: 'signed-in',
  audit: 'event.invite',
  input: z.object({ id: EventId, participant: z.string().max(64).optional() }),
  run: async (ctx, { id, participant }): Promise<{ cards: PrintedCard[] }> => {
    const who = participant === undefined || participant === '' ? 'waiting' : { participantId: participant };
    const { cards } = await invite(ctx, { id, by: 'cards', who });
    return {
      cards: cards.map(({ link, ...card }) => ({
        ...card,
        code: groupedCode(link.replace(/^.*#s=/u, '')),
        qr: qrCode(link),
      })),
    };
  },
});

/** Closes an event and revokes all that was given out for it; whoever does it types how many that is. */
export const endEvent = action({
  access: 'signed-in',
  audit: 'event.close',
  input: z.object({ id: EventId, expected: Count, confirm: z.string().trim().max(20).default('') }),
  run: async (ctx, { id, expected, confirm }): Promise<void> => {
    if (confirm !== String(expected)) {
      const { t } = await openPage();
      throw wordedRefusal(ctx.locale, t('events.organise.endMismatch', { n: expected }), 'confirm');
    }
    const { count } = await revokeEvent(ctx, { id, expectedCount: expected });
    redirect(`/events/${id}?done=closed&n=${count}`);
  },
});

/** Midnight in the portal's own time zone, `after` days later. */
function dayBegins(day: string, after: number): Date {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number);
  return new Date(year, month - 1, date + after);
}
