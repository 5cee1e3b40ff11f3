import type { Metadata } from 'next';

import { TrustWatch } from '#components/ca/trust-watch';
import { NoticeList } from '#components/hubs/notice-list';
import { Way, type WayFacts } from '#components/portal/way';
import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { Time } from '#components/ui/time';
import { slot, Words } from '#components/ui/words';
import { hostZone } from '#lib/http/host-zone';
import { keptHtml } from '#lib/http/kept-html';
import { openPage, type Page } from '#lib/http/page';
import { listOwnRequests } from '#lib/requests/list-own-requests';
import { viewOwnRequest } from '#lib/requests/view-own-request';
import { caFacts } from '#lib/trust/ca-facts';

import { PortalPage } from '../portal-page';
import { trustSeen } from './trust-seen';
import { keepHubTable, renderHubTable, visibleHubs, type HubListing } from './hub-list';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('home.title') };
}

const HUBS_SHOWN = 6;

/** By how many steps are left. */
const HEADINGS = ['home.headingReady', 'home.heading2', 'home.heading1', 'home.heading0'] as const;

/** What this is, the three steps with their state for this visitor, the running hubs. Also on plain http. */
export default async function HomePage() {
  const page = await openPage();
  const { t, config, visitor, ctx } = page;
  const now = ctx.now();
  const onHttp = page.site === 'http';
  const facts = await wayFacts(page);
  const { accepted, certificate } = visitor;
  const left = [
    facts.trustedAt === null && !facts.publicRoot,
    !facts.hasCertificate,
    !accepted && !facts.seen,
  ].filter(Boolean).length;
  return (
    <PortalPage page={page} at="home">
      {accepted && certificate ? (
        <PageHead
          kind="ok"
          title={t('home.headingReady')}
          lede={
            <Words
              text={t('home.ledeReady', { name: certificate.commonName ?? '', when: slot('when') })}
              slots={{ when: <Time at={certificate.notAfter} now={now} locale={page.locale} /> }}
            />
          }
        />
      ) : (
        <PageHead
          title={t(HEADINGS[left] ?? 'home.heading0')}
          lede={t('home.lede', { unit: config.pki.ou })}
        />
      )}
      {visitor.shown && certificate ? (
        <p className="meta identity">
          <Words text={t('home.identity', { subject: certificate.subject })} />
        </p>
      ) : null}
      {onHttp ? (
        <div className="notice-line">
          <Callout>
            <p>
              <Words
                text={t('home.http', { url: slot('url') })}
                slots={{ url: <a href={config.site.url}>{config.site.url}</a> }}
              />
            </p>
          </Callout>
        </div>
      ) : null}
      <Way facts={facts} now={now} locale={page.locale} t={t} />
      <RunningHubs page={page} />
      {facts.publicRoot ? null : (
        <TrustWatch canaryUrl={config.site.canaryUrl} known={facts.trustedAt !== null} />
      )}
    </PortalPage>
  );
}

async function wayFacts(page: Page): Promise<WayFacts> {
  const { config, ctx, visitor } = page;
  const cas = caFacts(ctx.paths);
  const hint = await trustSeen(page);
  const newest = page.requestIds.at(-1) ?? (await listOwnRequests(page.asOwner))[0]?.id;
  const own = newest === undefined ? null : await page.asRequester(newest);
  const request =
    own && newest !== undefined ? await viewOwnRequest(own, { id: newest }).catch(() => null) : null;
  const { state: certificateState = null, seenAt = null } = request?.certificate ?? {};
  // What was taken back or has ended opens nothing any more.
  const seen = certificateState === 'VALID' ? seenAt : null;
  return {
    caName: cas?.root.commonName ?? config.pki.rootCn,
    publicRoot: config.trust.root === 'public',
    trustedAt: hint?.toISOString() ?? null,
    request:
      request === null
        ? null
        : {
            id: request.id,
            state: request.state,
            fetchedAt: request.certificate?.fetchedAt ?? null,
            seenAt: seen,
          },
    hasCertificate: visitor.accepted || request?.state === 'ISSUED',
    accepted: visitor.accepted,
    seen: seen !== null,
    // Requests and checks need the portal itself; plain http only hands out the CA.
    origin: page.site === 'http' ? config.site.url : '',
  };
}

async function RunningHubs({ page }: { page: Page }) {
  const { t, config } = page;
  const listing = await visibleHubs(page);
  const hubs = listing?.hubs ?? null;
  const href = page.site === 'http' ? `${config.site.url}/hubs` : '/hubs';
  return (
    <section className="section" aria-labelledby="hubs">
      <SectionHead
        flush
        id="hubs"
        title={t('home.hubs.title')}
        end={hubs && hubs.length > 0 ? <a href={href}>{t('home.hubs.all', { count: hubs.length })}</a> : null}
      />
      {listing === null || listing.board.notices.length === 0 ? null : (
        <div className="notices-under-head">
          <NoticeList
            notices={listing.board.notices}
            look={{ t, locale: page.locale, now: page.ctx.now(), zone: hostZone() }}
          />
        </div>
      )}
      {listing === null || hubs === null ? (
        <Empty
          title={t('home.hubs.hidden')}
          action={<LinkButton href={href}>{t('home.hubs.show')}</LinkButton>}
        >
          {t('home.hubs.hiddenText')}
        </Empty>
      ) : hubs.length === 0 ? (
        <Empty title={t('home.hubs.empty')}>{t('home.hubs.emptyText')}</Empty>
      ) : (
        <Table page={page} listing={{ ...listing, hubs: hubs.slice(0, HUBS_SHOWN) }} />
      )}
    </section>
  );
}

/** Few enough to stand in the page: a client component for them would cost more. */
async function Table({ page, listing }: { page: Page; listing: HubListing }) {
  const key = await keepHubTable(page, listing, 'home');
  const html = (key === null ? null : keptHtml(key)) ?? (await renderHubTable(page, listing, 'home'));
  return <div dangerouslySetInnerHTML={{ __html: html }} />;
}
