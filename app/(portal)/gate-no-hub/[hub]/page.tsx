import type { Metadata } from 'next';

import { Callout } from '#components/ui/callout';
import { LinkButton } from '#components/ui/button';
import { PageHead } from '#components/ui/page-head';
import { openPage } from '#lib/http/page';
import { hubAtPath } from '#lib/hubs/hub-at-path';
import { isHubName } from '#lib/hubs/hub-name';
import { hubVisitor } from '#lib/hubs/hub-visitor';

import { PortalPage } from '../../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('gate.noHubTitle'), robots: { index: false } };
}

/** What the gate shows with status 404 where it leads to no hub: there is none, or nobody told it where it runs. */
export default async function GateNoHubPage({ params }: { params: Promise<{ hub: string }> }) {
  const page = await openPage();
  const { t, ctx, config, visitor } = page;
  const asked = (await params).hub;
  const name = isHubName(asked) ? asked : '';
  const what = await hubAtPath(ctx, { name, visitor: hubVisitor(visitor) });
  const values = { hub: name === '' ? t('gate.aHub') : t('gate.hub', { hub: name }) };
  const words = what === 'none' ? 'noHub' : 'notRouted';
  return (
    <PortalPage page={page} at={null}>
      <PageHead
        kind={what === 'none' ? 'bad' : 'warn'}
        title={t(`gate.${words}`, values)}
        lede={t(`gate.${words}Lede`, values)}
      />
      <div className="section stack narrow">
        <Callout>
          <p>{t(`gate.${words}Text`, values)}</p>
        </Callout>
        <p className="actions">
          <LinkButton look="primary" href={`${config.site.url}/hubs`}>
            {t('gate.seeHubs')}
          </LinkButton>
        </p>
      </div>
    </PortalPage>
  );
}
