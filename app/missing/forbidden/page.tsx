import type { Metadata } from 'next';

import { LinkButton } from '#components/ui/button';
import { PageHead } from '#components/ui/page-head';
import { openPage } from '#lib/http/page';

import { PortalPage } from '../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('common.forbidden.title') };
}

/** Signed in, but without the role: says as whom, who can change that, and where to go on. */
export default async function Forbidden() {
  const page = await openPage();
  const { t, person, config } = page;
  const { contact } = config.site;
  const names = (person?.roles ?? []).map((role) => t(`admin.people.role.${role}`)).join(', ');
  return (
    <PortalPage page={page} at={null}>
      <PageHead
        kind="warn"
        title={t('common.forbidden.title')}
        lede={
          person === null
            ? t('common.forbidden.stranger')
            : names === ''
              ? t('common.forbidden.noRole', { name: person.name })
              : t('common.forbidden.roles', { name: person.name, roles: names })
        }
      />
      <p className="prose">
        {contact === '' ? t('common.forbidden.whatToDo') : t('common.forbidden.whatToDoContact', { contact })}
      </p>
      <p className="actions section-actions">
        <LinkButton look="primary" href="/">
          {t('common.broken.start')}
        </LinkButton>
        <LinkButton href="/account">{t('common.forbidden.account')}</LinkButton>
      </p>
    </PortalPage>
  );
}
