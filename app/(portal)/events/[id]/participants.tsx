import { Button, LinkButton } from '#components/ui/button';
import { SectionHead } from '#components/ui/section-head';
import { State, type StateKind } from '#components/ui/state';
import { Cell, Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';
import { STEPS, type EventView, type ParticipantView, type Step } from '#lib/events/view-event';
import type { Page } from '#lib/http/page';

import { mailLinks } from '../actions';

const LOOK: Record<Step, StateKind> = {
  none: 'off',
  invited: 'wait',
  opened: 'wait',
  trusted: 'wait',
  requested: 'wait',
  issued: 'ok',
  fetched: 'ok',
  checked: 'ok',
};

/** Who is through, and who is stuck at which step; with a new link for each. */
export function Participants({ page, event, inviting }: { page: Page; event: EventView; inviting: boolean }) {
  const { t, ctx, locale, config } = page;
  const word = (key: string, values = {}) => t(`events.organise.${key}`, values);
  const mails = config.mail.transport !== 'none';
  return (
    <section className="section" aria-labelledby="people">
      <SectionHead flush id="people" title={word('peopleTitle')} />
      {event.state === 'APPROVED' ? (
        <ul className="step-counts" aria-label={word('colStep')}>
          {STEPS.filter((step) => event.counts[step] > 0).map((step) => (
            <li key={step}>
              <b>{event.counts[step]}</b> {word(`step.${step}`)}
            </li>
          ))}
        </ul>
      ) : null}
      <Table
        heads={[
          word('colAccount'),
          word('colPerson'),
          word('colStep'),
          ...(inviting ? [word('colLink')] : []),
        ]}
      >
        {event.participants.map((one) => (
          <Row key={one.id}>
            <RowHead>
              <span className="mono break">{one.commonName}</span>
            </RowHead>
            <Cell label={word('colPerson')}>
              {one.name === null && one.email === null ? (
                <span className="quiet-ink">{word('unnamed')}</span>
              ) : (
                <span className="break">
                  {one.name}
                  {one.email === null ? null : <span className="participant-detail break">{one.email}</span>}
                </span>
              )}
            </Cell>
            <Cell label={word('colStep')}>
              <span>
                <State kind={one.stuck ? 'bad' : LOOK[one.step]}>
                  {one.stuck ? word('stuck', { state: one.stuck }) : word(`step.${one.step}`)}
                </State>
                {one.at === null ? null : (
                  <span className="participant-detail">
                    <Time at={one.at} now={ctx.now()} locale={locale} />
                  </span>
                )}
              </span>
            </Cell>
            {inviting ? (
              <Cell label={word('colLink')}>
                <NewLink page={page} event={event.id} one={one} mails={mails} />
              </Cell>
            ) : null}
          </Row>
        ))}
      </Table>
    </section>
  );
}

function NewLink({
  page: { t },
  event,
  one,
  mails,
}: {
  page: Page;
  event: string;
  one: ParticipantView;
  mails: boolean;
}) {
  const name = one.name ?? one.commonName;
  return (
    <span className="row-actions">
      {mails && one.email !== null ? (
        <form action={mailLinks}>
          <input type="hidden" name="id" value={event} />
          <input type="hidden" name="participant" value={one.id} />
          <Button small type="submit" aria-label={t('events.organise.mailOne', { name })}>
            {t('events.organise.mailOneShort')}
          </Button>
        </form>
      ) : null}
      <LinkButton
        small
        href={`/events/${event}/cards?participant=${one.id}`}
        aria-label={t('events.organise.cardOne', { name })}
      >
        {t('events.organise.cardOneShort')}
      </LinkButton>
    </span>
  );
}
