import type { Ctx } from '../ctx';
import { leaseDueMails, markMailFailed, markMailSent, type OutboxRow } from '../db/outbox';
import { MailFailure } from './mail-failure';
import { renderMail } from './render-mail';
import { type MailTransport, openTransport } from './transport';

const MINUTE = 60_000;

/** Pauses before the next try, in minutes; about three days in all. After the last it is given up. */
export const BACK_OFF_MINUTES: readonly number[] = [1, 5, 15, 60, 240, 480, 720, 1440, 1440];

/** While a process holds mails that it took, no other takes them; a dead one's are free after that. */
const LEASE_MS = 10 * MINUTE;
const BATCH = 20;

export type Delivery = { sent: number; postponed: number; failed: number };

/**
 * Sends what is due in the outbox. Several processes may do so at once: each mail is leased to one. A
 * mail whose fate is unknown, because the process died between sending and noting it, is sent again
 * under the same Message-ID.
 *
 * @returns how many were sent, put off and given up; errors of single mails stand in their rows
 * @throws {HubgateError} `config.missing-file` when the password file cannot be read
 */
export async function deliverDueMail(ctx: Pick<Ctx, 'config' | 'db' | 'now'>): Promise<Delivery> {
  const delivery: Delivery = { sent: 0, postponed: 0, failed: 0 };
  const transport = openTransport(ctx.config);
  if (transport === null) return delivery;
  try {
    for (;;) {
      const now = ctx.now();
      const mails = await leaseDueMails(ctx.db, {
        now,
        leaseUntil: new Date(now.getTime() + LEASE_MS),
        limit: BATCH,
      });
      if (mails.length === 0) return delivery;
      await deliverBatch(ctx, transport, mails, delivery);
    }
  } finally {
    transport.close();
  }
}

async function deliverBatch(
  ctx: Pick<Ctx, 'config' | 'db' | 'now'>,
  transport: MailTransport,
  mails: readonly OutboxRow[],
  delivery: Delivery,
): Promise<void> {
  let unreachable: MailFailure | null = null;
  for (const mail of mails) {
    // A server that does not answer will not do so for the next mail: it waits without a try.
    const failure: MailFailure | null = unreachable ?? (await attempt(ctx, transport, mail));
    if (failure === null) {
      await markMailSent(ctx.db, mail.id, ctx.now());
      delivery.sent += 1;
      continue;
    }
    if (failure.kind === 'unreachable') unreachable = failure;
    const minutes = failure.kind === 'permanent' ? undefined : BACK_OFF_MINUTES[mail.attempts - 1];
    const now = ctx.now();
    const nextAttemptAt = minutes === undefined ? null : new Date(now.getTime() + minutes * MINUTE);
    await markMailFailed(ctx.db, { id: mail.id, error: failure.message, now, nextAttemptAt });
    delivery[nextAttemptAt === null ? 'failed' : 'postponed'] += 1;
  }
}

async function attempt(
  ctx: Pick<Ctx, 'config'>,
  transport: MailTransport,
  mail: OutboxRow,
): Promise<MailFailure | null> {
  const { template, locale } = mail;
  try {
    const vars: unknown = JSON.parse(mail.vars);
    const rendered = renderMail({ template, locale, vars, site: ctx.config.site });
    await transport.send({ ...rendered, id: mail.id, to: mail.recipient });
    return null;
  } catch (thrown) {
    if (thrown instanceof MailFailure) return thrown;
    // The row itself is wrong: it will not become right by waiting.
    return new MailFailure('permanent', thrown instanceof Error ? thrown.message : 'unknown failure', thrown);
  }
}
