/** One certificate; operators revoke it here, alone and by name. */
import { notFound } from 'next/navigation';

import { findCertificate } from '#lib/certificates/find-certificate';
import { isHubgateError } from '#lib/errors';
import { requirePage, type Page } from '#lib/http/page';
import type { CertificateView } from '#lib/requests/views';

import { CertificateStateWord } from '#components/admin/certificate-state';
import { RevokeForm } from '#components/admin/revoke-form';
import { CertificateSlip, restOfSubject } from '#components/ui/certificate-slip';
import { Fingerprint } from '#components/ui/fingerprint';
import { SectionHead } from '#components/ui/section-head';
import { Time } from '#components/ui/time';

import { AdminFrame, PLACE_ROLES } from '../../admin-frame';
import { commonNameOf } from '../../common-name';
import { QueueFlash } from '../../queue-flash';
import type { Query } from '../../search-params';
import { adminTitle } from '../../title';
import { revoke } from './actions';
import { REVOCATION_REASONS } from './reasons';

type Props = { params: Promise<{ serial: string }>; searchParams: Promise<Query> };

export const generateMetadata = () => adminTitle('admin.certificates.page');

async function load(page: Page, serial: string): Promise<CertificateView> {
  try {
    return await findCertificate(page.ctx, { serial });
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'certificate.not-found') notFound();
    throw thrown;
  }
}

export default async function CertificatePage({ params, searchParams }: Props) {
  const { serial } = await params;
  const page = await requirePage(
    PLACE_ROLES.certificates,
    `/admin/certificates/${encodeURIComponent(serial)}`,
  );
  const { t, ctx, locale, person } = page;
  const [certificate, query] = await Promise.all([load(page, serial), searchParams]);
  const open = certificate.state === 'VALID' || certificate.state === 'SUPERSEDED';
  return (
    <AdminFrame page={page} at="certificates">
      <QueueFlash page={page} query={query} />
      <div className="head">
        <p className="crumb">
          <a href="/admin/certificates">{t('admin.certificates.page')}</a> /{' '}
          <span className="mono">{certificate.serial.slice(0, 8)} …</span>
        </p>
        <h1>
          <span className="mono">{certificate.commonName}</span>:{' '}
          {t('admin.certificates.detailTitle', { state: certificate.state })}
        </h1>
      </div>
      <div className="cols cols-aside">
        <div className="stack">
          <CertificateSlip
            kind={t(`common.slip.${certificate.profile}`)}
            end={<CertificateStateWord state={certificate.state} t={t} />}
            commonName={certificate.commonName}
            rest={restOfSubject(certificate.subject)}
            email={certificate.email}
            issuer={commonNameOf(certificate.issuer)}
            serial={certificate.serial}
            validity={{ notBefore: certificate.notBefore, notAfter: certificate.notAfter }}
            digest={{ label: t('common.slip.fingerprint'), hex: certificate.fingerprintSha256 }}
            now={ctx.now()}
            locale={locale}
            t={t}
          />
          <section className="section" aria-labelledby="details">
            <SectionHead id="details" title={t('admin.certificates.details')} />
            <dl className="kv">
              <div className="kv-row">
                <dt>{t('admin.certificates.colKey')}</dt>
                <dd>{certificate.keyLabel}</dd>
              </div>
              <div className="kv-row">
                <dt>{t('admin.certificates.keyPrint')}</dt>
                <dd>
                  <Fingerprint hex={certificate.spkiSha256} />
                </dd>
              </div>
              {certificate.requestId ? (
                <div className="kv-row">
                  <dt>{t('admin.certificates.request')}</dt>
                  <dd>
                    <a className="mono" href={`/admin/requests/${certificate.requestId}`}>
                      {certificate.requestId}
                    </a>
                  </dd>
                </div>
              ) : null}
              {certificate.revokedAt ? (
                <div className="kv-row">
                  <dt>{t('admin.certificates.revokedAt')}</dt>
                  <dd>
                    <Time at={certificate.revokedAt} now={ctx.now()} locale={locale} />
                    {REVOCATION_REASONS.includes(certificate.revocationReason as never)
                      ? `: ${t(`admin.certificates.reason.${certificate.revocationReason ?? 'unspecified'}`)}`
                      : null}
                  </dd>
                </div>
              ) : null}
            </dl>
          </section>
        </div>
        {open ? (
          <aside className="decide" aria-label={t('admin.certificates.revoke')}>
            <section className="panel" aria-labelledby="revoke">
              <h2 id="revoke">{t('admin.certificates.revoke')}</h2>
              {person.roles.includes('operator') ? (
                <RevokeForm
                  action={revoke}
                  serial={certificate.serial}
                  reasons={REVOCATION_REASONS.map((value) => ({
                    value,
                    word: t(`admin.certificates.reason.${value}`),
                  }))}
                  words={{
                    what: t('admin.certificates.revokeWhat'),
                    reason: t('admin.certificates.revokeReason'),
                    confirm: t('admin.certificates.revokeConfirm', { name: certificate.commonName }),
                    count: t('admin.certificates.revokeCount', {
                      name: certificate.commonName,
                      serial: `${certificate.serial.slice(0, 8)} …`,
                    }),
                    submit: t('admin.certificates.revokeSubmit', { name: certificate.commonName }),
                  }}
                />
              ) : (
                <p className="panel-body meta">{t('admin.certificates.revokeNoRole')}</p>
              )}
            </section>
          </aside>
        ) : null}
      </div>
    </AdminFrame>
  );
}
