import type { Metadata } from 'next';

import { NameOrganiserForm } from '#components/events/name-organiser-form';
import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { listOrganisedEvents } from '#lib/events/list-events';
import { openPage, requirePage } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';

import { PortalPage } from '../../portal-page';
import { nameOne } from './actions';
import { EventTable } from './event-table';
import { Flash } from './flash';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('events.organise.title') };
}

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** The events that this person organises; operators see all, and make new ones. */
export default async function EventsPage({ searchParams }: Search) {
  const page = await requirePage('signed-in', '/events');
  const { t, ctx, person } = page;
  const { items } = await listOrganisedEvents(ctx);
  const manages = allows(person.roles, 'events.manage');
  return (
    <PortalPage page={page} at={null}>
      <PageHead
        title={t(manages ? 'events.organise.titleAll' : 'events.organise.title')}
        lede={t('events.organise.lede')}
      />
      <Flash page={page} query={await searchParams} />
      {manages && items.length > 0 ? (
        <p className="actions">
          <LinkButton look="primary" href="/events/new">
            {t('events.organise.new')}
          </LinkButton>
        </p>
      ) : null}
      <div className="section">
        {items.length > 0 ? (
          <EventTable page={page} items={items} under="/events" />
        ) : (
          <Empty
            title={t('events.organise.emptyTitle')}
            action={
              manages ? (
                <LinkButton look="primary" href="/events/new">
                  {t('events.organise.new')}
                </LinkButton>
              ) : undefined
            }
          >
            {t(manages ? 'events.organise.emptyOperator' : 'events.organise.emptyBody')}
          </Empty>
        )}
      </div>
      {manages ? (
        <section className="section" aria-labelledby="name-one">
          <SectionHead
            id="name-one"
            title={t('events.organise.nameTitle')}
            note={t('events.organise.nameHelp')}
          />
          <div className="wizard">
            <NameOrganiserForm
              action={nameOne}
              words={{
                name: t('events.plan.name'),
                organiser: t('events.plan.organiser'),
                submit: t('events.organise.nameSubmit'),
              }}
            />
          </div>
        </section>
      ) : null}
    </PortalPage>
  );
}
