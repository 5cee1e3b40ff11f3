import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { enqueueMail, type MailTemplate } from '../db/outbox';
import type { RequestRow } from '../db/requests';
import { siteLanguage } from '../i18n/site-language';
import { approverAddresses, isDigested } from '../mail/approver-addresses';
import { sendsMail } from '../mail/sends-mail';

/** Where the requester sees the request; without a secret, since nobody knows yet whose mailbox it is. */
export function requestLink(ctx: Pick<Ctx, 'config'>, id: string): string {
  return `${ctx.config.site.url}/certs/requests/${id}`;
}

/** Puts a mail to the requester into the outbox, if they named an address and mail is configured. */
export async function mailRequester(
  ctx: Pick<Ctx, 'config' | 'now'>,
  tx: Tx,
  row: Pick<RequestRow, 'id' | 'email' | 'locale' | 'commonName'>,
  mail: { template: MailTemplate; vars?: Readonly<Record<string, string>>; once: string },
): Promise<void> {
  if (row.email === null || !sendsMail(ctx.config, mail.template)) return;
  await enqueueMail(tx, {
    recipient: row.email,
    template: mail.template,
    locale: row.locale,
    vars: { id: row.id, commonName: row.commonName, link: requestLink(ctx, row.id), ...mail.vars },
    dedupeKey: `${mail.template}/${row.id}/${mail.once}`,
    now: ctx.now(),
  });
}

/** Tells those who decide that a request waits, unless they are told at fixed times of all that do. */
export async function mailApprovers(
  ctx: Pick<Ctx, 'config' | 'now'>,
  tx: Tx,
  row: Pick<RequestRow, 'id' | 'email' | 'commonName' | 'name'>,
): Promise<void> {
  if (isDigested(ctx) || !sendsMail(ctx.config, 'request-waiting')) return;
  for (const recipient of await approverAddresses(ctx, tx)) {
    await enqueueMail(tx, {
      recipient,
      template: 'request-waiting',
      locale: siteLanguage(ctx.config),
      vars: {
        id: row.id,
        commonName: row.commonName,
        email: row.email ?? '',
        name: row.name ?? '',
        link: `${ctx.config.site.url}/admin/requests/${row.id}`,
      },
      dedupeKey: `request-waiting/${row.id}/${recipient}`,
      now: ctx.now(),
    });
  }
}
