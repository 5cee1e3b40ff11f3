/** Shows a present factor again, ahead of a change of the person's factors. */
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';

import { openAccount } from '#lib/http/account-page';
import { openPage } from '#lib/http/page';

import { ConfirmStep } from '#components/account/confirm-step';
import { PageHead } from '#components/ui/page-head';
import { wordsOf } from '#components/ui/words-of';

import { troubleWords } from '../../../admin/approve/touch-words';
import { PortalPage } from '../../../portal-page';
import { beginConfirmation, confirmByCode, confirmByTouch } from './actions';
import '../../../admin/admin-pages.css';
import '../../../styles/account.css';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('account.confirm.page') };
}

export default async function ConfirmPage() {
  const { page, factors, confirmation } = await openAccount('/account/confirm');
  const { t } = page;
  if (confirmation !== 'show') redirect('/account');
  const has = { app: factors.counts.totp > 0, passkey: factors.counts.passkey > 0 };
  return (
    <PortalPage page={page} at={null}>
      <div className="narrow stack">
        <PageHead title={t('account.confirm.title')} lede={t('account.confirm.lede')} />
        <ConfirmStep
          has={has}
          touch={confirmByTouch}
          asking={{
            begin: beginConfirmation,
            trouble: troubleWords(t),
            waiting: t('passkeys.touch.waiting'),
            noScript: t(`account.confirm.${has.app ? 'touchNoScriptOrCode' : 'touchNoScript'}`),
          }}
          show={confirmByCode}
          words={{
            ...wordsOf(t, 'account.confirm', ['touchSubmit', 'codeHelp', 'submit', 'cancel']),
            code: t('account.second.code'),
          }}
        />
      </div>
    </PortalPage>
  );
}
