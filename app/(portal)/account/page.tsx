/** What is a person's own at this portal, whoever is signed in. */
import type { Metadata } from 'next';

import type { ErrorCode } from '#lib/errors';
import { openPage, requirePage } from '#lib/http/page';
import { listPasskeys } from '#lib/identity/list-passkeys';
import { allows } from '#lib/identity/role-table';

import { Passkeys } from '#components/account/passkeys';
import { Callout } from '#components/ui/callout';
import { PageHead } from '#components/ui/page-head';

import { troubleWords } from '../../admin/approve/touch-words';
import { PortalPage } from '../../portal-page';
import '../../admin/admin-pages.css';
import { addNewPasskey, beginNewPasskey, proposeOwnPasskey, removeOwnPasskey } from './passkey-actions';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('passkeys.account.page') };
}

const DONE = ['added', 'removed', 'proposed'] as const;

export default async function AccountPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const page = await requirePage('signed-in', '/account');
  const { t, ctx, person, config, locale } = page;
  const [passkeys, query] = await Promise.all([listPasskeys(ctx), searchParams]);
  const done = DONE.find((one) => one === query['done']);
  const problem = query['problem'];
  return (
    <PortalPage page={page} at={null}>
      <div className="stack">
        <PageHead
          title={t('passkeys.account.title')}
          lede={t('passkeys.account.lede', { name: person.name })}
        />
        {done ? (
          <Callout kind="ok" alert>
            <p>{t(`passkeys.account.done.${done}`)}</p>
          </Callout>
        ) : null}
        {typeof problem === 'string' && /^[a-z]+\.[a-z-]+$/.test(problem) ? (
          <Problem code={problem as ErrorCode} t={t} />
        ) : null}
        <Passkeys
          passkeys={passkeys}
          approver={allows(person.roles, 'requests.decide')}
          required={config.approval.require === 'passkey'}
          begin={beginNewPasskey}
          add={addNewPasskey}
          remove={removeOwnPasskey}
          propose={proposeOwnPasskey}
          trouble={troubleWords(t)}
          now={ctx.now()}
          locale={locale}
          t={t}
        />
      </div>
    </PortalPage>
  );
}

function Problem({ code, t }: { code: ErrorCode; t: (key: string) => string }) {
  const key = `errors.${code.replaceAll('.', '_')}`;
  return (
    <Callout kind="bad" alert>
      <p>
        <b>{t(`${key}.title`)}</b>
      </p>
      <p>{t(`${key}.advice`)}</p>
    </Callout>
  );
}
