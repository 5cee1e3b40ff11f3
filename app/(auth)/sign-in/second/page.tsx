/** Between the first factor and the session: asks for the second one, or sets it up. */
import type { Metadata } from 'next';

import { openPage } from '#lib/http/page';
import { enrolFactorAction, showFactorAction } from '#lib/http/second-factor';
import { openSecondStep } from '#lib/http/second-step-page';
import { qrCode } from '#lib/identity/qr-code';

import { SecondStep } from '#components/account/second-step';
import { wordsOf } from '#components/ui/words-of';

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
  const pending = half?.factors.pending ?? null;
  return (
    <PortalPage page={page} at={null}>
      <div className="narrow stack">
        <SecondStep
          step={half?.step ?? 'over'}
          pending={pending === null ? null : { secret: pending.secret, qr: qrCode(pending.uri) }}
          show={showFactorAction}
          enrol={enrolFactorAction}
          words={{
            ...wordsOf(t, 'signin.second', [
              'showTitle',
              'showLede',
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
