import { State, type StateKind } from '#components/ui/state';
import { Cell, Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';
import { Words, slot } from '#components/ui/words';
import type { EventItem } from '#lib/events/list-events';
import type { Page } from '#lib/http/page';

const LOOK: Record<EventItem['phase'], StateKind> = {
  draft: 'off',
  waiting: 'wait',
  rejected: 'bad',
  closed: 'off',
  coming: 'ok',
  running: 'ok',
  over: 'off',
};

/** Events with where they stand; for organisers and approvers alike. */
export function EventTable({
  page,
  items,
  under,
}: {
  page: Page;
  items: readonly EventItem[];
  /** Where the page of one is. */
  under: '/events' | '/admin/events';
}) {
  const { t } = page;
  const head = (key: string) => t(`events.organise.${key}`);
  return (
    <Table
      heads={[head('colEvent'), head('colState'), head('colDates'), head('colSeats'), head('colOrganiser')]}
    >
      {items.map((one) => (
        <Row key={one.id}>
          <RowHead>
            <a href={`${under}/${one.id}`}>{one.name}</a>
          </RowHead>
          <Cell label={head('colState')}>
            <EventPhase phase={one.phase} t={t} />
          </Cell>
          <Cell label={head('colDates')}>
            {one.state === 'DRAFT' ? '–' : <EventDates page={page} event={one} />}
          </Cell>
          <Cell label={head('colSeats')}>{one.seats}</Cell>
          <Cell label={head('colOrganiser')}>
            <span className="break">{one.organiser.replace(/^\w+:/u, '')}</span>
          </Cell>
        </Row>
      ))}
    </Table>
  );
}

export function EventPhase({ phase, t }: { phase: EventItem['phase']; t: Page['t'] }) {
  return <State kind={LOOK[phase]}>{t(`events.organise.phase.${phase}`)}</State>;
}

export function EventDates({
  page: { t, ctx, locale },
  event,
}: {
  page: Page;
  event: Pick<EventItem, 'startsAt' | 'endsAt'>;
}) {
  return (
    <span>
      <Words
        text={t('events.organise.dates', { from: slot('from'), until: slot('until') })}
        slots={{
          from: <Time at={event.startsAt} now={ctx.now()} locale={locale} />,
          until: <Time at={event.endsAt} now={ctx.now()} locale={locale} />,
        }}
      />
    </span>
  );
}
