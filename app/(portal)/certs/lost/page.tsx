import type { Metadata } from 'next';

import { LostForm } from '#components/certs/lost-form';
import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { PageHead } from '#components/ui/page-head';
import { slot, Words } from '#components/ui/words';
import { wordsOf } from '#components/ui/words-of';
import { LOST_LINK_MINUTES } from '#lib/certificates/send-lost-link';
import { openPage } from '#lib/http/page';

import { sendsMail } from '#lib/mail/sends-mail';
import { PortalPage } from '../../../portal-page';
import { askForLink } from './actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('certs.lost.title') };
}

/** From any machine: a link to the mailbox, which lists the certificates that may be revoked by it. */
export default async function LostPage() {
  const page = await openPage();
  const { t, config, person } = page;
  const contact = config.site.contact === '' ? t('certs.revoke.operators') : config.site.contact;
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        crumb={<a href="/certs">{t('certs.revoke.crumb')}</a>}
        title={t('certs.lost.title')}
        lede={t('certs.lost.lede')}
      />
      <div className="narrow stack">
        {person === null ? null : (
          <Callout>
            <p>{t('certs.lost.signedIn')}</p>
            <p className="actions">
              <LinkButton small href="/certs/revoke">
                {t('certs.lost.signedInGo')}
              </LinkButton>
            </p>
          </Callout>
        )}
        {!sendsMail(config, 'lost-link') ? (
          <Callout kind="warn">
            <p>
              <b>{t('certs.lost.noMailTitle')}</b>
            </p>
            <p>{t('certs.lost.noMail', { contact })}</p>
          </Callout>
        ) : (
          <LostForm
            action={askForLink}
            words={{
              ...wordsOf(t, 'certs.lost', [
                'email',
                'emailHelp',
                'send',
                'waiting',
                'sentTitle',
                'sentNone',
                'again',
              ]),
              sentLede: t('certs.lost.sentLede', { minutes: LOST_LINK_MINUTES }),
            }}
          />
        )}
      </div>
      <p className="section narrow">
        <Words
          text={t('certs.lost.others', { link: slot('link') })}
          slots={{ link: <a href="/certs/revoke">{t('certs.lost.othersLink')}</a> }}
        />
      </p>
    </PortalPage>
  );
}
