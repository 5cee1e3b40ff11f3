import type { Metadata } from 'next';

import { openPage } from '#lib/http/page';

import { LinkButton } from '#components/ui/button';
import { PageHead } from '#components/ui/page-head';

import { PortalPage } from '../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('admin.common.notFoundTitle') };
}

/** No such request or certificate, or none for this person's roles. */
export default async function AdminNotFound() {
  const page = await openPage();
  const { t } = page;
  return (
    <PortalPage page={page} at={null}>
      <PageHead kind="warn" title={t('admin.common.notFoundTitle')} lede={t('admin.common.notFoundBody')} />
      <p className="actions">
        <LinkButton look="primary" href="/admin">
          {t('admin.common.notFoundAction')}
        </LinkButton>
      </p>
    </PortalPage>
  );
}
