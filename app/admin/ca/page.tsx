/** The CA: certificates, signer, CRLs, and the way from evaluation to production. */
import { requirePage, type Page } from '#lib/http/page';
import { viewSigner, type SignerView } from '#lib/onboarding/signer-view';
import { caFacts, type CaFacts } from '#lib/trust/ca-facts';

import { Callout } from '#components/ui/callout';
import { CertificateSlip, restOfSubject } from '#components/ui/certificate-slip';
import { CodeBlock } from '#components/ui/code-block';
import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Time } from '#components/ui/time';

import { AdminFrame, PLACES } from '../admin-frame';
import { adminTitle } from '../title';
import { CRL_SOON_MS, CrlSection } from './crl-section';
import { OcspSection } from './ocsp-section';

const SIGNER_KIND = { unlocked: 'ok', locked: 'warn', down: 'bad' } as const;

export const generateMetadata = () => adminTitle('admin.ca.page');

export default async function CaAdminPage() {
  const page = await requirePage(PLACES.ca, '/admin/ca');
  const { ctx, t, evaluation } = page;
  const signer = await viewSigner(ctx);
  const cas = caFacts(ctx.paths);
  const crl = crlState(signer, ctx.now());
  return (
    <AdminFrame page={page} at="ca">
      <div className="head">
        <h1>{t(`admin.ca.${titleKey(signer, crl, evaluation)}`)}</h1>
      </div>
      {evaluation ? (
        <Callout kind="warn">
          <p>{t('admin.ca.evaluation')}</p>
        </Callout>
      ) : null}
      <section className={evaluation ? 'section' : undefined} aria-labelledby="certificates">
        <SectionHead
          id="certificates"
          title={t('admin.ca.certificates')}
          end={<a href="/ca">{t('admin.ca.downloadsLink')}</a>}
        />
        {cas === null ? (
          <p className="meta">{t('admin.ca.missing')}</p>
        ) : (
          <div className="cols cols-even">
            <CaSlip kind={t('admin.ca.root')} ca={cas.root} page={page} />
            <CaSlip kind={t('admin.ca.signing')} ca={cas.signing} page={page} />
            {cas.former.map((ca) => (
              <CaSlip key={ca.fingerprintSha256} kind={t('admin.ca.former')} ca={ca} page={page} />
            ))}
          </div>
        )}
      </section>
      <div className="cols cols-even section">
        <SignerSection page={page} signer={signer} />
        <CrlSection page={page} signer={signer} cas={cas} />
      </div>
      <OcspSection page={page} signer={signer} />
      {evaluation ? <Production page={page} /> : null}
    </AdminFrame>
  );
}

type CrlState = 'fresh' | 'soon' | 'ended' | 'missing';

function crlState(signer: SignerView, now: Date): CrlState {
  const until = signer.status?.crlNextUpdate;
  if (until === undefined) return 'missing';
  const left = new Date(until).getTime() - now.getTime();
  return left < 0 ? 'ended' : left < CRL_SOON_MS ? 'soon' : 'fresh';
}

function titleKey(signer: SignerView, crl: CrlState, evaluation: boolean): string {
  if (signer.state === 'down') return 'titleDown';
  if (crl === 'ended' || crl === 'soon') return 'titleCrl';
  if (signer.state === 'locked') return 'titleLocked';
  return evaluation ? 'titleEvaluation' : 'titleOk';
}

function CaSlip({ kind, ca, page }: { kind: string; ca: CaFacts; page: Page }) {
  const { t, ctx, locale } = page;
  return (
    <CertificateSlip
      kind={kind}
      end={ca.keyLabel}
      commonName={ca.commonName}
      rest={restOfSubject(ca.subject)}
      issuer={ca.issuerCommonName === ca.commonName ? t('common.slip.itself') : ca.issuerCommonName}
      validity={{ notBefore: ca.notBefore, notAfter: ca.notAfter }}
      digest={{ label: t('common.slip.fingerprint'), hex: ca.fingerprintSha256 }}
      now={ctx.now()}
      locale={locale}
      t={t}
    />
  );
}

function SignerSection({ page, signer }: { page: Page; signer: SignerView }) {
  const { t, ctx, locale } = page;
  const { status } = signer;
  return (
    <section aria-labelledby="signer">
      <SectionHead id="signer" title={t('admin.ca.signer')} />
      <dl className="kv">
        <div className="kv-row">
          <dt>{t('admin.ca.signerState')}</dt>
          <dd>
            <State
              kind={SIGNER_KIND[signer.state]}
              icon={signer.state === 'down' ? 'bad' : signer.state === 'locked' ? 'lock' : 'unlock'}
            >
              {t(`admin.signer.${signer.state}`)}
            </State>
            {status ? (
              <>
                {' '}
                <Time at={status.since} now={ctx.now()} locale={locale} />
              </>
            ) : null}
          </dd>
        </div>
        {status ? (
          <>
            <div className="kv-row">
              <dt>{t('admin.ca.signerOrders')}</dt>
              <dd>{status.issued}</dd>
            </div>
            <div className="kv-row">
              <dt>{t('admin.ca.colRevoked')}</dt>
              <dd>{status.revoked}</dd>
            </div>
            <div className="kv-row">
              <dt>{t('admin.ca.signerMode')}</dt>
              <dd>
                {t(status.approvalMode === 'session' ? 'admin.ca.modeSession' : 'admin.ca.modePasskey')}
                {', '}
                {t('admin.ca.approvalCount', { n: status.approvalCount })}
              </dd>
            </div>
          </>
        ) : null}
      </dl>
      <div className="section-actions stack-2">
        <p className="meta">{t('admin.ca.unlockHint')}</p>
        <CodeBlock
          code={signer.state === 'unlocked' ? 'npx hubgate ca lock' : 'npx hubgate ca unlock'}
          about={t('common.aboutCommand')}
          t={t}
        />
      </div>
    </section>
  );
}

const PRODUCTION_TOML = `stateDir = "/var/lib/hubgate"

[site]
url = "https://hubs.example.org"
httpUrl = "http://hubs.example.org"
gateUrl = "https://gate.example.org"
canaryUrl = "https://canary.example.org"

[pki]
org = "Example University"
ou = "High Performance Computing"`;

function Production({ page }: { page: Page }) {
  const { t } = page;
  const step = (key: string) => <p>{t(`admin.ca.productionSteps.${key}`)}</p>;
  return (
    <section className="section" id="production" aria-labelledby="to-production">
      <SectionHead
        id="to-production"
        title={t('admin.ca.toProduction')}
        note={t('admin.ca.toProductionHelp')}
      />
      <ol className="guide production">
        <li>
          <div className="stack-2">
            {step('one')}
            <CodeBlock code={PRODUCTION_TOML} about={t('admin.ca.aboutToml')} t={t} />
          </div>
        </li>
        <li>
          <div className="stack-2">
            {step('two')}
            <CodeBlock code="npx hubgate init" about={t('common.aboutCommand')} t={t} />
          </div>
        </li>
        <li>
          <div className="stack-2">{step('three')}</div>
        </li>
        <li>
          <div className="stack-2">
            {step('four')}
            <CodeBlock code="npx hubgate admin create" about={t('common.aboutCommand')} t={t} />
          </div>
        </li>
      </ol>
    </section>
  );
}
