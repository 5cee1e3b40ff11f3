import type { Metadata } from 'next';

import { HubFilters } from '#components/hubs/hub-filters';
import { HubsHidden } from '#components/hubs/hubs-hidden';
import { HubsLive } from '#components/hubs/hubs-live';
import { NoticeList } from '#components/hubs/notice-list';
import { Empty } from '#components/ui/empty';
import { LinkButton } from '#components/ui/button';
import { hostZone } from '#lib/http/host-zone';
import { openPage, type Page } from '#lib/http/page';

import { chooseHubs, readChoice, type HubChoice } from '../../../components/hubs/choose-hubs';
import { hasTrouble } from '../../../components/hubs/hub-looks';
import { PortalPage } from '../../portal-page';
import { keepHubTable, renderHubTable, visibleHubs, type HubListing } from '../hub-list';
import { KeptList } from './kept-list';
import { KioskPage } from './kiosk-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('hubs.title') };
}

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** The running hubs, live: as a list, or on a wall (`?view=kiosk`). */
export default async function HubsPage({ searchParams }: Search) {
  const page = await openPage();
  const [listing, query] = await Promise.all([visibleHubs(page), searchParams]);
  if (listing === null) {
    return (
      <PortalPage page={page} at="hubs">
        <HubsHidden gateUrl={page.config.site.gateUrl} t={page.t} />
      </PortalPage>
    );
  }
  if (query['view'] === 'kiosk') return <KioskPage page={page} listing={listing} />;
  return (
    <PortalPage page={page} at="hubs">
      <Head page={page} listing={listing} />
      <Listed page={page} listing={listing} choice={readChoice(query, page.visitor.shown)} />
    </PortalPage>
  );
}

function Head({ page, listing }: { page: Page; listing: HubListing }) {
  const { t, locale, ctx } = page;
  const { hubs, board } = listing;
  const up = hubs.filter((hub) => hub.state === 'up').length;
  const mine = hubs.filter((hub) => hub.mayEnter).length;
  return (
    <>
      <div className="head head-split">
        <div>
          <h1>{t('hubs.heading')}</h1>
          <p className="lede" data-live="lede">
            {t('hubs.lede', { up, total: hubs.length, trouble: hubs.filter(hasTrouble).length })}
            {page.visitor.shown ? ` ${t('hubs.ledeOpen', { open: mine })}` : null}
          </p>
        </div>
        <p className="meta">
          <HubsLive live={t('hubs.live')} off={t('hubs.notLive')} version={listing.version} /> ·{' '}
          <a href="/hubs?view=kiosk">{t('hubs.kioskLink')}</a> ·{' '}
          <a href="/api/v1/hubs/outages.atom">{t('hubs.feed')}</a>
        </p>
      </div>
      <div data-live="notices">
        <NoticeList notices={board.notices} look={{ t, locale, now: ctx.now(), zone: hostZone() }} />
      </div>
    </>
  );
}

function Listed({ page, listing, choice }: { page: Page; listing: HubListing; choice: HubChoice }) {
  const { t } = page;
  const all = listing.hubs;
  if (all.length === 0) return <Empty title={t('hubs.empty')}>{t('hubs.emptyText')}</Empty>;
  const hubs = chooseHubs(all, choice);
  return (
    <>
      <HubFilters
        choice={choice}
        counts={{
          all: all.length,
          mine: page.visitor.shown ? all.filter((hub) => hub.mayEnter).length : null,
          trouble: all.filter(hasTrouble).length,
        }}
        t={t}
      />
      {hubs.length === 0 ? (
        <div data-live="list">
          <Empty title={t('hubs.none')} action={<LinkButton href="/hubs">{t('hubs.showAll')}</LinkButton>}>
            {choice.q !== ''
              ? t('hubs.noneText', { q: choice.q })
              : t(choice.show === 'mine' ? 'hubs.noneMine' : 'hubs.noTrouble')}
          </Empty>
        </div>
      ) : (
        <Table page={page} listing={{ ...listing, hubs }} choice={choice} />
      )}
    </>
  );
}

/** What somebody searched for is not worth keeping. */
async function Table({ page, listing, choice }: { page: Page; listing: HubListing; choice: HubChoice }) {
  const name = choice.q === '' ? await keepHubTable(page, listing, choice.show) : null;
  if (name !== null) return <KeptList name={name} />;
  const html = await renderHubTable(page, listing, choice.show);
  return <div data-live="list" dangerouslySetInnerHTML={{ __html: html }} />;
}
