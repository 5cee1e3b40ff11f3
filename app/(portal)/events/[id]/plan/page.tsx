import type { Metadata } from 'next';
import { redirect } from 'next/navigation';

import { openPage, requirePage } from '#lib/http/page';

import { PlanPage } from '../../plan-page';
import { loadEvent } from '../load';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('events.plan.title') };
}

/** Plans an event anew that nobody approved. */
export default async function PlanAgainPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  const page = await requirePage('signed-in', `/events/${id}/plan`);
  const event = await loadEvent(page.ctx, id);
  if (!event.actions.includes('plan')) redirect(`/events/${id}`);
  const planned = event.state !== 'DRAFT';
  const values = {
    name: event.name,
    first: planned ? localDay(new Date(event.startsAt)) : '',
    // The last moment is the midnight after the last day.
    last: planned ? localDay(new Date(Date.parse(event.endsAt) - 1)) : '',
    hubs: event.hubs.join('\n'),
    seats: String(planned ? event.seats : 20),
    spare: String(planned ? event.quota - event.seats : 5),
  };
  const title = page.t('events.plan.titleOf', { event: event.name });
  return <PlanPage page={page} id={id} title={title} values={values} organiser={false} />;
}

function localDay(date: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
