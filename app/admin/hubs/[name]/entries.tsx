import type { Page } from '#lib/http/page';
import type { HubListView } from '#lib/hubs/view-hub-list';

import { SearchForm } from '#components/admin/search-form';
import { Button } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { SectionHead } from '#components/ui/section-head';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

import { actorWord } from '../../../../components/admin/actor';
import { EventPhase } from '../../../(portal)/events/event-table';
import { removeFromList } from './actions';

/** More rows than somebody reads; the search finds the others. */
const SHOWN_MAX = 200;

type Entry = HubListView['people'][number] & {
  kind: 'person' | 'unit' | 'event';
  /** Of an event, since nobody knows it by its id. */
  event?: HubListView['events'][number];
};

/** Events, units and people of a list, each with who put it there. */
export function Entries({
  page,
  list,
  manages,
  q,
}: {
  page: Page;
  list: HubListView;
  manages: boolean;
  q: string;
}) {
  const { t, ctx, locale } = page;
  const all: Entry[] = [
    ...list.events.map((event) => ({ ...event, kind: 'event' as const, event })),
    ...list.units.map((entry) => ({ ...entry, kind: 'unit' as const })),
    ...list.people.map((entry) => ({ ...entry, kind: 'person' as const })),
  ];
  const found = all.filter(({ name, event }) =>
    `${name} ${event?.title ?? ''}`.toLowerCase().includes(q.toLowerCase()),
  );
  const shown = found.slice(0, SHOWN_MAX);
  return (
    <section aria-labelledby="entries" className="section">
      <SectionHead
        flush={shown.length > 0}
        id="entries"
        title={t('admin.hubs.list.onTitle', { n: all.length })}
        end={
          all.length > 10 ? (
            <SearchForm
              action={`/admin/hubs/${list.name}`}
              label={t('admin.hubs.list.search')}
              placeholder={t('admin.hubs.list.searchPlaceholder')}
              button={t('admin.hubs.list.searchButton')}
              q={q}
            />
          ) : null
        }
      />
      {list.access === 'any-valid' && all.length > 0 ? (
        <Callout>
          <p>{t('admin.hubs.list.notCounting')}</p>
        </Callout>
      ) : null}
      {all.length === 0 && list.access === 'listed' ? (
        <Callout kind="warn">
          <p>{t('admin.hubs.list.empty')}</p>
        </Callout>
      ) : null}
      {all.length > 0 && found.length === 0 ? (
        <p className="meta">{t('admin.hubs.list.nothingFound', { q })}</p>
      ) : null}
      {shown.length === 0 ? null : (
        <Table
          heads={[
            t('admin.hubs.list.colName'),
            t('admin.hubs.list.colKind'),
            t('admin.hubs.list.colAdded'),
            ...(manages ? [t('admin.hubs.list.colAction')] : []),
          ]}
        >
          {shown.map((entry) => (
            <Row key={`${entry.kind} ${entry.name}`}>
              <RowHead>
                {entry.event === undefined ? (
                  <span className="mono break">{entry.name}</span>
                ) : (
                  <>
                    <a className="break" href={`/admin/events/${entry.name}`}>
                      {entry.event.title}
                    </a>
                    <span className="step-detail mono">{entry.name}</span>
                  </>
                )}
              </RowHead>
              <td role="cell" data-label={t('admin.hubs.list.colKind')}>
                <span>
                  {t(`admin.hubs.list.${entry.kind}`)}
                  {entry.event === undefined ? null : (
                    <span className="step-detail">
                      <EventPhase phase={entry.event.phase} t={t} />
                    </span>
                  )}
                </span>
              </td>
              <td role="cell" data-label={t('admin.hubs.list.colAdded')}>
                <span>
                  <Time at={entry.addedAt} now={ctx.now()} locale={locale} />
                  <span className="step-detail">{actorWord(entry.addedBy, t)}</span>
                </span>
              </td>
              {manages ? (
                <td role="cell" data-label={t('admin.hubs.list.colAction')}>
                  <form action={removeFromList}>
                    <input type="hidden" name="name" value={list.name} />
                    <input type="hidden" name={entry.kind} value={entry.name} />
                    <Button
                      type="submit"
                      small
                      aria-label={t('admin.hubs.list.removeName', { name: entry.name })}
                    >
                      {t('admin.hubs.list.remove')}
                    </Button>
                  </form>
                </td>
              ) : null}
            </Row>
          ))}
        </Table>
      )}
      {found.length > shown.length ? (
        <p className="meta">{t('admin.hubs.list.shown', { n: shown.length, total: found.length })}</p>
      ) : null}
    </section>
  );
}
