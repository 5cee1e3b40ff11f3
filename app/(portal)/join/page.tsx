import type { Metadata } from 'next';

import { OpenInvitation } from '#components/events/open-invitation';
import { wordsOf } from '#components/ui/words-of';
import { openPage } from '#lib/http/page';

import { PortalPage } from '../../portal-page';
import { openPlace } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('events.join.title') };
}

/** Where the link of an invitation leads: its secret stands behind `#`, or is typed from a card. */
export default async function JoinPage() {
  const page = await openPage();
  return (
    <PortalPage page={page} at="certs">
      <OpenInvitation
        action={openPlace}
        words={wordsOf(page.t, 'events.join', ['title', 'lede', 'secret', 'secretHelp', 'submit', 'waiting'])}
      />
    </PortalPage>
  );
}
