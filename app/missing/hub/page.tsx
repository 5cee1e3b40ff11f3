import type { Metadata } from 'next';

import { LinkButton } from '#components/ui/button';
import { PageHead } from '#components/ui/page-head';
import { openPage } from '#lib/http/page';

import { PortalPage } from '../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('hubs.one.noneTitle') };
}

/** A hub that is stopped is not listed: the address may have been right yesterday. */
export default async function NoSuchHub() {
  const page = await openPage();
  const { t } = page;
  return (
    <PortalPage page={page} at="hubs">
      <PageHead title={t('hubs.one.noneTitle')} lede={t('hubs.one.noneText')} />
      <p className="actions">
        <LinkButton look="primary" href="/hubs">
          {t('hubs.showAll')}
        </LinkButton>
      </p>
    </PortalPage>
  );
}
