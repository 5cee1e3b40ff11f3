import { randomUUID } from 'node:crypto';

import type { MailKind } from '../config/mail-kinds';
import type { Queries, Tx } from './client';
import type { OutboxMail } from './generated/sqlite/client';
import { insertRows } from './rows';

export type MailTemplate = MailKind;

export type OutboxRow = OutboxMail;

/** A mail to be sent once what it reports is committed. */
export type MailOrder = {
  recipient: string;
  template: MailTemplate;
  locale: string;
  /** Values of the template, kept until it was sent or given up; never a secret that opens more than the mail says. */
  vars: Readonly<Record<string, string>>;
  /** One mail per key, ever. */
  dedupeKey: string;
  now: Date;
};

const COLUMNS = [
  'id',
  'recipient',
  'template',
  'locale',
  'vars',
  'dedupeKey',
  'attempts',
  'nextAttemptAt',
  'createdAt',
] as const;

/** Puts a mail into the outbox, in the transaction of what it reports; again with the same key: nothing. */
export async function enqueueMail(tx: Tx, order: MailOrder): Promise<void> {
  await enqueueMails(tx, [order]);
}

export async function enqueueMails(tx: Tx, orders: readonly MailOrder[]): Promise<void> {
  if (orders.length === 0) return;
  const keys = orders.map((order) => order.dedupeKey);
  const known = await tx.prisma.outboxMail.findMany({
    where: { dedupeKey: { in: keys } },
    select: { dedupeKey: true },
  });
  const seen = new Set(known.map((row) => row.dedupeKey));
  const fresh = orders.filter(({ dedupeKey }) => !seen.has(dedupeKey) && seen.add(dedupeKey));
  await insertRows(
    tx,
    'OutboxMail',
    COLUMNS,
    fresh.map((order) => ({
      id: randomUUID(),
      recipient: order.recipient,
      template: order.template,
      locale: order.locale,
      vars: JSON.stringify(order.vars),
      dedupeKey: order.dedupeKey,
      attempts: 0,
      nextAttemptAt: order.now,
      createdAt: order.now,
    })),
  );
}

/**
 * Takes mails that are due and moves their next attempt to `leaseUntil`, so that no other process
 * takes them meanwhile; a process that dies leaves them to be tried again then.
 */
export async function leaseDueMails(
  db: Queries,
  input: { now: Date; leaseUntil: Date; limit: number },
): Promise<OutboxRow[]> {
  const due = await db.prisma.outboxMail.findMany({
    where: { sentAt: null, failedAt: null, nextAttemptAt: { lte: input.now } },
    orderBy: { nextAttemptAt: 'asc' },
    take: input.limit,
  });
  const taken: OutboxRow[] = [];
  for (const mail of due) {
    const { count } = await db.prisma.outboxMail.updateMany({
      where: { id: mail.id, sentAt: null, nextAttemptAt: mail.nextAttemptAt },
      data: { nextAttemptAt: input.leaseUntil, attempts: mail.attempts + 1 },
    });
    if (count === 1) taken.push({ ...mail, attempts: mail.attempts + 1 });
  }
  return taken;
}

/** Links in mails open something: of what nobody will send again, they are not kept. */
const FORGOTTEN = JSON.stringify({});

export async function markMailSent(db: Queries, id: string, now: Date): Promise<void> {
  await db.prisma.outboxMail.updateMany({
    where: { id },
    data: { sentAt: now, lastError: null, vars: FORGOTTEN },
  });
}

/** `nextAttemptAt` null: given up. */
export async function markMailFailed(
  db: Queries,
  input: { id: string; error: string; now: Date; nextAttemptAt: Date | null },
): Promise<void> {
  await db.prisma.outboxMail.updateMany({
    where: { id: input.id },
    data:
      input.nextAttemptAt === null
        ? { failedAt: input.now, lastError: input.error.slice(0, 500), vars: FORGOTTEN }
        : { nextAttemptAt: input.nextAttemptAt, lastError: input.error.slice(0, 500) },
  });
}

/** For the admin page and /metrics: what waits, what was given up, when the last one left. */
export async function outboxSummary(
  db: Queries,
): Promise<{ waiting: number; failed: number; lastSentAt: Date | null; lastError: string | null }> {
  const [waiting, failed, last, broken] = await Promise.all([
    db.prisma.outboxMail.count({ where: { sentAt: null, failedAt: null } }),
    db.prisma.outboxMail.count({ where: { sentAt: null, failedAt: { not: null } } }),
    db.prisma.outboxMail.findFirst({ where: { sentAt: { not: null } }, orderBy: { sentAt: 'desc' } }),
    db.prisma.outboxMail.findFirst({
      where: { sentAt: null, lastError: { not: null } },
      orderBy: { createdAt: 'desc' },
    }),
  ]);
  return { waiting, failed, lastSentAt: last?.sentAt ?? null, lastError: broken?.lastError ?? null };
}
