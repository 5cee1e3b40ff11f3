import type { Metadata } from 'next';
import { headers } from 'next/headers';

import { Callout } from '#components/ui/callout';
import { LinkButton } from '#components/ui/button';
import { PageHead } from '#components/ui/page-head';
import { openPage } from '#lib/http/page';
import { isHubName } from '#lib/hubs/hub-name';

import { PortalPage } from '../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('gate.hubDownTitle'), robots: { index: false } };
}

/** What a front shows with status 503 where somebody may enter a hub and it does not answer. */
export default async function GateHubDownPage() {
  const page = await openPage();
  const { t, config } = page;
  const name = (await headers()).get('x-hubgate-hub') ?? '';
  const values = {
    hub: isHubName(name) ? t('gate.hub', { hub: name }) : t('gate.aHub'),
  };
  return (
    <PortalPage page={page} at={null}>
      <PageHead kind="warn" title={t('gate.hubDown', values)} lede={t('gate.hubDownLede', values)} />
      <div className="section stack narrow">
        <Callout>
          <p>{t('gate.hubDownText', values)}</p>
        </Callout>
        <p className="actions">
          {/* Wherever in the hub they were going: this very address. */}
          <LinkButton look="primary" href="">
            {t('gate.hubDownAgain')}
          </LinkButton>
          <LinkButton href={`${config.site.url}/hubs`}>{t('gate.seeHubs')}</LinkButton>
        </p>
      </div>
    </PortalPage>
  );
}
