/** Training events: which wait for a decision, and how the others are. */
import { listEvents } from '#lib/events/list-events';
import { requirePage } from '#lib/http/page';

import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';

import { EventTable } from '../../(portal)/events/event-table';
import { AdminFrame, PLACES } from '../admin-frame';
import { adminTitle } from '../title';

export const generateMetadata = () => adminTitle('events.decide.page');

export default async function AdminEventsPage() {
  const page = await requirePage(PLACES.events, '/admin/events');
  const { t } = page;
  const { items } = await listEvents(page.ctx);
  return (
    <AdminFrame page={page} at="events">
      <div className="head">
        <h1>{t('events.decide.title', { n: items.filter(({ state }) => state === 'WAITING').length })}</h1>
      </div>
      {items.length > 0 ? (
        <EventTable page={page} items={items} under="/admin/events" />
      ) : (
        <div className="section">
          <h2 className="vh">{t('events.decide.page')}</h2>
          <Empty
            title={t('events.decide.emptyTitle')}
            action={<LinkButton href="/events">{t('events.decide.emptyAction')}</LinkButton>}
          >
            {t('events.decide.emptyBody')}
          </Empty>
        </div>
      )}
    </AdminFrame>
  );
}
