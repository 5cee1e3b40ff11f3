import type { Ctx } from '../ctx';
import { outboxSummary } from '../db/outbox';
import { countEnding } from '../db/renewals';
import { requirePermission } from '../identity/authorise';
import { sendsMail } from '../mail/sends-mail';
import { frontCertificate, FRONT_CERTIFICATE_WARN_DAYS } from '../trust/front-certificate';
import type { CertificateView } from '../requests/views';
import { listCertificates } from './list-certificates';

const DAY_MS = 86_400_000;
/** As far as the list of what ends next looks ahead. */
export const ENDING_DAYS = 30;

export type NextEndings = {
  /** Certificates in force that end within ENDING_DAYS. */
  count: number;
  /** The one that ends first. */
  next: CertificateView | null;
  /** The site's own server certificate, when it ends within 30 days or has ended. */
  front: { notAfter: string; daysLeft: number } | null;
  /** When the portal last sent a mail of any kind; reminders that stop are noticed here. */
  mail: { lastSentAt: string | null; waiting: number; failed: number; lastError: string | null } | null;
};

/**
 * What ends next, and whether its holders hear of it.
 *
 * @throws {HubgateError} `auth.*`
 */
export async function nextEndings(ctx: Ctx): Promise<NextEndings> {
  requirePermission(ctx, 'certificates.read');
  const now = ctx.now();
  const [count, first, outbox] = await Promise.all([
    countEnding(ctx.db, { now, endsBy: new Date(now.getTime() + ENDING_DAYS * DAY_MS) }),
    listCertificates(ctx, { endsWithinDays: ENDING_DAYS, limit: 1 }),
    outboxSummary(ctx.db),
  ]);
  const front = frontCertificate(ctx.config, ctx.paths, now);
  return {
    count,
    next: first.items[0] ?? null,
    front:
      front === null || front.daysLeft >= FRONT_CERTIFICATE_WARN_DAYS
        ? null
        : { notAfter: front.certificate.notAfter.toISOString(), daysLeft: front.daysLeft },
    mail: !sendsMail(ctx.config, 'certificate-ending')
      ? null
      : { ...outbox, lastSentAt: outbox.lastSentAt?.toISOString() ?? null },
  };
}
