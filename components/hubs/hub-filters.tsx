import type { Translate } from '#lib/ctx';

import { Button } from '../ui/button';
import type { HubChoice } from './choose-hubs';

/** Search and filters as a form and links: each result has an address, and needs no script. */
export function HubFilters({
  choice,
  counts,
  t,
}: {
  choice: HubChoice;
  /** How many each filter shows; null where there is no such filter. */
  counts: Record<HubChoice['show'], number | null>;
  t: Translate;
}) {
  const { q, show } = choice;
  return (
    <div className="filters">
      <form role="search" action="/hubs" className="joined hub-search">
        {show === 'all' ? null : <input type="hidden" name="show" value={show} />}
        <div className="field dense">
          <label className="vh" htmlFor="q">
            {t('hubs.search')}
          </label>
          <input
            id="q"
            name="q"
            type="search"
            maxLength={100}
            defaultValue={q}
            placeholder={t('hubs.searchPlaceholder')}
          />
        </div>
        <Button type="submit">{t('hubs.searchGo')}</Button>
      </form>
      <nav className="tabs" aria-label={t('hubs.filter')}>
        {(['all', 'mine', 'trouble'] as const).map((each) =>
          counts[each] === null ? null : (
            <a
              key={each}
              href={each === 'all' ? '/hubs' : `/hubs?show=${each}`}
              aria-current={each === show ? 'true' : undefined}
            >
              {t(`hubs.${each}`)}{' '}
              <span className="count" data-live={each}>
                {counts[each]}
              </span>
            </a>
          ),
        )}
      </nav>
    </div>
  );
}
