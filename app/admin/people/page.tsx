/** Who can sign in, and the tokens of programs: made and revoked here. */
import { requirePage, type Page } from '#lib/http/page';
import { ROLES } from '#lib/ctx';
import { listTokens, type ApiTokenView } from '#lib/identity/api-tokens';
import { listPeople } from '#lib/identity/people';
import { allows } from '#lib/identity/role-table';

import { PersonForms } from '#components/admin/person-forms';
import { TokenForm } from '#components/admin/token-form';
import { Button } from '#components/ui/button';
import { CodeBlock } from '#components/ui/code-block';
import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

import { actorWord } from '../../../components/admin/actor';
import { AdminFrame, PLACES } from '../admin-frame';
import { QueueFlash } from '../queue-flash';
import type { Query } from '../search-params';
import { adminTitle } from '../title';
import { changeAccess, changeRoles, makeToken, revokeToken } from './actions';
import { LIFE_DAYS } from './life-days';

export const generateMetadata = () => adminTitle('admin.people.page');

export default async function PeoplePage({ searchParams }: { searchParams: Promise<Query> }) {
  const page = await requirePage(PLACES.people, '/admin/people');
  const { ctx, t, locale, person } = page;
  const [people, tokens, query] = await Promise.all([listPeople(ctx), listTokens(ctx), searchParams]);
  const now = ctx.now();
  const role = (one: string) => t(`admin.people.role.${one}`);
  const manages = allows(person.roles, 'people.manage');
  return (
    <AdminFrame page={page} at="people">
      <QueueFlash page={page} query={query} />
      <div className="head">
        <h1>{t('admin.people.title', { n: people.filter((one) => !one.disabled).length })}</h1>
      </div>
      <Table
        heads={[
          t('admin.people.colName'),
          t('admin.people.colLogin'),
          t('admin.people.colEmail'),
          t('admin.people.colRoles'),
          t('admin.people.colSeen'),
          ...(manages ? [t('admin.people.colAction')] : []),
        ]}
      >
        {people.map((one) => (
          <Row key={one.id}>
            <RowHead>
              {one.displayName}
              {one.id === person.userId ? (
                <span className="quiet-ink"> ({t('admin.people.you')})</span>
              ) : null}{' '}
              {one.disabled ? <State kind="off">{t('admin.people.disabled')}</State> : null}
            </RowHead>
            <td role="cell" data-label={t('admin.people.colLogin')}>
              <span className="mono break">{one.login}</span>
            </td>
            <td role="cell" data-label={t('admin.people.colEmail')}>
              <span className="break">{one.email ?? t('admin.people.noEmail')}</span>
            </td>
            <td role="cell" data-label={t('admin.people.colRoles')}>
              <span>{one.roles.map(role).join(', ')}</span>
            </td>
            <td role="cell" data-label={t('admin.people.colSeen')}>
              <span>
                {one.lastSignInAt === null ? (
                  t('admin.people.never')
                ) : (
                  <Time at={one.lastSignInAt} now={now} locale={locale} />
                )}
              </span>
            </td>
            {manages ? (
              <td role="cell" data-label={t('admin.people.colAction')}>
                <PersonForms
                  person={one}
                  roles={ROLES.map((value) => ({ value, word: role(value) }))}
                  changeRoles={changeRoles}
                  changeAccess={changeAccess}
                  t={t}
                />
              </td>
            ) : null}
          </Row>
        ))}
      </Table>
      <div className="section-actions stack-2 narrow">
        <p className="meta">{t('admin.people.addHelp')}</p>
        <CodeBlock code="npx hubgate admin create --role approver" about={t('common.aboutCommand')} t={t} />
        <CodeBlock code="npx hubgate admin reset LOGIN" about={t('common.aboutCommand')} t={t} />
      </div>
      <div className="cols cols-aside section">
        <section aria-labelledby="tokens">
          <SectionHead
            flush={tokens.length > 0}
            id="tokens"
            title={t('admin.people.tokens')}
            note={t('admin.people.tokensHelp')}
          />
          {tokens.length === 0 ? (
            <p className="meta">{t('admin.people.noTokens')}</p>
          ) : (
            <Tokens page={page} tokens={tokens} />
          )}
        </section>
        {allows(person.roles, 'tokens.manage') ? (
          <aside aria-label={t('admin.people.make')}>
            <section className="panel" aria-labelledby="make">
              <h2 id="make">{t('admin.people.make')}</h2>
              <TokenForm
                action={makeToken}
                roles={ROLES.map((one) => ({
                  value: one,
                  title: role(one),
                  text: t(`admin.people.roleHelp.${one}`),
                }))}
                lives={[
                  ...LIFE_DAYS.map((n) => ({ value: String(n), word: t('admin.people.days', { n }) })),
                  { value: '', word: t('admin.people.noEnd') },
                ]}
                words={{
                  name: t('admin.people.tokenName'),
                  nameHelp: t('admin.people.tokenNameHelp'),
                  roles: t('admin.people.tokenRoles'),
                  expires: t('admin.people.tokenExpires'),
                  submit: t('admin.people.makeButton'),
                  madeTitle: t('admin.people.madeTitle'),
                  madeHelp: t('admin.people.madeHelp'),
                  copy: t('common.copy'),
                  copied: t('common.copied'),
                  about: t('common.aboutSecret'),
                }}
              />
            </section>
          </aside>
        ) : null}
      </div>
    </AdminFrame>
  );
}

function Tokens({ page, tokens }: { page: Page; tokens: readonly ApiTokenView[] }) {
  const { t, ctx, locale, person } = page;
  const now = ctx.now();
  const mayRevoke = allows(person?.roles ?? [], 'tokens.manage');
  return (
    <Table
      heads={[
        t('admin.people.colToken'),
        t('admin.people.colRoles'),
        t('admin.people.colMade'),
        t('admin.people.colUsed'),
        t('admin.people.colExpires'),
        t('admin.people.colAction'),
      ]}
    >
      {tokens.map((token) => {
        const ended = token.expiresAt !== null && new Date(token.expiresAt) < now;
        return (
          <Row key={token.id}>
            <RowHead>
              <span className="mono break">{token.name}</span>
            </RowHead>
            <td role="cell" data-label={t('admin.people.colRoles')}>
              <span>{token.roles.map((one) => t(`admin.people.role.${one}`)).join(', ')}</span>
            </td>
            <td role="cell" data-label={t('admin.people.colMade')}>
              <span>
                <Time at={token.createdAt} now={now} locale={locale} />
                <span className="step-detail">{actorWord(token.createdBy, t)}</span>
              </span>
            </td>
            <td role="cell" data-label={t('admin.people.colUsed')}>
              <span>
                {token.lastUsedAt === null ? (
                  t('admin.people.never')
                ) : (
                  <Time at={token.lastUsedAt} now={now} locale={locale} />
                )}
              </span>
            </td>
            <td role="cell" data-label={t('admin.people.colExpires')}>
              <span>
                {token.expiresAt === null ? (
                  t('admin.people.noEnd')
                ) : (
                  <Time at={token.expiresAt} now={now} locale={locale} />
                )}
              </span>
            </td>
            <td role="cell" data-label={t('admin.people.colAction')}>
              <span>
                {token.revokedAt !== null ? (
                  <State kind="off">{t('admin.people.revoked')}</State>
                ) : ended ? (
                  <State kind="off">{t('admin.people.ended')}</State>
                ) : mayRevoke ? (
                  <form action={revokeToken}>
                    <input type="hidden" name="name" value={token.name} />
                    <Button
                      type="submit"
                      small
                      aria-label={t('admin.people.revokeName', { name: token.name })}
                    >
                      {t('admin.people.revoke')}
                    </Button>
                  </form>
                ) : null}
              </span>
            </td>
          </Row>
        );
      })}
    </Table>
  );
}
