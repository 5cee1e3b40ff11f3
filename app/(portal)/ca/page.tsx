import type { Metadata } from 'next';
import { headers } from 'next/headers';

import { browserName, GUIDE_IDS, guide, guideFor, type GuideId } from '#components/ca/guides';
import { GuideNav } from '#components/ca/guide-nav';
import { GuideView } from '#components/ca/guide-view';
import { TrustCheck, type TrustCheckWords } from '#components/ca/trust-check';
import { CaFiles } from '#components/ca/ca-files';
import { CertificateSlip, restOfSubject } from '#components/ui/certificate-slip';
import { PageHead } from '#components/ui/page-head';
import { Words } from '#components/ui/words';
import { SectionHead } from '#components/ui/section-head';
import { openPage, type Page } from '#lib/http/page';
import { caFacts, type CaFacts } from '#lib/trust/ca-facts';

import { PortalPage } from '../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('ca.title') };
}

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** Install the CA: downloads, fingerprints to compare, a guide for the visitor's platform, the live check. */
export default async function CaPage({ searchParams }: Search) {
  const page = await openPage();
  const { t, config } = page;
  const query = await searchParams;
  const cas = caFacts(page.ctx.paths);
  if (cas === null) {
    return (
      <PortalPage page={page} at="ca">
        <PageHead kind="warn" title={t('ca.missing.title')} lede={<Words text={t('ca.missing.lede')} />} />
      </PortalPage>
    );
  }
  const userAgent = (await headers()).get('user-agent') ?? '';
  const fitting = guideFor(userAgent);
  const chosen = GUIDE_IDS.find((id) => id === query['guide']) ?? fitting;
  const { root, signing, former } = cas;
  const facts = { httpUrl: config.site.httpUrl, url: config.site.url, rootCn: root.commonName };
  const publicRoot = config.trust.root === 'public';
  return (
    <PortalPage page={page} at="ca">
      <PageHead title={t('ca.heading')} lede={t(publicRoot ? 'ca.ledePublic' : 'ca.lede')} />
      {publicRoot ? null : <Check page={page} returned={query['trust'] === 'returned'} />}
      <div className="cols cols-rail section">
        <GuideNav at={chosen} t={t} />
        <section aria-labelledby="guide">
          <SectionHead
            id="guide"
            title={t(`ca.guides.${chosen}.title`)}
            note={note(page, chosen, fitting, userAgent)}
          />
          <GuideView guide={guide(chosen, facts)} sizes={sizes(root)} t={t} />
        </section>
        <aside className="stack" aria-label={t('ca.aside')}>
          <Slip kind={t('common.slip.root')} ca={root} page={page} />
          <Slip kind={t('common.slip.signing')} ca={signing} page={page} />
          {former.map((ca) => (
            <Slip key={ca.fingerprintSha256} kind={t('common.slip.former')} ca={ca} page={page} />
          ))}
          <CaFiles signing={[signing, ...former].map(({ fileName }) => fileName)} t={t} />
        </aside>
      </div>
    </PortalPage>
  );
}

function Check({ page, returned }: { page: Page; returned: boolean }) {
  const { t, config } = page;
  const { canaryUrl, url } = config.site;
  const nonce = crypto.randomUUID().replaceAll('-', '');
  const keys = [
    'asking',
    'askingText',
    'trusted',
    'trustedText',
    'untrusted',
    'untrustedText',
    'unresolved',
    'unresolvedText',
    'unknown',
    'unknownText',
    'now',
    'next',
  ];
  const words = Object.fromEntries(
    keys.map((key) => [key, t(`ca.check.${key}`, { name: new URL(canaryUrl).hostname })]),
  ) as TrustCheckWords;
  return (
    <>
      <TrustCheck
        canaryUrl={canaryUrl}
        words={words}
        nextHref={page.site === 'http' ? `${url}/certs/new` : '/certs/new'}
      />
      <noscript>
        <p className="help-after">
          {t(returned ? 'ca.check.returned' : 'ca.check.noScript')}{' '}
          <a href={`${canaryUrl}/trust/return?nonce=${nonce}&to=ca`}>{t('ca.check.noScriptLink')}</a>
        </p>
      </noscript>
    </>
  );
}

function Slip({ kind, ca, page }: { kind: string; ca: CaFacts; page: Page }) {
  const { t, locale } = page;
  return (
    <CertificateSlip
      kind={kind}
      end={ca.keyLabel}
      commonName={ca.commonName}
      rest={restOfSubject(ca.subject)}
      issuer={ca.issuerCommonName === ca.commonName ? t('common.slip.itself') : ca.issuerCommonName}
      validity={{ notBefore: ca.notBefore, notAfter: ca.notAfter }}
      digest={{ label: t('common.slip.fingerprint'), hex: ca.fingerprintSha256 }}
      now={page.ctx.now()}
      locale={locale}
      t={t}
    />
  );
}

function note({ t }: Page, chosen: GuideId, fitting: GuideId, userAgent: string): string {
  const browser = browserName(userAgent);
  const because = chosen === fitting && browser ? `${t('ca.guides.chosen', browser)} ` : '';
  return because + t(`ca.guides.${chosen}.note`);
}

function sizes(root: CaFacts): Record<string, string> {
  const kilobytes = `${(root.derBytes / 1000).toFixed(1)} kB`;
  return {
    'root-ca.crt': kilobytes,
    'hubgate.mobileconfig': `${((root.derBytes * 2.8 + 1400) / 1000).toFixed(0)} kB`,
  };
}
