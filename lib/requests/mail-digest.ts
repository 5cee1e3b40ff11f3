import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { enqueueMails } from '../db/outbox';
import { listWaiting, type Waiting } from '../db/waiting';
import { siteLanguage } from '../i18n/site-language';
import { approverAddresses } from '../mail/approver-addresses';
import { sendsMail } from '../mail/sends-mail';

const DAY_MS = 86_400_000;
/** A portal that was down at the time sends no digest of the morning in the evening. */
const LATE_MS = 3_600_000;
/** Lines of each list; the page has the rest. */
const SHOWN = 20;

/**
 * One mail to each approver, at the times of `mail.digestAt`, with all that waits for a decision;
 * none where nothing waits. The outbox remembers that this one was sent.
 *
 * @returns how many mails were ordered now
 */
export async function mailDigest(ctx: Pick<Ctx, 'config' | 'db' | 'now'>): Promise<number> {
  const { mail, site } = ctx.config;
  const at = dueTime(mail.digestAt, ctx.now());
  if (at === null || !sendsMail(ctx.config, 'waiting-digest')) return 0;
  const waiting = await listWaiting(ctx.db, SHOWN);
  if (waiting.requests + waiting.events === 0) return 0;
  const recipients = await approverAddresses(ctx, ctx.db);
  const orders = recipients.map((recipient) => ({
    recipient,
    template: 'waiting-digest' as const,
    locale: siteLanguage(ctx.config),
    vars: { ...inWords(waiting), link: `${site.url}/admin` },
    dedupeKey: `waiting-digest/${at.toISOString()}/${recipient}`,
    now: ctx.now(),
  }));
  await inTransaction(ctx.db, (tx) => enqueueMails(tx, orders));
  return orders.length;
}

/**
 * The last of these times of the day that is over, when that is less than an hour ago.
 *
 * @param times `HH:MM` in UTC
 */
export function dueTime(times: readonly string[], now: Date): Date | null {
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const passed = times
    .flatMap((time) => {
      const [hours = 0, minutes = 0] = time.split(':').map(Number);
      const today = midnight + (hours * 60 + minutes) * 60_000;
      return [today, today - DAY_MS];
    })
    .filter((at) => at <= now.getTime() && now.getTime() - at < LATE_MS);
  return passed.length === 0 ? null : new Date(Math.max(...passed));
}

/** A line of each, `R-… alice`, oldest first. */
const inWords = ({ requests, events, lines }: Waiting): Record<string, string> => ({
  requests: String(requests),
  events: String(events),
  more: String(requests + events - lines.length),
  lines: lines.map(({ id, name }) => `${id} ${name}`).join('\n'),
});
