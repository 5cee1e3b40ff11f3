import type { Ctx } from '../ctx';
import { requireHolder } from '../identity/authorise';
import { issuingCa } from '../requests/issuing-ca';
import type { CertificateView } from '../requests/views';
import { certificateView } from './certificate-view';
import { renewable } from './renewable';
import { renewalObstacle, type RenewalObstacle } from './renewal-policy';

const DAY_MS = 86_400_000;

/** What a holder is about to renew, and who has to agree. */
export type RenewalView = {
  certificate: CertificateView;
  /** Where mails about it go: the address in it, or the one that its request named. */
  email: string | null;
  /** Null: the policy approves it at once, if nothing but the key changes. */
  obstacle: RenewalObstacle | null;
  /** From when on the policy would. */
  windowOpens: string;
};

/**
 * The certificate of the holder who looks at it, as a renewal finds it. Changes nothing.
 *
 * @throws {HubgateError} `auth.no-certificate`, `certificate.not-found`, `certificate.state`
 */
export async function viewRenewal(ctx: Ctx): Promise<RenewalView> {
  const { serial } = requireHolder(ctx);
  const now = ctx.now();
  const old = await renewable(ctx.db, serial, now);
  const ca = await issuingCa(ctx);
  const obstacle = await renewalObstacle(ctx.db, ctx.config, { old, next: null, now });
  return {
    certificate: certificateView(old, { issuer: ca.signing.subject, now }),
    email: old.email ?? old.request?.email ?? null,
    obstacle: obstacle ?? peopleNeeded(ctx.config),
    windowOpens: new Date(old.notAfter.getTime() - ctx.config.renewal.windowDays * DAY_MS).toISOString(),
  };
}

/** Without the old key's signature, which browsers do not send, the policy is one approver, and no finger. */
function peopleNeeded({ approval }: Ctx['config']): RenewalObstacle | null {
  if (approval.require === 'passkey') return 'passkey';
  return approval.count > 1 ? 'second-approval' : null;
}
