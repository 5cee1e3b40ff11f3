import type { Translate } from '#lib/ctx';
import type { ClientCertificateStatus } from '#lib/client-cert/status';

import { CertificateSlip, restOfSubject } from '../ui/certificate-slip';
import { State } from '../ui/state';

/** The certificate that was shown, as a slip. */
export function ShownSlip({
  status,
  now,
  locale,
  t,
}: {
  status: ClientCertificateStatus;
  now: Date;
  locale: string;
  t: Translate;
}) {
  const { certificate, accepted } = status;
  if (!certificate) return null;
  return (
    <CertificateSlip
      kind={t('common.slip.user')}
      end={
        <State kind={accepted ? 'ok' : 'bad'}>
          {t(accepted ? 'status.link.accepted' : 'status.link.refused')}
        </State>
      }
      commonName={certificate.commonName ?? '?'}
      rest={restOfSubject(certificate.subject)}
      issuer={/CN=((?:\\.|[^,\\])*)/u.exec(certificate.issuer)?.[1] ?? certificate.issuer}
      serial={certificate.serial}
      validity={{
        notBefore: certificate.notBefore,
        notAfter: certificate.notAfter,
        void: status.reasons.some(({ code }) => code === 'revoked'),
      }}
      digest={{ label: t('common.slip.fingerprint'), hex: certificate.fingerprintSha256 }}
      now={now}
      locale={locale}
      t={t}
    />
  );
}
