import type { SignerWord } from '#components/certs/request-timeline';
import { isOnHold } from '#lib/certificates/revocation-reasons';
import type { Page } from '#lib/http/page';
import type { RequesterView } from '#lib/requests/views';

const KINDS = {
  SUBMITTED: 'wait',
  APPROVED: 'wait',
  SIGNING: 'wait',
  ISSUED: 'ok',
  REJECTED: 'bad',
  WITHDRAWN: 'wait',
  EXPIRED: 'warn',
  FAILED: 'bad',
} as const satisfies Record<RequesterView['state'], string>;

/** For good: a hold may end. */
export function isRevoked({ certificate }: RequesterView): boolean {
  return certificate?.state === 'REVOKED' && !isOnHold(certificate);
}

/** What is to be said of a certificate that was taken back; null for all others. */
function takenBack({ t, config }: Page, { certificate }: RequesterView) {
  if (certificate?.state !== 'REVOKED') return null;
  const held = isOnHold(certificate);
  const key = held ? 'HELD' : 'REVOKED';
  return {
    kind: held ? ('warn' as const) : ('bad' as const),
    title: t(`certs.request.state.${key}.title`),
    lede: t(`certs.request.state.${key}.lede`, {
      why: t(`common.revocation.${certificate.revocationReason ?? 'unspecified'}`),
      contact: config.site.contact === '' ? t('certs.revoke.operators') : config.site.contact,
    }),
  };
}

/** What stands at the head of a request's page: where it is, and what that means. */
export function heading(page: Page, view: RequesterView, signer: SignerWord) {
  const { t, config } = page;
  const taken = takenBack(page, view);
  if (taken !== null) return taken;
  if (view.certificate?.state === 'SUPERSEDED') {
    return {
      kind: 'wait' as const,
      title: t('certs.request.state.SUPERSEDED.title'),
      lede: t('certs.request.state.SUPERSEDED.lede'),
    };
  }
  const paused = view.state === 'APPROVED' && signer !== 'ready';
  const key = paused ? (signer === 'locked' ? 'LOCKED' : 'DOWN') : view.state;
  const mailed = config.mail.transport !== 'none' && view.email !== null;
  const lede = key === 'SUBMITTED' && !mailed ? 'ledeNoMail' : 'lede';
  return {
    kind: paused ? ('warn' as const) : KINDS[view.state],
    ...(key === 'LOCKED' ? { icon: 'lock' as const } : {}),
    title: t(`certs.request.state.${key}.title`),
    lede: t(`certs.request.state.${key}.${lede}`, { email: view.email ?? '', reason: view.reason ?? '–' }),
  };
}
