import type { Translate } from '#lib/ctx';
import type { RequesterView } from '#lib/requests/views';

import { CertificateSlip, restOfSubject } from '../ui/certificate-slip';
import { State, type StateKind } from '../ui/state';
import { CertificateWord } from './certificate-word';

export const REQUEST_KINDS: Record<RequesterView['state'], StateKind> = {
  SUBMITTED: 'wait',
  APPROVED: 'wait',
  SIGNING: 'wait',
  ISSUED: 'ok',
  REJECTED: 'bad',
  WITHDRAWN: 'off',
  EXPIRED: 'off',
  FAILED: 'bad',
};

/** The slip of a request: a draft with its key until it is issued, the certificate from then on. */
export function RequestSlip({
  view,
  subjectRest,
  signingCn,
  days,
  now,
  locale,
  t,
}: {
  view: RequesterView;
  /** The centre's fixed part of the subject. */
  subjectRest: string;
  signingCn: string;
  days: number;
  now: Date;
  locale: string;
  t: Translate;
}) {
  const { certificate, state } = view;
  const kind = t(view.profile === 'server' ? 'common.slip.server' : 'common.slip.user');
  if (certificate) {
    return (
      <CertificateSlip
        kind={kind}
        end={<CertificateWord certificate={certificate} t={t} />}
        commonName={certificate.commonName}
        rest={restOfSubject(certificate.subject)}
        email={certificate.email}
        issuer={signingCn}
        serial={certificate.serial}
        validity={{
          notBefore: certificate.notBefore,
          notAfter: certificate.notAfter,
          void: certificate.state === 'REVOKED',
        }}
        digest={{ label: t('common.slip.fingerprint'), hex: certificate.fingerprintSha256 }}
        now={now}
        locale={locale}
        t={t}
      />
    );
  }
  const proof =
    view.emailState === 'proven' || view.emailState === 'vouched' ? 'emailProven' : 'emailUnproven';
  return (
    <CertificateSlip
      draft
      kind={kind}
      end={<State kind={REQUEST_KINDS[state]}>{t(`common.state.${state}`)}</State>}
      commonName={view.commonName}
      rest={subjectRest}
      email={view.email ? t(`certs.request.${proof}`, { email: view.email }) : undefined}
      issuer={signingCn}
      validity={{ days }}
      digest={{ label: t('common.slip.key', { label: view.keyLabel }), hex: view.spkiSha256 }}
      now={now}
      locale={locale}
      t={t}
    />
  );
}
