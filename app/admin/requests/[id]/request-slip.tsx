import type { Page } from '#lib/http/page';
import type { ApproverView } from '#lib/requests/views';

import { RequestStateWord } from '#components/admin/queue-table';
import { CertificateStateWord } from '#components/admin/certificate-state';
import { CertificateSlip, restOfSubject } from '#components/ui/certificate-slip';

import { commonNameOf } from '../../common-name';

/** The slip as a draft with the key's fingerprint; as issued with the certificate's. */
export function RequestSlip({ request, page }: { request: ApproverView; page: Page }) {
  const { t, ctx, locale } = page;
  const { certificate } = request;
  const kind = t(`common.slip.${request.profile}`);
  if (certificate) {
    return (
      <CertificateSlip
        kind={kind}
        end={<CertificateStateWord reason={certificate.revocationReason} state={certificate.state} t={t} />}
        commonName={certificate.commonName}
        rest={restOfSubject(certificate.subject)}
        email={certificate.email}
        issuer={commonNameOf(certificate.issuer)}
        serial={certificate.serial}
        validity={{
          notBefore: certificate.notBefore,
          notAfter: certificate.notAfter,
          void: certificate.state === 'REVOKED',
        }}
        digest={{ label: t('common.slip.fingerprint'), hex: certificate.fingerprintSha256 }}
        now={ctx.now()}
        locale={locale}
        t={t}
      />
    );
  }
  return (
    <CertificateSlip
      draft
      kind={kind}
      end={<RequestStateWord state={request.state} t={t} />}
      commonName={request.commonName}
      rest={restOfSubject(request.subject)}
      email={request.emailState === 'proven' || request.emailState === 'vouched' ? request.email : null}
      issuer={commonNameOf(request.issuer)}
      validity={{ days: request.lifetimeDays }}
      digest={{ label: t('common.slip.key', { label: request.keyLabel }), hex: request.spkiSha256 }}
      now={ctx.now()}
      locale={locale}
      t={t}
    />
  );
}
