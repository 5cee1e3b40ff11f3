import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { enqueueMail, type MailTemplate } from '../db/outbox';
import type { RequestRow } from '../db/requests';
import { listUsers } from '../db/users';
import { siteLanguage } from '../i18n/site-language';
import { readRoles } from '../identity/roles';

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
  if (ctx.config.mail.transport === 'none' || row.email === null) return;
  await enqueueMail(tx, {
    recipient: row.email,
    template: mail.template,
    locale: row.locale,
    vars: { id: row.id, commonName: row.commonName, link: requestLink(ctx, row.id), ...mail.vars },
    dedupeKey: `${mail.template}/${row.id}/${mail.once}`,
    now: ctx.now(),
  });
}

/** Tells those who decide that a request waits: the configured addresses, else every approver's. */
export async function mailApprovers(
  ctx: Pick<Ctx, 'config' | 'now'>,
  tx: Tx,
  row: Pick<RequestRow, 'id' | 'email' | 'commonName' | 'name'>,
): Promise<void> {
  if (ctx.config.mail.transport === 'none') return;
  const named = ctx.config.mail.approvers;
  const recipients =
    named.length > 0
      ? named
      : (await listUsers(tx))
          .filter((user) => user.disabledAt === null && readRoles(user.roles).includes('approver'))
          .flatMap((user) => user.email ?? []);
  for (const recipient of new Set(recipients)) {
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
