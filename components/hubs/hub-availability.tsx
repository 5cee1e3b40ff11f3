import type { Translate } from '#lib/ctx';

import { Fold } from '../ui/fold';
import { spanOfTime } from '../ui/relative-time';
import { SectionHead } from '../ui/section-head';
import { Row, RowHead, Table } from '../ui/table';
import {
  availability,
  availableShare,
  dayMark,
  lastDays,
  outageSeconds,
  percentText,
  STRIP_DAYS,
  type AvailabilityDay,
} from './availability';
import { availabilityText, stripHtml } from './strip-html';

/** The strip of the last 90 days, its figures, and the days with an outage as a table. */
export function HubAvailability({
  days,
  t,
  now,
  locale,
}: {
  days: readonly AvailabilityDay[];
  t: Translate;
  now: Date;
  locale: string;
}) {
  const last = lastDays(days, now);
  const figures = availability(last);
  return (
    <section aria-labelledby="strip">
      <SectionHead
        id="strip"
        title={t('hubs.one.stripTitle')}
        note={availabilityText(figures, { t, locale })}
      />
      <div
        className="strip-large"
        dangerouslySetInnerHTML={{ __html: stripHtml(days, { t, now, locale }) }}
      />
      <p className="strip-cap" aria-hidden="true">
        <span>{t('hubs.one.stripFrom', { days: STRIP_DAYS - 1 })}</span>
        <span>{t('hubs.today')}</span>
      </p>
      <p className="meta strip-legend">{t('hubs.legend')}</p>
      {figures.outageDays > 0 ? (
        <TroubleDays last={last} n={figures.outageDays} t={t} locale={locale} />
      ) : null}
    </section>
  );
}

/** The strip in words, newest first: for who cannot see it, and for the figures. */
function TroubleDays({
  last,
  n,
  t,
  locale,
}: {
  last: ReturnType<typeof lastDays>;
  n: number;
  t: Translate;
  locale: string;
}) {
  const word = (key: string) => t(`hubs.one.${key}`);
  const troubled = last.filter(({ seconds }) => dayMark(seconds).depth > 0).reverse();
  return (
    <Fold title={t('hubs.one.troubleDays', { n })}>
      <Table heads={[word('day'), word('share'), word('outFor'), word('slowFor')]}>
        {troubled.map(({ date, seconds }) =>
          seconds === undefined ? null : (
            <Row key={date}>
              <RowHead>{date}</RowHead>
              <td role="cell" data-label={word('share')}>
                <span>{percentText(availableShare(seconds) ?? 0, locale)}</span>
              </td>
              <td role="cell" data-label={word('outFor')}>
                <span>{spanOfTime(outageSeconds(seconds), locale)}</span>
              </td>
              <td role="cell" data-label={word('slowFor')}>
                <span>{seconds.degraded === 0 ? '–' : spanOfTime(seconds.degraded, locale)}</span>
              </td>
            </Row>
          ),
        )}
      </Table>
    </Fold>
  );
}
