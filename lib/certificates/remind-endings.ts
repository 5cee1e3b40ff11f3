import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { enqueueMails, type MailOrder } from '../db/outbox';
import { endingUnreminded, hasSuccessor, markReminded, type EndingRow } from '../db/renewals';
import { siteLanguage } from '../i18n/site-language';
import { sendsMail } from '../mail/sends-mail';

const DAY_MS = 86_400_000;
/** Certificates of one transaction; a whole class that ends on one day is many of them. */
const BATCH = 200;

/**
 * Writes to the holders of certificates that are about to end, once per threshold of
 * `renewal.reminderDays` and certificate. After a pause, of the portal or of its mail, only the most
 * urgent threshold is made up for; one of more than half of a certificate's life is left out. Nobody is written to about a certificate that was revoked or
 * superseded, or that has a successor. For the portal's own clock.
 *
 * @returns how many mails were put into the outbox
 */
export async function remindEndings(ctx: Ctx): Promise<{ reminded: number }> {
  if (!sendsMail(ctx.config, 'certificate-ending')) return { reminded: 0 };
  let reminded = 0;
  // The smallest first: whoever is told "tomorrow" is not told "in 14 days" as well.
  const thresholds = [...new Set(ctx.config.renewal.reminderDays)].sort((a, b) => a - b);
  for (const days of thresholds) {
    // Nothing to do, nearly always: then no lock is taken.
    if ((await endingUnreminded(ctx.db, { ...windowOf(ctx, days), limit: 1 })).length === 0) continue;
    for (let left = BATCH; left === BATCH;) {
      const batch = await remindBatch(ctx, days);
      left = batch.seen;
      reminded += batch.reminded;
    }
  }
  return { reminded };
}

function windowOf(ctx: Ctx, days: number): { now: Date; endsBy: Date; days: number } {
  const now = ctx.now();
  return { now, endsBy: new Date(now.getTime() + days * DAY_MS), days };
}

/** Looking and noting are one transaction: two processes never write about the same. */
async function remindBatch(ctx: Ctx, days: number): Promise<{ seen: number; reminded: number }> {
  const now = ctx.now();
  return inTransaction(ctx.db, async (tx) => {
    const rows = await endingUnreminded(tx, { ...windowOf(ctx, days), limit: BATCH });
    const orders: MailOrder[] = [];
    for (const row of rows) {
      const recipient = row.email ?? row.request?.email ?? null;
      if (recipient === null || isTooEarly(row, days) || (await hasSuccessor(tx, row))) continue;
      orders.push(reminder(ctx, row, { recipient, threshold: days, now }));
    }
    await enqueueMails(tx, orders);
    await markReminded(
      tx,
      rows.map(({ serial }) => serial),
      days,
    );
    return { seen: rows.length, reminded: orders.length };
  });
}

/** Who has a certificate of ten days is not told on the first of them that it ends within fourteen. */
function isTooEarly({ notBefore, notAfter }: EndingRow, days: number): boolean {
  return 2 * days * DAY_MS > notAfter.getTime() - notBefore.getTime();
}

function reminder(
  ctx: Ctx,
  row: EndingRow,
  about: { recipient: string; threshold: number; now: Date },
): MailOrder {
  const { site, renewal } = ctx.config;
  const left = row.notAfter.getTime() - about.now.getTime();
  return {
    recipient: about.recipient,
    template: 'certificate-ending',
    locale: row.request?.locale ?? siteLanguage(ctx.config),
    vars: {
      commonName: row.commonName,
      serial: row.serial,
      label: row.label ?? '',
      notBefore: row.notBefore.toISOString(),
      notAfter: row.notAfter.toISOString(),
      // What is left, not the threshold: after a pause these differ.
      days: String(Math.max(1, Math.ceil(left / DAY_MS))),
      renewal:
        row.profile === 'server'
          ? 'server'
          : renewal.auto && left <= renewal.windowDays * DAY_MS
            ? 'automatic'
            : 'approver',
      link: `${site.url}/certs/renew`,
    },
    dedupeKey: `certificate-ending/${row.serial}/${about.threshold}`,
    now: about.now,
  };
}
