import type { Metadata } from 'next';
import { redirect } from 'next/navigation';

import { CardSheet } from '#components/events/card-sheet';
import { openPage, requirePage } from '#lib/http/page';

import { PortalPage } from '../../../../portal-page';
import { makeCards } from '../../actions';
import { loadEvent } from '../load';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('events.organise.cards') };
}

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

/** A sheet of cards with QR codes, made on a click and shown this once. */
export default async function CardsPage({ params, searchParams }: Props) {
  const { id } = await params;
  const page = await requirePage('signed-in', `/events/${id}/cards`);
  const event = await loadEvent(page.ctx, id);
  if (!event.actions.includes('invite')) redirect(`/events/${id}`);
  const { participant } = await searchParams;
  const one = event.participants.find((some) => some.id === participant) ?? null;
  const n = event.participants.filter(({ step }) =>
    ['none', 'invited', 'opened', 'trusted'].includes(step),
  ).length;
  const { t, config } = page;
  const name = one?.name ?? one?.commonName ?? '';
  const word = (key: string, values = {}) => t(`events.cards.${key}`, values);
  return (
    <PortalPage page={page} at={null}>
      <CardSheet
        action={makeCards}
        id={id}
        participant={one?.id ?? null}
        possible={one !== null || n > 0}
        event={event.name}
        words={{
          crumb: t('events.organise.crumb'),
          title: word('title', { event: event.name }),
          lede: word('lede'),
          make: one === null ? word('make', { n }) : word('makeOne', { name }),
          none: word('none'),
          print: word('print'),
          scan: word('scan', { url: `${config.site.url}/join` }),
          code: word('code'),
          qr: word('qr', { name: '{name}' }),
          busy: word('busy'),
          back: word('back'),
        }}
      />
    </PortalPage>
  );
}
