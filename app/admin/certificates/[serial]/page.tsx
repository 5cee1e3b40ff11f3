/** One certificate; operators revoke it here, alone and by name. */
import { notFound } from 'next/navigation';

import { canRevoke, isOnHold, OPERATOR_REASONS } from '#lib/certificates/revocation-reasons';
import { viewCertificate, type CertificatePageView } from '#lib/certificates/view-certificate';
import { isHubgateError } from '#lib/errors';
import { requirePage, type Page } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';

import { CertificateStateWord } from '#components/admin/certificate-state';
import { RevokeForm } from '#components/admin/revoke-form';
import { CertificateSlip, restOfSubject } from '#components/ui/certificate-slip';
import { CodeBlock } from '#components/ui/code-block';

import { AdminFrame, PLACES } from '../../admin-frame';
import { commonNameOf } from '../../common-name';
import { QueueFlash } from '../../queue-flash';
import { TimelineSection } from '../../requests/[id]/timeline-section';
import type { Query } from '../../search-params';
import { adminTitle } from '../../title';
import { revoke } from './actions';
import { CertificateDetails } from './details';

type Props = { params: Promise<{ serial: string }>; searchParams: Promise<Query> };

export const generateMetadata = () => adminTitle('admin.certificates.page');

async function load(page: Page, serial: string): Promise<CertificatePageView> {
  try {
    return await viewCertificate(page.ctx, { serial });
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'certificate.not-found') notFound();
    throw thrown;
  }
}

export default async function CertificatePage({ params, searchParams }: Props) {
  const { serial } = await params;
  const page = await requirePage(PLACES.certificates, `/admin/certificates/${encodeURIComponent(serial)}`);
  const { t, ctx, locale, person } = page;
  const [certificate, query] = await Promise.all([load(page, serial), searchParams]);
  const operator = allows(person.roles, 'certificates.revoke');
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
          {t('admin.certificates.detailTitle', { state: isOnHold(certificate) ? 'HELD' : certificate.state })}
        </h1>
      </div>
      <div className="cols cols-aside">
        <div className="stack">
          <CertificateSlip
            kind={t(`common.slip.${certificate.profile}`)}
            end={
              <CertificateStateWord state={certificate.state} reason={certificate.revocationReason} t={t} />
            }
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
          <CertificateDetails certificate={certificate} operator={operator} page={page} />
          {certificate.timeline.length > 0 ? (
            <TimelineSection timeline={certificate.timeline} page={page} />
          ) : null}
        </div>
        {canRevoke(certificate) ? (
          <aside className="decide stack" aria-label={t('admin.certificates.revoke')}>
            {isOnHold(certificate) ? <Held certificate={certificate} page={page} /> : null}
            <RevokePanel certificate={certificate} operator={operator} page={page} />
          </aside>
        ) : operator && certificate.state === 'REVOKED' && !certificate.keyBlocked ? (
          <aside className="decide stack" aria-label={t('admin.certificates.block')}>
            <BlockPanel certificate={certificate} page={page} />
          </aside>
        ) : null}
      </div>
    </AdminFrame>
  );
}

/** The end of a hold is the signer's: the page can only say the command. */
function Held({ certificate, page: { t } }: { certificate: CertificatePageView; page: Page }) {
  return (
    <section className="panel" aria-labelledby="held">
      <h2 id="held">{t('admin.certificates.held')}</h2>
      <div className="panel-body">
        <p className="small">{t('admin.certificates.heldText')}</p>
        <CodeBlock
          code={`npx hubgate certs release ${certificate.serial}`}
          about={t('common.aboutCommand')}
          t={t}
        />
        <p className="small">{t('admin.certificates.heldAfter')}</p>
      </div>
    </section>
  );
}

function RevokePanel({
  certificate,
  operator,
  page: { t },
}: {
  certificate: CertificatePageView;
  operator: boolean;
  page: Page;
}) {
  const held = isOnHold(certificate);
  const name = certificate.commonName;
  const reasons = OPERATOR_REASONS.filter((reason) => !(held && reason === 'certificateHold'));
  return (
    <section className="panel" aria-labelledby="revoke">
      <h2 id="revoke">{t(held ? 'admin.certificates.revokeUpgrade' : 'admin.certificates.revoke')}</h2>
      {operator ? (
        <RevokeForm
          action={revoke}
          serial={certificate.serial}
          reasons={reasons.map((value) => ({ value, word: t(`admin.certificates.reason.${value}`) }))}
          words={{
            what: t('admin.certificates.revokeWhat'),
            reason: t('admin.certificates.revokeReason'),
            reasonHelp: [
              t('admin.certificates.revokeKey'),
              ...(certificate.siblings.length === 0
                ? []
                : [t('admin.certificates.revokeSiblings', { n: certificate.siblings.length })]),
            ].join(' '),
            confirm: t('admin.certificates.revokeConfirm', { name }),
            count: t('admin.certificates.revokeCount', {
              name,
              serial: `${certificate.serial.slice(0, 8)} …`,
            }),
            submit: t('admin.certificates.revokeSubmit', { name }),
          }}
        />
      ) : (
        <p className="panel-body meta">{t('admin.certificates.revokeNoRole')}</p>
      )}
    </section>
  );
}

/** Revoked for another reason, and then its key became known to others: the key still has to be blocked. */
function BlockPanel({ certificate, page: { t } }: { certificate: CertificatePageView; page: Page }) {
  const name = certificate.commonName;
  return (
    <section className="panel" aria-labelledby="block">
      <h2 id="block">{t('admin.certificates.block')}</h2>
      <RevokeForm
        action={revoke}
        serial={certificate.serial}
        reasons={[{ value: 'keyCompromise', word: t('admin.certificates.reason.keyCompromise') }]}
        words={{
          what: t('admin.certificates.blockWhat'),
          reason: t('admin.certificates.revokeReason'),
          reasonHelp: '',
          confirm: t('admin.certificates.revokeConfirm', { name }),
          count: t('admin.certificates.blockCount', { n: certificate.siblings.length }),
          submit: t('admin.certificates.blockSubmit', { name }),
        }}
      />
    </section>
  );
}
