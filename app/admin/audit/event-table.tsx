import type { AuditItem } from '#lib/audit/list-audit';
import type { Translate } from '#lib/ctx';

import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';

import { actorName } from '../../../components/admin/actor';

const OUTCOME = { done: 'ok', refused: 'warn', failed: 'bad' } as const;
/** Things with a story: a request's id, a certificate's serial, a person. */
const STORY = /^(?:R-[0-9A-Z]{8}|[0-9a-f]{16,40}|person:.+)$/;

/** Events, each with its exact time and all that was written down. */
export function EventTable({ items, here, t }: { items: readonly AuditItem[]; here: string; t: Translate }) {
  const word = (key: string) => t(`admin.audit.${key}`);
  const story = (name: string) => `${here}?about=${encodeURIComponent(name.replace(/^person:/, ''))}`;
  const name = (text: string, shown: string) =>
    STORY.test(text) ? (
      <a className="mono" href={story(text)} title={t('admin.audit.storyTitle', { about: shown })}>
        {shown}
      </a>
    ) : (
      <span className="mono">{shown}</span>
    );
  return (
    <Table
      className="dense-table rows listing audit-table"
      heads={[
        [word('colSeq'), 'num'],
        word('colAt'),
        word('colActor'),
        word('colAction'),
        word('colTarget'),
        word('colOutcome'),
        word('colDetails'),
      ]}
    >
      {items.map((event) => (
        <Row key={event.seq}>
          <RowHead className="num">{event.seq}</RowHead>
          <td role="cell" data-label={word('colAt')}>
            <time className="mono nowrap" dateTime={event.at}>
              {event.at.slice(0, 19).replace('T', ' ')}
            </time>
          </td>
          <td role="cell" data-label={word('colActor')}>
            <span className="break">{name(event.actor, actorName(event.actor))}</span>
          </td>
          <td role="cell" data-label={word('colAction')}>
            <span className="mono break">{event.action}</span>
          </td>
          <td role="cell" data-label={word('colTarget')}>
            <span className="break">{name(event.target, shortTarget(event.target))}</span>
          </td>
          <td role="cell" data-label={word('colOutcome')}>
            <span>
              <State kind={OUTCOME[event.outcome as keyof typeof OUTCOME] ?? 'off'}>
                {event.outcome in OUTCOME ? t(`admin.audit.outcome.${event.outcome}`) : event.outcome}
              </State>
            </span>
          </td>
          <td role="cell" data-label={word('colDetails')}>
            <Details event={event} t={t} />
          </td>
        </Row>
      ))}
    </Table>
  );
}

/** A serial has forty digits: its beginning tells it apart, the link has all of it. */
const shortTarget = (target: string): string =>
  /^[0-9a-f]{20,40}$/.test(target) ? `${target.slice(0, 16)}…` : target;

function Details({ event, t }: { event: AuditItem; t: Translate }) {
  const entries = Object.entries(event.data).filter(([, value]) => value !== '' && value !== null);
  return (
    <details className="event-details">
      <summary>{t('admin.audit.details')}</summary>
      <dl>
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>{key}</dt>
            <dd className="break">{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
        <div>
          <dt>{t('admin.audit.requestIdLabel')}</dt>
          <dd className="mono break">{event.requestId}</dd>
        </div>
        <div>
          <dt>{t('admin.audit.hash')}</dt>
          <dd className="mono break">{event.hash}</dd>
        </div>
      </dl>
    </details>
  );
}
