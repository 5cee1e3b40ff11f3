import type { Translate } from '#lib/ctx';
import type { SessionView } from '#lib/identity/own-sessions';

import { Button } from '../ui/button';
import { SectionHead } from '../ui/section-head';
import { Row, RowHead, Table } from '../ui/table';
import { Time } from '../ui/time';

/** Where somebody is signed in, each with a button that ends it. */
export function SessionsSection({
  sessions,
  now,
  locale,
  endOne,
  endOthers,
  t,
}: {
  sessions: readonly SessionView[];
  now: Date;
  locale: string;
  endOne: (form: FormData) => Promise<void>;
  endOthers: (form: FormData) => Promise<void>;
  t: Translate;
}) {
  // Nothing to do about this one but to sign out, which has its button below.
  const others = sessions.length > 1;
  return (
    <section className="section" aria-labelledby="sessions">
      <SectionHead
        flush
        id="sessions"
        title={t('account.sessions.title')}
        note={t('account.sessions.help')}
      />
      <Table
        heads={[
          t('account.sessions.colWhere'),
          t('account.sessions.colHow'),
          t('account.sessions.colSince'),
          t('account.sessions.colSeen'),
          ...(others ? [t('account.sessions.colAction')] : []),
        ]}
      >
        {sessions.map((session) => (
          <Row key={session.id}>
            <RowHead>{session.agent === '' ? t('account.sessions.unknown') : session.agent}</RowHead>
            <td role="cell" data-label={t('account.sessions.colHow')}>
              <span>
                {methodWord(session, t)}
                {session.secondFactor ? `, ${t('account.sessions.twoFactors')}` : ''}
              </span>
            </td>
            <td role="cell" data-label={t('account.sessions.colSince')}>
              <span>
                <Time at={session.createdAt} now={now} locale={locale} />
              </span>
            </td>
            <td role="cell" data-label={t('account.sessions.colSeen')}>
              <span>
                {session.current ? (
                  t('account.sessions.here')
                ) : (
                  <Time at={session.lastSeenAt} now={now} locale={locale} />
                )}
              </span>
            </td>
            {others ? (
              <td role="cell" data-label={t('account.sessions.colAction')}>
                <span>
                  {session.current ? null : (
                    <form action={endOne}>
                      <input type="hidden" name="id" value={session.id} />
                      <Button
                        type="submit"
                        small
                        aria-label={t('account.sessions.endName', {
                          name: session.agent === '' ? t('account.sessions.unknown') : session.agent,
                        })}
                      >
                        {t('account.sessions.end')}
                      </Button>
                    </form>
                  )}
                </span>
              </td>
            ) : null}
          </Row>
        ))}
      </Table>
      {others ? (
        <form action={endOthers} className="section-actions">
          <Button type="submit">{t('account.sessions.endOthers')}</Button>
        </form>
      ) : null}
    </section>
  );
}

function methodWord({ method }: SessionView, t: Translate): string {
  const [kind = '', provider = ''] = method.split(':');
  return kind === 'oidc' ? provider : t(`account.sessions.method.${kind}`);
}
