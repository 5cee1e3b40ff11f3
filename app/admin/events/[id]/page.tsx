/** One event for who decides on it: exactly what one approval allows. */
import { notFound } from 'next/navigation';

import { isHubgateError } from '#lib/errors';
import { EventId } from '#lib/events/event-id';
import { viewEventForDecision, type EventDecisionView } from '#lib/events/view-event';
import { requirePage, type Page } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';

import { EventDecisionForm } from '#components/events/event-decision-form';
import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { CodeBlock } from '#components/ui/code-block';
import { Fingerprint } from '#components/ui/fingerprint';
import { SectionHead } from '#components/ui/section-head';
import { Time } from '#components/ui/time';

import { actorWord } from '../../../../components/admin/actor';
import { EventFault } from '../../../(portal)/events/event-fault';
import { EventHubs } from '../../../(portal)/events/event-hubs';
import { EventPhase } from '../../../(portal)/events/event-table';
import { AdminFrame, PLACES } from '../../admin-frame';
import { touchWords } from '../../approve/touch-words';
import { adminTitle } from '../../title';
import { beginEvent, decideEvent, letIn } from '../actions';

export const generateMetadata = () => adminTitle('events.decide.page');

const DONE = ['approved', 'first', 'rejected', 'letIn'] as const;

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function AdminEventPage({ params, searchParams }: Props) {
  const { id } = await params;
  const page = await requirePage(PLACES.events, `/admin/events/${id}`);
  const event = await load(page, id);
  const { t, person } = page;
  const asked = (await searchParams)['done'];
  const done = DONE.find((one) => one === asked);
  return (
    <AdminFrame page={page} at="events">
      <div className="head">
        <p className="crumb">
          <a href="/admin/events">{t('events.decide.page')}</a>
        </p>
        <h1>{event.name}</h1>
        <p>
          <EventPhase phase={event.phase} t={t} />
        </p>
      </div>
      {done === undefined ? null : (
        <Callout kind="ok">
          <p role="status">{t(`events.decide.done.${done}`)}</p>
        </Callout>
      )}
      {event.fault === null ? null : (
        <div className="section">
          <EventFault page={page} event={event} decides />
        </div>
      )}
      <div className="cols cols-aside section">
        <Allowed page={page} event={event} />
        <aside aria-label={t('events.decide.decision')}>
          <Decision page={page} event={event} />
          {allows(person.roles, 'events.manage') ? (
            <p className="actions section-actions">
              <LinkButton href={`/events/${event.id}`}>{t('events.decide.organise')}</LinkButton>
            </p>
          ) : null}
        </aside>
      </div>
    </AdminFrame>
  );
}

type Part = { page: Page; event: EventDecisionView };

function Allowed({ page, event }: Part) {
  const { t, ctx, locale } = page;
  const word = (key: string, values = {}) => t(`events.decide.${key}`, values);
  const facts: [string, React.ReactNode][] = [
    [
      t('events.organise.id'),
      <span key="id" className="mono">
        {event.id}
      </span>,
    ],
    [t('events.organise.organiser'), actorWord(event.organiser, t)],
    [word('from'), <Time key="from" at={event.startsAt} now={ctx.now()} locale={locale} />],
    [word('until'), <Time key="until" at={event.endsAt} now={ctx.now()} locale={locale} />],
    [word('quota'), event.quota],
    [word('profile'), word('profileUser')],
    [
      t('events.organise.hubs'),
      <EventHubs
        key="hubs"
        page={page}
        event={event}
        letIn={allows(page.person?.roles ?? [], 'hubs.manage') ? letIn : null}
      />,
    ],
  ];
  return (
    <section aria-labelledby="what" className="stack">
      <SectionHead id="what" title={word('what')} />
      <dl className="kv">
        {facts.map(([label, value]) => (
          <div key={label} className="kv-row">
            <dt>{label}</dt>
            <dd className="break">{value}</dd>
          </div>
        ))}
      </dl>
      <h3>{word('names', { n: event.seats })}</h3>
      <p className="mono break">{event.participants.map(({ commonName }) => commonName).join(', ')}</p>
      {event.digest === null ? null : (
        <>
          <h3>{word('digest')}</h3>
          <Fingerprint hex={event.digest} />
        </>
      )}
    </section>
  );
}

function Decision({ page, event }: Part) {
  const { t, person, config, ctx, locale } = page;
  const word = (key: string, values = {}) => t(`events.decide.${key}`, values);
  const again = event.state === 'APPROVED';
  const may = allows(person?.roles ?? [], 'requests.decide') && event.actions.includes('approve');
  return (
    <section className="panel" aria-labelledby="decide">
      <h2 id="decide">{word('decision')}</h2>
      {event.approvals.length === 0 ? null : (
        <ul className="panel-body approvals">
          {event.approvals.map(({ approver, at }) => (
            <li key={approver}>
              {word('approvals')} {actorWord(approver, t)} <Time at={at} now={ctx.now()} locale={locale} />
            </li>
          ))}
        </ul>
      )}
      {may && event.own ? (
        <div className="panel-body">
          <p>{word('own')}</p>
          <CodeBlock code={`npx hubgate events approve ${event.id}`} about={t('common.aboutCommand')} t={t} />
        </div>
      ) : may ? (
        <EventDecisionForm
          action={decideEvent}
          id={event.id}
          version={event.version}
          touch={config.approval.require === 'passkey' ? { begin: beginEvent, ...touchWords(t) } : null}
          words={{
            approve: word(again ? 'approveAgain' : 'approve'),
            approveHelp:
              event.approvalsNeeded > 1
                ? word('second', { n: event.approvals.length, needed: event.approvalsNeeded })
                : word('approveHelp'),
            // What was approved is ended by its organiser, and not rejected.
            reject: again ? null : word('reject'),
            reason: word('reason'),
            reasonHelp: word('reasonHelp'),
          }}
        />
      ) : (
        <p className="panel-body meta">{event.reason ?? word('decided')}</p>
      )}
    </section>
  );
}

async function load(page: Page, id: string): Promise<EventDecisionView> {
  if (!EventId.safeParse(id).success) notFound();
  try {
    return await viewEventForDecision(page.ctx, { id });
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'event.not-found') notFound();
    throw thrown;
  }
}
