/** The ways to sign in that the configuration names; says how to become the first administrator while there is none. */
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';

import { ERROR_CODES } from '#lib/errors';
import { openPage } from '#lib/http/page';
import { safeNext } from '#lib/http/safe-next';
import { signInAction } from '#lib/http/sign-in';
import { homeOfRoles } from '#lib/http/start-session';
import { hasPeople } from '#lib/identity/people';

import { OtherWays } from '#components/account/other-ways';
import { SignInForm } from '#components/admin/sign-in-form';
import { Callout } from '#components/ui/callout';
import { CodeBlock } from '#components/ui/code-block';
import { PageHead } from '#components/ui/page-head';

import { PortalPage } from '../../portal-page';
import '../../admin/admin-pages.css';
import '../../styles/account.css';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('signin.page') };
}

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const page = await openPage();
  const { t, ctx, person, config } = page;
  const { next: wanted, problem, provider } = await searchParams;
  const next = safeNext(typeof wanted === 'string' ? wanted : undefined, '');
  if (person) redirect(next || homeOfRoles(person.roles));
  const { local, certificate, oidc } = config.signIn;
  const code = ERROR_CODES.find((known) => known === problem);
  const label = oidc.find(({ id }) => id === provider)?.label;
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
        {code === undefined ? null : (
          <Callout kind="bad" alert>
            <p>
              <b>
                {label === undefined
                  ? t(`errors.${word(code)}.title`)
                  : `${label}: ${t(`errors.${word(code)}.title`)}`}
              </b>
            </p>
            <p>{t(`errors.${word(code)}.advice`)}</p>
          </Callout>
        )}
        <OtherWays
          ways={[
            ...oidc.map((one) => ({
              href: `/auth/oidc/${one.id}${next === '' ? '' : `?${new URLSearchParams({ next })}`}`,
              word: t('signin.with', { provider: one.label }),
            })),
            ...(certificate
              ? [
                  {
                    href: `/auth/certificate/start?${certificateNext(next)}`,
                    word: t('signin.byCertificate'),
                  },
                ]
              : []),
          ]}
          label={t('signin.ways')}
          first={oidc.length > 0}
        />
        {local ? (
          <SignInForm
            action={signInAction}
            next={next}
            first={oidc.length === 0}
            words={{
              login: t('signin.login'),
              password: t('signin.password'),
              submit: t('signin.submit'),
            }}
          />
        ) : null}
        {somebody && local ? (
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

const word = (code: string) => code.replaceAll('.', '_');

/** By way of the gate, which sees the certificate, and back to where it becomes a session. */
function certificateNext(next: string): URLSearchParams {
  const back = next === '' ? '' : `?${new URLSearchParams({ next })}`;
  return new URLSearchParams({ next: `/auth/certificate/sign-in${back}` });
}
