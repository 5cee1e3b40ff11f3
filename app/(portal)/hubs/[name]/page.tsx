import type { Metadata } from 'next';
import { notFound } from 'next/navigation';

import { HubAccess } from '#components/hubs/hub-access';
import { HubAvailability } from '#components/hubs/hub-availability';
import { HubFacts } from '#components/hubs/hub-facts';
import { HubState, whyText } from '#components/hubs/hub-kiosk';
import { HubsHidden } from '#components/hubs/hubs-hidden';
import { HubsLive } from '#components/hubs/hubs-live';
import { NoticeList } from '#components/hubs/notice-list';
import { OutageTable } from '#components/hubs/outage-table';
import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { Icon } from '#components/ui/icon';
import { hostZone } from '#lib/http/host-zone';
import { openPage, type Page } from '#lib/http/page';
import { hubHistory, listOutages } from '#lib/hubs/hub-history';
import type { HubView } from '#lib/hubs/list-hubs';
import { concerns } from '#lib/hubs/notices/notice';

import { hubIconHtml } from '../../../../components/hubs/hub-icons';
import { hubPath, hubTitle, isWebAddress } from '../../../../components/hubs/hub-looks';
import { PortalPage } from '../../../portal-page';
import { visibleHubs, type HubListing } from '../../hub-list';

type Params = { params: Promise<{ name: string }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const page = await openPage();
  const listing = await visibleHubs(page);
  const hub = listing === null ? undefined : await hubOf(listing, params);
  return { title: hub === undefined ? page.t('hubs.title') : hubTitle(hub) };
}

/** One hub: whether it is up and was, what it offers, who may enter, one click in. */
export default async function HubPage({ params }: Params) {
  const page = await openPage();
  const listing = await visibleHubs(page);
  if (listing === null) {
    return (
      <PortalPage page={page} at="hubs">
        <HubsHidden gateUrl={page.config.site.gateUrl} t={page.t} />
      </PortalPage>
    );
  }
  const hub = await hubOf(listing, params);
  if (hub === undefined) notFound();
  const { t, locale, ctx } = page;
  const now = ctx.now();
  const notices = listing.board.notices.filter((notice) => concerns(notice, hub.name));
  return (
    <PortalPage page={page} at="hubs">
      <Head page={page} listing={listing} hub={hub} />
      <div data-live="notices">
        <NoticeList notices={notices} named={false} look={{ t, locale, now, zone: hostZone() }} />
        {hub.announcement === undefined ? null : (
          <div className="notice-line">
            <Callout>
              <p>
                <b>{t('hubs.one.fromHub')}:</b> {hub.announcement}
              </p>
            </Callout>
          </div>
        )}
      </div>
      <div className="cols cols-aside">
        <div data-live="history">
          <History page={page} name={hub.name} />
        </div>
        <div className="hub-aside" data-live="about">
          <HubAccess
            hub={hub}
            visitor={{
              shown: page.visitor.shown,
              accepted: page.visitor.accepted,
              commonName: page.visitor.certificate?.commonName ?? null,
            }}
            site={page.config.site}
            t={t}
          />
          <HubFacts hub={hub} t={t} locale={locale} />
        </div>
      </div>
    </PortalPage>
  );
}

async function hubOf({ hubs }: HubListing, params: Params['params']): Promise<HubView | undefined> {
  const { name } = await params;
  return hubs.find((hub) => hub.name === name || encodeURIComponent(hub.name) === name);
}

function Head({ page, listing, hub }: { page: Page; listing: HubListing; hub: HubView }) {
  const { t, locale, ctx } = page;
  const open = hub.routed && hub.mayEnter !== false && isWebAddress(hub.url);
  return (
    <div className="head head-split">
      <div>
        <p className="crumb">
          <a href="/hubs">{t('hubs.one.crumb')}</a>
        </p>
        <h1>
          {hub.icon === undefined ? null : (
            <span className="hub-icon" dangerouslySetInnerHTML={{ __html: hubIconHtml(hub.icon) }} />
          )}
          <span>{hubTitle(hub)}</span>
        </h1>
        <p className="hub-now" data-live="now">
          <HubState hub={hub} t={t} /> <span>{whyText(hub, { t, now: ctx.now(), locale })}</span>
        </p>
      </div>
      <p className="hub-enter">
        <HubsLive live={t('hubs.live')} off={t('hubs.notLive')} version={listing.version} />
        {open ? (
          <LinkButton look="primary" href={hub.url}>
            {t('hubs.one.enter', { path: hubPath(hub) })}
            <Icon name="arrow" />
          </LinkButton>
        ) : null}
      </p>
    </div>
  );
}

async function History({ page, name }: { page: Page; name: string }) {
  const { t, locale, ctx } = page;
  const [history, outages] = await Promise.all([
    hubHistory(ctx, { hubs: [name] }),
    listOutages(ctx, { hubs: [name], limit: 50 }),
  ]);
  const now = ctx.now();
  return (
    <>
      <HubAvailability days={history.get(name) ?? []} t={t} now={now} locale={locale} />
      <OutageTable outages={outages} t={t} now={now} locale={locale} />
    </>
  );
}
