import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { enqueueMails, type MailTemplate } from '../db/outbox';
import type { RevocableRow } from '../db/revocable-certificates';
import { siteLanguage } from '../i18n/site-language';
import { sendsMail } from '../mail/sends-mail';
import type { Revocation } from '../wire/records';

/** Tells holders that somebody else revoked their certificate: why, and what to do. */
export async function mailRevoked(
  ctx: Pick<Ctx, 'config' | 'now'>,
  tx: Tx,
  revoked: readonly { row: RevocableRow; revocation: Pick<Revocation, 'reason' | 'revokedAt'> }[],
): Promise<void> {
  await mailHolders(
    ctx,
    tx,
    'certificate-revoked',
    revoked.map(({ row, revocation }) => ({
      row,
      vars: { reason: revocation.reason },
      // A hold, its end and another revocation are three things to be told of.
      once: `${revocation.reason}/${revocation.revokedAt}`,
    })),
  );
}

/** Tells holders that their certificate works again. */
export async function mailHoldEnded(
  ctx: Pick<Ctx, 'config' | 'now'>,
  tx: Tx,
  rows: readonly RevocableRow[],
): Promise<void> {
  const once = ctx.now().toISOString();
  await mailHolders(
    ctx,
    tx,
    'hold-ended',
    rows.map((row) => ({ row, vars: {}, once })),
  );
}

async function mailHolders(
  ctx: Pick<Ctx, 'config' | 'now'>,
  tx: Tx,
  template: MailTemplate,
  mails: readonly { row: RevocableRow; vars: Record<string, string>; once: string }[],
): Promise<void> {
  if (!sendsMail(ctx.config, template)) return;
  await enqueueMails(
    tx,
    mails.flatMap(({ row, vars, once }) => {
      const recipient = row.email ?? row.request?.email ?? null;
      if (recipient === null) return [];
      return [
        {
          recipient,
          template,
          locale: row.request?.locale ?? siteLanguage(ctx.config),
          vars: {
            commonName: row.commonName,
            serial: row.serial,
            label: row.label ?? '',
            link: `${ctx.config.site.url}/certs`,
            ...vars,
          },
          dedupeKey: `${template}/${row.serial}/${once}`,
          now: ctx.now(),
        },
      ];
    }),
  );
}
