import type { Metadata } from 'next';
import { headers } from 'next/headers';

import { Callout } from '#components/ui/callout';
import { LinkButton } from '#components/ui/button';
import { PageHead } from '#components/ui/page-head';
import { openPage } from '#lib/http/page';

import { PortalPage } from '../../portal-page';
import { REASONS, reasonOf } from './reason';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('gate.title'), robots: { index: false } };
}

/** What the fronts show with status 403 in place of a hub: the reason, and what to do about it. */
export default async function GateRefusedPage() {
  const page = await openPage();
  const { t, config, visitor } = page;
  const asked = await headers();
  const reason = reasonOf(asked.get('x-hubgate-refusal'), visitor);
  const name = asked.get('x-hubgate-hub');
  const hub =
    name !== null && /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) ? t('gate.hub', { hub: name }) : t('gate.aHub');
  const values = { hub, organisation: config.pki.org };
  const { url, gateUrl } = config.site;
  return (
    <PortalPage page={page} at={null}>
      <PageHead
        kind={reason === 'revocations-unknown' ? 'warn' : 'bad'}
        title={t(`gate.${reason}`, values)}
        lede={t(`gate.${reason}Lede`, values)}
      />
      <div className="section stack narrow">
        <Callout>
          <p>{t(`gate.${reason}Text`, values)}</p>
        </Callout>
        {visitor.certificate?.commonName ? (
          <p className="meta">{t('gate.account', { name: visitor.certificate.commonName })}</p>
        ) : null}
        <p className="actions">
          <LinkButton look="primary" href={`${url}${REASONS[reason]}`}>
            {t(`gate.${reason}Go`)}
          </LinkButton>
          <LinkButton href={`${gateUrl}/status/cert-check`}>{t('gate.check')}</LinkButton>
        </p>
      </div>
    </PortalPage>
  );
}
