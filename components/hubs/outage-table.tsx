import type { Translate } from '#lib/ctx';
import type { HubOutage } from '#lib/hubs/hub-history';

import { spanOfTime } from '../ui/relative-time';
import { SectionHead } from '../ui/section-head';
import { State } from '../ui/state';
import { Row, RowHead, Table } from '../ui/table';
import { Time } from '../ui/time';

/** When it was out, for how long, and what was seen; newest first. */
export function OutageTable({
  outages,
  t,
  now,
  locale,
}: {
  outages: readonly HubOutage[];
  t: Translate;
  now: Date;
  locale: string;
}) {
  const word = (key: string, values: Record<string, string> = {}) => t(`hubs.one.${key}`, values);
  return (
    <section className="section" aria-labelledby="outages">
      <SectionHead id="outages" flush={outages.length > 0} title={word('outagesTitle')} />
      {outages.length === 0 ? (
        <p className="meta">{word('outagesNone')}</p>
      ) : (
        <Table heads={[word('outageBegan'), word('outageLasted'), word('outageWhy')]}>
          {outages.map(({ id, from, to, why }) => {
            const ended = to === undefined ? now : new Date(to);
            const span = spanOfTime((ended.getTime() - Date.parse(from)) / 1000, locale);
            return (
              <Row key={id}>
                <RowHead>
                  <Time at={from} now={now} locale={locale} />
                </RowHead>
                <td role="cell" data-label={word('outageLasted')}>
                  <span>
                    {to === undefined ? <State kind="bad">{word('outageOpen', { span })}</State> : span}
                  </span>
                </td>
                <td role="cell" data-label={word('outageWhy')}>
                  <span>{t(`hubs.outage.${why}`)}</span>
                </td>
              </Row>
            );
          })}
        </Table>
      )}
    </section>
  );
}
