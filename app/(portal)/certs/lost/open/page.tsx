import type { Metadata } from 'next';

import { LostOpen } from '#components/certs/lost-open';
import { PageHead } from '#components/ui/page-head';
import { wordsOf } from '#components/ui/words-of';
import { openPage } from '#lib/http/page';

import { PortalPage } from '../../../../portal-page';
import { openLink } from '../actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('certs.lost.openTitle') };
}

/** Where the link of the mail leads: one click shows the list. */
export default async function LostOpenPage() {
  const page = await openPage();
  const { t } = page;
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        crumb={<a href="/certs/lost">{t('certs.lost.title')}</a>}
        title={t('certs.lost.openTitle')}
        lede={t('certs.lost.openLede')}
      />
      <div className="narrow">
        <LostOpen
          action={openLink}
          words={wordsOf(t, 'certs.lost', ['secret', 'secretHelp', 'open', 'waiting'])}
        />
      </div>
    </PortalPage>
  );
}
