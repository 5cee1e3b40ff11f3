/** Redeems a one-time link: the first administrator, one more person, or a forgotten password. */
import type { Metadata } from 'next';

import { openPage } from '#lib/http/page';
import { readSetupAction, setupAction } from '#lib/http/sign-in';

import { SetupForm } from '#components/admin/setup-form';
import { CodeBlock } from '#components/ui/code-block';

import { PortalPage } from '../../portal-page';
import '../../admin/admin-pages.css';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('signin.setup.page') };
}

export default async function SetupPage() {
  const page = await openPage();
  const { t } = page;
  const word = (key: string) => t(`signin.setup.${key}`);
  return (
    <PortalPage page={page} at={null}>
      <div className="narrow stack">
        <SetupForm
          action={setupAction}
          read={readSetupAction}
          words={{
            title: word('title'),
            lede: word('lede'),
            titleReset: word('titleReset'),
            ledeReset: t('signin.setup.ledeReset', { login: '{login}' }),
            link: word('link'),
            linkHelp: word('linkHelp'),
            login: word('login'),
            loginHelp: word('loginHelp'),
            name: word('name'),
            nameHelp: word('nameHelp'),
            email: word('email'),
            emailHelp: word('emailHelp'),
            optional: word('optional'),
            password: word('password'),
            passwordHelp: word('passwordHelp'),
            show: word('show'),
            submit: word('submit'),
            submitReset: word('submitReset'),
          }}
        />
        <div className="stack-2 section">
          <p className="meta">{word('expired')}</p>
          <CodeBlock code="npx hubgate admin create" about={t('common.aboutCommand')} t={t} />
        </div>
      </div>
    </PortalPage>
  );
}
