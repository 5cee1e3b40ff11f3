import type { Metadata } from 'next';
import { headers } from 'next/headers';

import { browserName } from '#components/ca/guides';
import { AskAgain } from '#components/status/ask-again';
import { CertificateChain } from '#components/status/certificate-chain';
import { CheckTable } from '#components/status/check-table';
import { ShownSlip } from '#components/status/shown-slip';
import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { Time } from '#components/ui/time';
import { slot, Words } from '#components/ui/words';
import { wordedChecks } from '#lib/http/check-text';
import { openPage, type Page } from '#lib/http/page';
import { isOneName } from '#lib/http/site';
import { caFacts } from '#lib/trust/ca-facts';

import { linkOrigin, PortalPage } from '../../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('status.check.title') };
}

/** Which certificate was shown, whether it is accepted, and if not exactly why and what to do. */
export default async function CertCheckPage() {
  const page = await openPage();
  const { t, config, visitor, locale } = page;
  const { gateUrl, url } = config.site;
  const here = await headers();
  const userAgent = here.get('user-agent') ?? '';
  const gateHost = new URL(gateUrl).host;
  if (page.site !== 'gate' && gateUrl !== url && !visitor.shown)
    return <Elsewhere page={page} gateHost={gateHost} />;

  const now = page.ctx.now();
  const browser = browserName(userAgent);
  const origin = await linkOrigin(page);
  const failed = visitor.checks.filter((check) => !check.ok).length;
  return (
    <PortalPage page={page} at="check">
      <PageHead {...heading(page)} />
      <CertificateChain
        status={visitor}
        facts={{
          browser: browser ? `${browser.browser}, ${browser.system}` : '',
          gateHost,
          caName: caFacts(page.ctx.paths)?.signing.commonName ?? config.pki.signingCn,
        }}
        t={t}
      />
      <Actions page={page} origin={origin} />
      <div className="cols cols-even section">
        <section aria-labelledby="shown">
          <SectionHead id="shown" title={t('status.check.shown')} />
          {visitor.certificate ? (
            <ShownSlip status={visitor} now={now} locale={locale} t={t} />
          ) : (
            <Empty title={t('status.check.nothing')}>{t('status.check.nothingText')}</Empty>
          )}
        </section>
        <div>
          {visitor.checks.length > 0 ? (
            <section aria-labelledby="looked">
              <SectionHead
                flush
                id="looked"
                title={t('status.check.looked')}
                note={
                  failed === 0
                    ? t('status.check.allRight')
                    : t('status.check.failed', { failed, all: visitor.checks.length })
                }
              />
              <CheckTable status={{ ...visitor, checks: wordedChecks(locale, visitor.checks) }} t={t} />
            </section>
          ) : null}
          {visitor.accepted ? null : (
            <section className={visitor.checks.length > 0 ? 'section' : undefined} aria-labelledby="again">
              <SectionHead flush id="again" title={t('status.again.title')} />
              <AskAgain userAgent={userAgent} gateHost={gateHost} t={t} />
            </section>
          )}
        </div>
      </div>
    </PortalPage>
  );
}

function Actions({ page, origin }: { page: Page; origin: string }) {
  const { t, visitor, config } = page;
  return (
    <div className="actions lead-actions">
      {visitor.accepted ? (
        <LinkButton look="primary" href={`${origin}/hubs`}>
          {t('status.hubs')}
        </LinkButton>
      ) : visitor.revocation === 'certificateHold' ? null : (
        <LinkButton look="primary" href={`${origin}/certs/new`}>
          {t(visitor.shown ? 'status.check.renew' : 'status.request')}
        </LinkButton>
      )}
      <LinkButton href={`${config.site.gateUrl}/status/cert-check`}>{t('status.check.again')}</LinkButton>
      {endsSoon(page) ? (
        <LinkButton href={`${config.site.url}/certs/renew`}>{t('certs.request.renew')}</LinkButton>
      ) : null}
      {visitor.accepted && visitor.certificate ? (
        <LinkButton look="quiet" href={revokeHref(page, visitor.certificate.serial)}>
          {t('status.check.revoke')}
        </LinkButton>
      ) : null}
      {origin === '' ? null : (
        <LinkButton look="quiet" href={`${origin}/`}>
          {t('status.check.help')}
        </LinkButton>
      )}
    </div>
  );
}

/** Within the days in which it is renewed without an approver. */
function endsSoon({ visitor, config, ctx }: Page): boolean {
  if (!visitor.accepted || visitor.certificate === undefined) return false;
  const left = Date.parse(visitor.certificate.notAfter) - ctx.now().getTime();
  return left <= config.renewal.windowDays * 86_400_000;
}

async function Elsewhere({ page, gateHost }: { page: Page; gateHost: string }) {
  const { t, config } = page;
  return (
    <PortalPage page={page} at="check">
      <PageHead
        icon="gate"
        kind="wait"
        title={t('status.check.elsewhere.title')}
        lede={t('status.check.elsewhere.lede', { gate: gateHost })}
      />
      <div className="actions">
        <LinkButton look="primary" href={`${config.site.gateUrl}/status/cert-check`}>
          {t('status.check.go')}
        </LinkButton>
        <LinkButton look="quiet" href="/status">
          {t('status.probe')}
        </LinkButton>
      </div>
      <p className="section narrow">{t('status.check.elsewhere.broken')}</p>
    </PortalPage>
  );
}

function heading(page: Page) {
  const { t, visitor, config, locale } = page;
  const { certificate } = visitor;
  const first = visitor.accepted ? 'accepted' : (visitor.reasons[0]?.code ?? 'none-shown');
  const code = first === 'revoked' ? revokedKey(visitor.revocation) : first;
  const moment = code === 'not-yet-valid' ? certificate?.notBefore : certificate?.notAfter;
  const values = {
    name: certificate?.commonName ?? '',
    ca: config.pki.signingCn,
    unit: config.pki.ou,
    contact: config.site.contact === '' ? t('status.check.operators') : config.site.contact,
    when: slot('when'),
  };
  const when = moment ? <Time at={moment} now={page.ctx.now()} locale={locale} /> : null;
  return {
    kind: visitor.accepted ? ('ok' as const) : visitor.shown ? ('bad' as const) : ('warn' as const),
    title: <Words text={t(`status.check.${code}.title`, values)} slots={{ when }} />,
    lede: <Words text={t(`status.check.${code}.lede`, values)} slots={{ when }} />,
  };
}

/** From the gate the certificate is handed over to the portal first: forms are there, not beside hubs. */
function revokeHref({ config, site }: Page, serial: string): string {
  const form = `/certs/revoke?serial=${serial}`;
  if (site !== 'gate' || isOneName(config)) return form;
  return `${config.site.url}/auth/certificate/start?next=${encodeURIComponent(form)}`;
}

/** What can be done differs by why it was revoked. */
function revokedKey(reason: Page['visitor']['revocation']): string {
  switch (reason) {
    case 'certificateHold':
      return 'revoked-held';
    case 'keyCompromise':
      return 'revoked-key';
    case 'superseded':
      return 'revoked-superseded';
    case 'affiliationChanged':
    case 'privilegeWithdrawn':
      return 'revoked-right';
    default:
      return 'revoked';
  }
}
