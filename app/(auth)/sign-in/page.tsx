/** Sign-in with login and password; says how to become the first administrator while there is none. */
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';

import { openPage } from '#lib/http/page';
import { safeNext } from '#lib/http/safe-next';
import { signInAction } from '#lib/http/sign-in';
import { hasPeople } from '#lib/identity/people';

import { SignInForm } from '#components/admin/sign-in-form';
import { Callout } from '#components/ui/callout';
import { CodeBlock } from '#components/ui/code-block';
import { PageHead } from '#components/ui/page-head';

import { PortalPage } from '../../portal-page';
import '../../admin/admin-pages.css';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('signin.page') };
}

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const page = await openPage();
  const { t, ctx, person } = page;
  const wanted = (await searchParams)['next'];
  const next = safeNext(typeof wanted === 'string' ? wanted : undefined, '/admin');
  if (person) redirect(next);
  const somebody = await hasPeople(ctx);
  return (
    <PortalPage page={page} at={null}>
      <div className="narrow stack">
        <PageHead title={t('signin.title')} lede={t('signin.lede')} />
        {somebody ? null : (
          <Callout kind="warn">
            <p>{t('signin.firstTime')}</p>
            <CodeBlock code="npx hubgate admin create" about={t('common.aboutCommand')} t={t} />
          </Callout>
        )}
        <SignInForm
          action={signInAction}
          next={next}
          words={{
            login: t('signin.login'),
            password: t('signin.password'),
            submit: t('signin.submit'),
          }}
        />
        {somebody ? (
          <div className="stack-2 section">
            <p className="meta">{t('signin.forgot')}</p>
            <CodeBlock code="npx hubgate admin reset LOGIN" about={t('common.aboutCommand')} t={t} />
          </div>
        ) : null}
        <p>
          <a href="/certs/new">{t('signin.requestInstead')}</a>
        </p>
      </div>
    </PortalPage>
  );
}
