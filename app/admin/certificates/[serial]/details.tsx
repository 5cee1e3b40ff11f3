import { isOnHold } from '#lib/certificates/revocation-reasons';
import type { CertificatePageView } from '#lib/certificates/view-certificate';
import type { Page } from '#lib/http/page';

import { Fingerprint } from '#components/ui/fingerprint';
import { SectionHead } from '#components/ui/section-head';
import { Time } from '#components/ui/time';

/** What the slip does not say: key, device, request, revocation, and what hangs together with it. */
export function CertificateDetails({
  certificate,
  operator,
  page,
}: {
  certificate: CertificatePageView;
  operator: boolean;
  page: Page;
}) {
  const { t, ctx, locale } = page;
  const { commonName, label, ofPerson, renews, requestId, revokedAt, spkiSha256, supersededBy } = certificate;
  return (
    <section className="section" aria-labelledby="details">
      <SectionHead id="details" title={t('admin.certificates.details')} />
      <dl className="kv">
        <div className="kv-row">
          <dt>{t('admin.certificates.device')}</dt>
          <dd className="break">{label ?? t('admin.common.none')}</dd>
        </div>
        <div className="kv-row">
          <dt>{t('admin.certificates.colKey')}</dt>
          <dd>
            {certificate.keyBlocked
              ? t('admin.certificates.keyIsBlocked', { label: certificate.keyLabel })
              : certificate.keyLabel}
          </dd>
        </div>
        <div className="kv-row">
          <dt>{t('admin.certificates.keyPrint')}</dt>
          <dd>
            <Fingerprint hex={spkiSha256} />
          </dd>
        </div>
        <div className="kv-row">
          <dt>{t('admin.certificates.sameKey')}</dt>
          <dd>
            <SameKey certificate={certificate} t={t} />
          </dd>
        </div>
        {operator && ofPerson > 1 ? (
          <div className="kv-row">
            <dt>{t('admin.certificates.ofPerson')}</dt>
            <dd>
              <a href={`/admin/certificates/bulk?by=person&person=${encodeURIComponent(commonName)}`}>
                {t('admin.certificates.ofPersonAll', { n: ofPerson })}
              </a>
            </dd>
          </div>
        ) : null}
        {requestId ? (
          <div className="kv-row">
            <dt>{t('admin.certificates.request')}</dt>
            <dd>
              <a className="mono" href={`/admin/requests/${requestId}`}>
                {requestId}
              </a>
            </dd>
          </div>
        ) : null}
        {renews ? <SerialRow word={t('admin.certificates.renews')} serial={renews} /> : null}
        {supersededBy ? (
          <SerialRow word={t('admin.certificates.supersededBy')} serial={supersededBy} />
        ) : null}
        {revokedAt ? (
          <div className="kv-row">
            <dt>
              {t(isOnHold(certificate) ? 'admin.certificates.heldSince' : 'admin.certificates.revokedAt')}
            </dt>
            <dd>
              <Time at={revokedAt} now={ctx.now()} locale={locale} />
              {isOnHold(certificate)
                ? null
                : `: ${t(`common.revocation.${certificate.revocationReason ?? 'unspecified'}`)}`}
            </dd>
          </div>
        ) : null}
      </dl>
    </section>
  );
}

function SerialRow({ word, serial }: { word: string; serial: string }) {
  return (
    <div className="kv-row">
      <dt>{word}</dt>
      <dd>
        <a className="mono break" href={`/admin/certificates/${serial}`}>
          {(serial.match(/.{1,4}/gu) ?? []).join(' ')}
        </a>
      </dd>
    </div>
  );
}

function SameKey({ certificate: { siblings }, t }: { certificate: CertificatePageView; t: Page['t'] }) {
  if (siblings.length === 0) return t('admin.certificates.sameKeyNone');
  return siblings.map(({ serial, commonName }) => (
    <span key={serial} className="step-detail">
      <a href={`/admin/certificates/${serial}`}>
        {t('admin.certificates.sameKeyWith', { name: commonName, serial: `${serial.slice(0, 8)} …` })}
      </a>
    </span>
  ));
}
