import { HubKiosk } from '#components/hubs/hub-kiosk';
import { HubsLive } from '#components/hubs/hubs-live';
import { NoticeList } from '#components/hubs/notice-list';
import { hostZone } from '#lib/http/host-zone';
import type { Page } from '#lib/http/page';

import type { HubListing } from '../hub-list';

const REFRESH_SECONDS = 30;

/** The hubs on a wall: large, nothing to click, renews itself with JavaScript and without. */
export function KioskPage({ page, listing }: { page: Page; listing: HubListing }) {
  const { t, locale, config, ctx } = page;
  const { hubs, board } = listing;
  const now = ctx.now();
  const zone = hostZone();
  const up = hubs.filter((hub) => hub.state === 'up').length;
  const asOf = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, {
    timeZone: zone,
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  }).format(now);
  return (
    <main id="main" className="kiosk">
      {/* With scripts, HubsLive does it without a flash of white. */}
      <noscript>
        <meta httpEquiv="refresh" content={String(REFRESH_SECONDS)} />
      </noscript>
      <header className="kiosk-head">
        <div>
          <p className="kiosk-site">
            {config.pki.org} · {config.pki.ou}
          </p>
          <h1 data-live="up">{t('hubs.kiosk.title', { up, total: hubs.length })}</h1>
        </div>
        <p className="kiosk-side">
          <HubsLive
            live={t('hubs.live')}
            off={t('hubs.kiosk.renews')}
            version={listing.version}
            everyMinute
          />
          <span data-live="asOf">{t('hubs.kiosk.asOf', { time: asOf })}</span>
        </p>
      </header>
      <div data-live="notices">
        <NoticeList notices={board.notices} look={{ t, locale, now, zone }} />
      </div>
      <div data-live="tiles">
        {hubs.length === 0 ? (
          <p className="kiosk-more">{t('hubs.empty')}</p>
        ) : (
          <HubKiosk hubs={hubs} t={t} now={now} locale={locale} />
        )}
      </div>
      <p className="kiosk-foot">
        {t('hubs.kiosk.enterAt', { host: `${new URL(config.site.url).host}/hubs` })}
      </p>
    </main>
  );
}
