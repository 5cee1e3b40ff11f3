import type { Translate } from '#lib/ctx';

import { LinkButton } from '../ui/button';
import { PageHead } from '../ui/page-head';

/** Where hubs are listed only for holders of a certificate: where to show one. */
export function HubsHidden({ gateUrl, t }: { gateUrl: string; t: Translate }) {
  return (
    <>
      <PageHead icon="lock" kind="wait" title={t('hubs.hidden')} lede={t('hubs.hiddenText')} />
      <p className="actions">
        <LinkButton look="primary" href={`${gateUrl}/auth/certificate`}>
          {t('hubs.hiddenGo')}
        </LinkButton>
      </p>
    </>
  );
}
