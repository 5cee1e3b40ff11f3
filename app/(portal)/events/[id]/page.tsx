import type { Metadata } from 'next';

import { EndEventForm } from '#components/events/end-event-form';
import { Button, LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { CodeBlock } from '#components/ui/code-block';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import type { EventView } from '#lib/events/view-event';
import { openPage, requirePage, type Page } from '#lib/http/page';

import { PortalPage } from '../../../portal-page';
import { endEvent, mailLinks } from '../actions';
import { EventFault } from '../event-fault';
import { EventHubs } from '../event-hubs';
import { EventDates, EventPhase } from '../event-table';
import { Flash } from '../flash';
import { loadEvent } from './load';
import { Participants } from './participants';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('events.organise.title') };
}

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** One event for its organiser: what to do next, and who is through and who is stuck where. */
export default async function EventPage({ params, searchParams }: Props) {
  const { id } = await params;
  const page = await requirePage('signed-in', `/events/${id}`);
  const event = await loadEvent(page.ctx, id);
  const { t } = page;
  const inviting = event.actions.includes('invite') && event.phase !== 'over';
  return (
    <PortalPage page={page} at={null}>
      <PageHead
        crumb={<a href="/events">{t('events.organise.crumb')}</a>}
        title={event.name}
        lede={<EventPhase phase={event.phase} t={t} />}
      />
      <Flash page={page} query={await searchParams} />
      {event.fault === null ? null : (
        <div className="section">
          <EventFault page={page} event={event} decides={false} />
        </div>
      )}
      <Facts page={page} event={event} />
      {event.actions.includes('plan') ? <ToPlan page={page} event={event} /> : null}
      {inviting ? <Invitations page={page} event={event} /> : null}
      {event.participants.length > 0 ? <Participants page={page} event={event} inviting={inviting} /> : null}
      {event.state === 'APPROVED' || event.state === 'CLOSED' ? <Accounts page={page} event={event} /> : null}
      {event.actions.includes('close') && (event.state !== 'CLOSED' || event.revocable > 0) ? (
        <End page={page} event={event} />
      ) : null}
    </PortalPage>
  );
}

type Part = { page: Page; event: EventView };

function Facts({ page, event }: Part) {
  const { t } = page;
  const facts: [string, React.ReactNode][] = [
    [
      t('events.organise.id'),
      <span key="id" className="mono">
        {event.id}
      </span>,
    ],
    [t('events.organise.organiser'), event.organiser.replace(/^\w+:/u, '')],
  ];
  if (event.state !== 'DRAFT') {
    facts.push(
      [t('events.organise.colDates'), <EventDates key="dates" page={page} event={event} />],
      [t('events.organise.colSeats'), t('events.organise.seats', { seats: event.seats, quota: event.quota })],
      [t('events.organise.hubs'), <EventHubs key="hubs" page={page} event={event} letIn={null} />],
    );
  }
  if (event.reason !== null && event.state === 'REJECTED')
    facts.push([t('events.organise.reason'), event.reason]);
  return (
    <dl className="kv section">
      {facts.map(([label, value]) => (
        <div key={label} className="kv-row">
          <dt>{label}</dt>
          <dd className="break">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function ToPlan({ page: { t }, event }: Part) {
  const waiting = event.state === 'WAITING';
  return (
    <section className="section stack">
      {waiting ? (
        <Callout kind="plain">
          <p>
            <b>{t('events.organise.waitingTitle')}</b>
          </p>
          <p>{t('events.organise.waitingText')}</p>
        </Callout>
      ) : null}
      <p className="actions">
        <LinkButton look={waiting ? 'plain' : 'primary'} href={`/events/${event.id}/plan`}>
          {t(event.state === 'DRAFT' ? 'events.organise.plan' : 'events.organise.change')}
        </LinkButton>
      </p>
    </section>
  );
}

function Invitations({ page: { t, config }, event }: Part) {
  const mails = config.mail.transport !== 'none';
  const left = event.participants.filter(
    ({ email, mailed, step }) => email !== null && !mailed && step !== 'checked',
  ).length;
  return (
    <section className="section" aria-labelledby="invite">
      <SectionHead
        id="invite"
        title={t('events.organise.inviteTitle')}
        note={t('events.organise.inviteHelp')}
      />
      {mails ? null : <p className="meta participant-detail">{t('events.organise.noMail')}</p>}
      <div className="actions">
        {mails && left > 0 ? (
          <form action={mailLinks}>
            <input type="hidden" name="id" value={event.id} />
            <Button look="primary" type="submit">
              {t('events.organise.mailAll', { n: left })}
            </Button>
          </form>
        ) : null}
        <LinkButton look={mails && left > 0 ? 'plain' : 'primary'} href={`/events/${event.id}/cards`}>
          {t('events.organise.cards')}
        </LinkButton>
      </div>
    </section>
  );
}

function Accounts({ page: { t }, event }: Part) {
  return (
    <section className="section" aria-labelledby="accounts">
      <SectionHead
        id="accounts"
        title={t('events.organise.accountsTitle')}
        note={t('events.organise.accountsHelp')}
      />
      <div className="stack-2">
        <p className="actions">
          <LinkButton href={`/events/${event.id}/accounts/list.csv`}>{t('events.organise.csv')}</LinkButton>
          <LinkButton href={`/events/${event.id}/accounts/newusers.txt`}>
            {t('events.organise.newusers')}
          </LinkButton>
        </p>
        <CodeBlock
          code={`cut -d: -f1 ${event.id}.newusers | xargs getent passwd`}
          about={t('events.organise.newusersCheck')}
          t={t}
        />
      </div>
    </section>
  );
}

function End({ page: { t }, event }: Part) {
  const n = event.revocable;
  return (
    <section className="section" aria-labelledby="end">
      <SectionHead
        id="end"
        title={t('events.organise.endTitle')}
        note={t('events.organise.endText', { n })}
      />
      <div className="wizard">
        <EndEventForm
          action={endEvent}
          id={event.id}
          expected={n}
          words={{
            confirm: t('events.organise.endConfirm', { n }),
            confirmHelp: t('events.organise.endConfirmHelp'),
            submit: t('events.organise.endSubmit', { n }),
          }}
        />
      </div>
    </section>
  );
}
