import type { Metadata } from 'next';

import { openPage, requirePage } from '#lib/http/page';

import { PlanPage } from '../plan-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('events.plan.title') };
}

const NOTHING = { name: '', first: '', last: '', hubs: '', seats: '20', spare: '5' };

export default async function NewEventPage() {
  const page = await requirePage('events.manage', '/events/new');
  return <PlanPage page={page} id={null} title={page.t('events.plan.title')} values={NOTHING} organiser />;
}
