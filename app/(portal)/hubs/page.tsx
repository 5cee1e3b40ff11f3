import type { Metadata } from 'next';

import { HubTable } from '#components/hubs/hub-table';
import { HubsLive } from '#components/hubs/hubs-live';
import { HubsHidden } from '#components/hubs/hubs-hidden';
import { Button, LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { openPage, type Page } from '#lib/http/page';
import type { HubView } from '#lib/hubs/list-hubs';

import { PortalPage } from '../../portal-page';
import { keepHubRows, renderHubRows, visibleHubs } from '../hub-list';
import { KeptRows } from './kept-rows';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('hubs.title') };
}

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** The running hubs, live. */
export default async function HubsPage({ searchParams }: Search) {
  const page = await openPage();
  const { t, config } = page;
  const all = await visibleHubs(page);
  if (all === null) {
    return (
      <PortalPage page={page} at="hubs">
        <HubsHidden gateUrl={config.site.gateUrl} t={t} />
      </PortalPage>
    );
  }
  const query = await searchParams;
  const q = typeof query['q'] === 'string' ? query['q'].trim().slice(0, 100) : '';
  const trouble = query['show'] === 'trouble';
  const troubled = all.filter((hub) => hub.state === 'down' || hub.state === 'degraded');
  const listed = trouble ? troubled : all;
  const hubs = q === '' ? listed : listed.filter((hub) => matches(hub, q));
  const up = all.filter((hub) => hub.state === 'up').length;
  const mine = all.filter((hub) => hub.mayEnter).length;
  return (
    <PortalPage page={page} at="hubs">
      <div className="head head-split">
        <div>
          <h1>{t('hubs.heading')}</h1>
          <p className="lede" data-live="lede">
            {t('hubs.lede', { up, total: all.length })}
            {page.visitor.shown ? ` ${t('hubs.ledeOpen', { open: mine })}` : null}
          </p>
        </div>
        <p className="meta">
          <HubsLive live={t('hubs.live')} off={t('hubs.notLive')} />
        </p>
      </div>
      {all.length === 0 ? (
        <Empty title={t('hubs.empty')}>{t('hubs.emptyText')}</Empty>
      ) : (
        <>
          <div className="filters section">
            <form role="search" action="/hubs" className="joined hub-search">
              {trouble ? <input type="hidden" name="show" value="trouble" /> : null}
              <div className="field dense">
                <label className="vh" htmlFor="q">
                  {t('hubs.search')}
                </label>
                <input
                  id="q"
                  name="q"
                  type="search"
                  defaultValue={q}
                  placeholder={t('hubs.searchPlaceholder')}
                />
              </div>
              <Button type="submit">{t('hubs.searchGo')}</Button>
            </form>
            <nav className="tabs" aria-label={t('hubs.search')}>
              <a href="/hubs" aria-current={trouble ? undefined : 'true'}>
                {t('hubs.all')}{' '}
                <span className="count" data-live="all">
                  {all.length}
                </span>
              </a>
              <a href="/hubs?show=trouble" aria-current={trouble ? 'true' : undefined}>
                {t('hubs.trouble')}{' '}
                <span className="count" data-live="trouble">
                  {troubled.length}
                </span>
              </a>
            </nav>
          </div>
          <div data-live="list">
            {hubs.length === 0 ? (
              <Empty
                title={t('hubs.none')}
                action={<LinkButton href="/hubs">{t('hubs.showAll')}</LinkButton>}
              >
                {q === '' ? t('hubs.noTrouble') : t('hubs.noneText', { q })}
              </Empty>
            ) : (
              <HubTable t={t}>
                <Rows page={page} hubs={hubs} part={q !== '' ? null : trouble ? 'trouble' : 'all'} />
              </HubTable>
            )}
          </div>
        </>
      )}
    </PortalPage>
  );
}

/** What somebody searched for (`part` null) is not worth keeping. */
function Rows({
  page,
  hubs,
  part,
}: {
  page: Page;
  hubs: readonly HubView[];
  part: 'all' | 'trouble' | null;
}) {
  const name = part === null ? null : keepHubRows(page, hubs, part);
  if (name !== null) return <KeptRows name={name} />;
  return <tbody role="rowgroup" dangerouslySetInnerHTML={{ __html: renderHubRows(page, hubs) }} />;
}

function matches(hub: { name: string; description: string; url: string }, q: string): boolean {
  const wanted = q.toLowerCase();
  return [hub.name, hub.description, hub.url].some((text) => text.toLowerCase().includes(wanted));
}
