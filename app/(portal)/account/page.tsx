/** A person's own page: where they are signed in, and by what. */
import type { Metadata } from 'next';

import { ERROR_CODES } from '#lib/errors';
import { listOrganisedEvents } from '#lib/events/list-events';
import { openAccount } from '#lib/http/account-page';
import { openPage } from '#lib/http/page';
import { listPasskeys } from '#lib/identity/list-passkeys';
import { listOwnSessions } from '#lib/identity/own-sessions';
import { qrCode } from '#lib/identity/qr-code';
import { allows } from '#lib/identity/role-table';

import { ConfirmNotice } from '#components/account/confirm-notice';
import { Passkeys } from '#components/account/passkeys';
import { SecondFactorSection } from '#components/account/second-factor-section';
import { SessionsSection } from '#components/account/sessions-section';
import { Callout } from '#components/ui/callout';
import { Button } from '#components/ui/button';
import { PageHead } from '#components/ui/page-head';
import { wordsOf } from '#components/ui/words-of';

import { troubleWords } from '../../admin/approve/touch-words';
import { signInAgain, signOut } from '../../admin/session-actions';
import { PortalPage } from '../../portal-page';
import { changeFactor, confirmFactor, endOthers, endOne, setUpFactor } from './actions';
import { addNewPasskey, beginNewPasskey, proposeOwnPasskey, removeOwnPasskey } from './passkey-actions';
import '../../admin/admin-pages.css';
import '../../styles/account.css';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('account.page') };
}

/** Of the passkeys below; the words stand with them. */
const PASSKEY_DONE = {
  'passkey-added': 'added',
  'passkey-removed': 'removed',
  'passkey-proposed': 'proposed',
} as const;

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function AccountPage({ searchParams }: Search) {
  const { page, factors, policy, confirmation } = await openAccount();
  const mayChange = confirmation === 'confirmed';
  const { t, ctx, person, locale, config } = page;
  const { done, problem } = await searchParams;
  const code = ERROR_CODES.find((known) => known === problem);
  const [sessions, passkeys, events] = await Promise.all([
    listOwnSessions(ctx),
    listPasskeys(ctx),
    listOrganisedEvents(ctx),
  ]);
  const { pending } = factors;
  return (
    <PortalPage page={page} at={null}>
      <PageHead title={t('account.title', { name: person.name })} lede={rolesLine(page)} />
      {code === undefined ? null : (
        <Callout kind="bad" alert>
          <p>{t(`errors.${code.replaceAll('.', '_')}.title`, { role: '' })}</p>
        </Callout>
      )}
      {done === 'ended' || done === 'removed' ? (
        <Callout kind="ok" alert>
          <p>{t(`account.done.${done}`)}</p>
        </Callout>
      ) : null}
      {typeof done === 'string' && Object.hasOwn(PASSKEY_DONE, done) ? (
        <Callout kind="ok" alert>
          <p>{t(`passkeys.account.done.${PASSKEY_DONE[done as keyof typeof PASSKEY_DONE]}`)}</p>
        </Callout>
      ) : null}
      {events.items.length === 0 ? null : (
        <p>
          <a href="/events">{t('account.events', { n: events.items.length })}</a>
        </p>
      )}
      <SessionsSection
        sessions={sessions}
        now={ctx.now()}
        locale={locale}
        endOne={endOne}
        endOthers={endOthers}
        t={t}
      />
      <ConfirmNotice confirmation={confirmation} signInAgain={signInAgain} t={t} />
      <SecondFactorSection
        mayChange={mayChange}
        state={{
          since: factors.totpSince,
          recovery: factors.counts.recovery,
          passkeys: factors.counts.passkey,
          needed: policy === 'everybody' || (policy === 'approvers' && person.roles.length > 0),
        }}
        pending={pending === null ? null : { secret: pending.secret, qr: qrCode(pending.uri) }}
        setUp={setUpFactor}
        confirm={confirmFactor}
        change={changeFactor}
        words={{
          ...wordsOf(t, 'account.second', [
            'title',
            'help',
            'on',
            'off',
            'offNeeded',
            'passkey',
            'setUp',
            'again',
            'scan',
            'qr',
            'orType',
            'code',
            'firstHelp',
            'confirm',
            'newCodes',
            'remove',
            'codesTitle',
            'codesHelp',
            'codesAbout',
          ]),
          recoveryLeft: t('account.second.recoveryLeft', { n: factors.counts.recovery }),
          copy: t('common.copy'),
          copied: t('common.copied'),
        }}
      />
      <Passkeys
        passkeys={passkeys}
        approver={allows(person.roles, 'requests.decide')}
        required={config.approval.require === 'passkey'}
        begin={beginNewPasskey}
        add={addNewPasskey}
        remove={removeOwnPasskey}
        mayChange={mayChange}
        last={factors.totpSince === null && factors.counts.passkey === 1}
        propose={proposeOwnPasskey}
        trouble={troubleWords(t)}
        now={ctx.now()}
        locale={locale}
        t={t}
      />
      <form action={signOut} className="section">
        <Button type="submit">{t('account.signOut')}</Button>
      </form>
    </PortalPage>
  );
}

function rolesLine({ t, person }: Awaited<ReturnType<typeof openAccount>>['page']): string {
  if (person.roles.length === 0) return t('account.noRoles');
  const roles = person.roles.map((role) => t(`admin.people.role.${role}`)).join(', ');
  return t('account.roles', { roles });
}
