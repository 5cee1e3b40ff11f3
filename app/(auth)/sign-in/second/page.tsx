/** Between the first factor and the session: asks for the second one, or sets it up. */
import type { Metadata } from 'next';

import { openPage } from '#lib/http/page';
import {
  beginFactorTouchAction,
  enrolFactorAction,
  showFactorAction,
  touchFactorAction,
} from '#lib/http/second-factor';
import { openSecondStep } from '#lib/http/second-step-page';
import { qrCode } from '#lib/identity/qr-code';

import { SecondStep } from '#components/account/second-step';
import { wordsOf } from '#components/ui/words-of';

import { troubleWords } from '../../../admin/approve/touch-words';
import { PortalPage } from '../../../portal-page';
import '../../../admin/admin-pages.css';
import '../../../styles/account.css';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('signin.second.page') };
}

export default async function SecondStepPage() {
  const page = await openPage();
  const { t } = page;
  const half = await openSecondStep();
  const pending = half?.pending ?? null;
  const has = { app: (half?.counts.totp ?? 0) > 0, passkey: (half?.counts.passkey ?? 0) > 0 };
  return (
    <PortalPage page={page} at={null}>
      <div className="narrow stack">
        <SecondStep
          step={half?.step ?? 'over'}
          pending={pending === null ? null : { secret: pending.secret, qr: qrCode(pending.uri) }}
          has={has}
          touch={touchFactorAction}
          asking={{
            begin: beginFactorTouchAction,
            trouble: troubleWords(t),
            waiting: t('passkeys.touch.waiting'),
            noScript: t(`signin.second.${has.app ? 'touchNoScriptOrCode' : 'touchNoScript'}`),
          }}
          show={showFactorAction}
          enrol={enrolFactorAction}
          words={{
            ...wordsOf(t, 'signin.second', [
              'showTitle',
              'showLede',
              'showLedeTouch',
              'showLedeEither',
              'touchSubmit',
              'showCodeHelp',
              'showSubmit',
              'enrolTitle',
              'enrolLede',
              'enrolCodeHelp',
              'enrolSubmit',
              'doneTitle',
              'doneLede',
              'goOn',
              'overTitle',
              'overLede',
              'again',
              'lost',
              'lostPasskey',
              'enrolHint',
            ]),
            ...wordsOf(t, 'account.second', ['scan', 'qr', 'orType', 'code']),
            ...wordsOf(t, 'account.second', ['codesTitle', 'codesHelp', 'codesAbout']),
            copy: t('common.copy'),
            copied: t('common.copied'),
          }}
        />
      </div>
    </PortalPage>
  );
}
