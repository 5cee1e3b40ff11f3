import type { Metadata } from 'next';

import { MailboxProof } from '#components/certs/mailbox-proof';
import { wordsOf } from '#components/ui/words-of';
import { openPage } from '#lib/http/page';

import { PortalPage } from '../../../portal-page';
import { proveMailbox } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('certs.mailbox.title') };
}

/** Where the link of the first mail leads: one click proves the mailbox. */
export default async function MailboxPage() {
  const page = await openPage();
  return (
    <PortalPage page={page} at="certs">
      <MailboxProof
        action={proveMailbox}
        words={wordsOf(
          page.t,
          'certs.mailbox',
          ['title', 'lede', 'secret', 'secretHelp', 'confirm', 'waiting', 'doneTitle', 'doneLede', 'see'],
          ['id', 'email'],
        )}
      />
    </PortalPage>
  );
}
