import type { Metadata } from 'next';
import type { ReactNode } from 'react';

import { RenewWizard } from '#components/certs/renew-wizard';
import { RENEW_WORDS, SHARED_WORDS } from '#components/certs/renew-words';
import type { Way } from '#components/certs/wizard-state';
import { LinkButton } from '#components/ui/button';
import { CertificateSlip, restOfSubject } from '#components/ui/certificate-slip';
import { CodeBlock } from '#components/ui/code-block';
import { OptionLinks } from '#components/ui/options';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { Time } from '#components/ui/time';
import { slot, Words } from '#components/ui/words';
import { wordsOf } from '#components/ui/words-of';
import { viewRenewal, type RenewalView } from '#lib/certificates/view-renewal';
import { isFresh } from '#lib/client-cert/holder';
import { isHubgateError } from '#lib/errors';
import { saidText } from '#lib/http/check-text';
import { errorText } from '#lib/http/error-text';
import { openPage, type Page } from '#lib/http/page';
import { isOneName } from '#lib/http/site';

import { PortalPage } from '../../../portal-page';
import { renew } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('certs.renew.title') };
}

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const HERE = '/certs/renew';
const WAYS = ['browser', 'paste', 'upload'] as const satisfies readonly Way[];

/** Renews the certificate that this browser has, with one button. */
export default async function RenewPage({ searchParams }: Search) {
  const page = await openPage();
  const query = await searchParams;
  const way = WAYS.find((known) => known === query['way']) ?? 'browser';
  if (isOneName(page.config)) return <OneName page={page} />;
  if (!page.visitor.shown || !isFresh(page.visitor, page.ctx.now())) return <Show page={page} />;
  let view: RenewalView;
  try {
    view = await viewRenewal(page.asHolder());
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    const [why] = page.visitor.reasons;
    const { locale } = page;
    const reason = why === undefined ? errorText(locale, thrown).message : saidText(locale, why);
    return <NotPossible page={page} reason={reason} />;
  }
  return <Ready page={page} view={view} way={way} />;
}

function Ready({ page, view, way }: { page: Page; view: RenewalView; way: Way }) {
  const { t, locale, config, ctx } = page;
  const { certificate, obstacle, email } = view;
  const now = ctx.now();
  const slots = {
    when: <Time at={certificate.notAfter} now={now} locale={locale} />,
    opens: <Time at={view.windowOpens} now={now} locale={locale} />,
  };
  const lede = t(obstacle === null ? 'certs.renew.ready' : `certs.renew.obstacle.${obstacle}`, {
    when: slot('when'),
    opens: slot('opens'),
  });
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        crumb={<a href="/certs">{t('certs.renew.crumb')}</a>}
        title={t('certs.renew.readyTitle', { name: certificate.commonName })}
        lede={<Words text={lede} slots={slots} />}
      />
      <div className="cols cols-aside">
        <div className="wizard">
          <dl className="kv" aria-label={t('certs.renew.facts')}>
            <Fact word={t('certs.new.name')}>
              <span className="mono">{certificate.commonName}</span>
            </Fact>
            {certificate.label ? <Fact word={t('certs.request.device')}>{certificate.label}</Fact> : null}
            <Fact word={t('certs.renew.mail')}>{email ?? t('certs.renew.noMail')}</Fact>
          </dl>
          <RenewWizard
            key={way}
            way={way}
            action={renew}
            serial={certificate.serial}
            commonName={certificate.commonName}
            note={obstacle !== null}
            siteUrl={config.site.url}
            words={{
              ...wordsOf(t, 'certs.new', SHARED_WORDS, ['id', 'length']),
              ...wordsOf(t, 'certs.renew', RENEW_WORDS),
            }}
            ways={<Ways page={page} way={way} />}
          />
        </div>
        <aside className="stack" aria-label={t('certs.renew.old')}>
          <h2>{t('certs.renew.old')}</h2>
          <CertificateSlip
            kind={t(`common.slip.${certificate.profile}`)}
            commonName={certificate.commonName}
            rest={restOfSubject(certificate.subject)}
            email={certificate.email}
            issuer={config.pki.signingCn}
            serial={certificate.serial}
            validity={{ notBefore: certificate.notBefore, notAfter: certificate.notAfter }}
            digest={{ label: t('common.slip.fingerprint'), hex: certificate.fingerprintSha256 }}
            now={now}
            locale={locale}
            t={t}
          />
        </aside>
      </div>
    </PortalPage>
  );
}

function Fact({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div className="kv-row">
      <dt>{word}</dt>
      <dd className="break">{children}</dd>
    </div>
  );
}

function Ways({ page: { t }, way }: { page: Page; way: Way }) {
  return (
    <section aria-labelledby="ways">
      <SectionHead flush id="ways" title={t('certs.renew.otherWays')} />
      <OptionLinks
        label={t('certs.new.ways')}
        value={way}
        options={WAYS.map((value) => ({
          value,
          href: value === 'browser' ? HERE : `${HERE}?way=${value}`,
          title: t(`certs.new.way.${value}`),
          text: t(`certs.new.way.${value}Text`),
        }))}
      />
    </section>
  );
}

/** Nothing was shown, or too long ago: the gate's name asks for it and sends back here. */
function Show({ page }: { page: Page }) {
  const { t, visitor } = page;
  const key = visitor.shown ? 'showAgain' : 'show';
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        crumb={<a href="/certs">{t('certs.renew.crumb')}</a>}
        icon="gate"
        kind="wait"
        title={t(`certs.renew.${key}Title`)}
        lede={t(`certs.renew.${key}Lede`)}
      />
      <p className="actions">
        <LinkButton look="primary" href={`/auth/certificate/start?next=${encodeURIComponent(HERE)}`}>
          {t('certs.renew.showGo')}
        </LinkButton>
      </p>
      <p className="section narrow">
        <Words
          text={t('certs.renew.ended', { link: slot('link') })}
          slots={{ link: <a href="/certs/new">{t('certs.renew.endedLink')}</a> }}
        />
      </p>
      <Programs page={page} />
    </PortalPage>
  );
}

function NotPossible({ page, reason }: { page: Page; reason: string }) {
  const { t } = page;
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        crumb={<a href="/certs">{t('certs.renew.crumb')}</a>}
        kind="bad"
        title={t('certs.renew.notPossibleTitle')}
        lede={t('certs.renew.notPossibleLede', { reason })}
      />
      <p className="actions">
        <LinkButton look="primary" href="/certs/new">
          {t('certs.renew.endedLink')}
        </LinkButton>
        <LinkButton href={`/auth/certificate/start?next=${encodeURIComponent(HERE)}`}>
          {t('certs.renew.showGo')}
        </LinkButton>
      </p>
    </PortalPage>
  );
}

function OneName({ page }: { page: Page }) {
  const { t } = page;
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        crumb={<a href="/certs">{t('certs.renew.crumb')}</a>}
        kind="wait"
        icon="lock"
        title={t('certs.renew.oneNameTitle')}
        lede={t('certs.renew.oneNameLede')}
      />
      <p className="actions">
        <LinkButton look="primary" href="/certs/new">
          {t('certs.renew.endedLink')}
        </LinkButton>
      </p>
      <Programs page={page} />
    </PortalPage>
  );
}

/** How a machine does it: the gate's address, which programs alone may use. */
function Programs({ page }: { page: Page }) {
  const { t, config } = page;
  const command =
    `openssl req -new -newkey rsa:3072 -noenc -subj /CN=alice \\\n  -keyout alice-new.key -out alice-new.csr\n` +
    `curl --cacert bundle.pem --cert alice.pem --key alice.key \\\n` +
    `  -H 'Content-Type: application/x-pem-file' --data-binary @alice-new.csr \\\n` +
    `  ${config.site.gateUrl}/api/v1/renewals`;
  return (
    <section className="section narrow" aria-labelledby="programs">
      <SectionHead id="programs" title={t('certs.renew.programs')} />
      <div className="stack">
        <p>{t('certs.renew.programsText', { days: config.renewal.windowDays })}</p>
        <CodeBlock code={command} about={t('common.aboutCommand')} t={t} />
      </div>
    </section>
  );
}
