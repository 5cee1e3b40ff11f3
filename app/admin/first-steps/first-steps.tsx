import type { ReactNode } from 'react';

import type { Page } from '#lib/http/page';
import type { FirstStep, FirstSteps as Steps } from '#lib/onboarding/view-first-steps';

import { RootStep } from '#components/admin/root-step';
import { Button, LinkButton } from '#components/ui/button';
import { relativeTime, utcDay } from '../../../components/ui/relative-time';
import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';

import { dismiss, sendTest } from './actions';

/** The way from a fresh installation to a working gate: each line looked up, with one thing to do. */
export function FirstSteps({ page, steps, asTitle }: { page: Page; steps: Steps; asTitle: boolean }) {
  const { t } = page;
  const open = steps.items.filter((item) => item.state === 'todo' || item.state === 'problem').length;
  const title = t('admin.first.title', { n: open });
  return (
    <section aria-labelledby="first-steps" className="first-steps">
      <div className="head">
        {asTitle ? (
          <h1 id="first-steps">{title}</h1>
        ) : (
          <h2 id="first-steps" className="as-title">
            {title}
          </h2>
        )}
        <p className="lede">{t('admin.first.lede')}</p>
      </div>
      <Table
        className="steps-table"
        heads={[t('admin.first.colState'), t('admin.first.colStep'), t('admin.first.colAction')]}
      >
        {steps.items.map((item) => (
          <Row key={item.key}>
            <td role="cell" className="cell-state">
              <StepState item={item} page={page} />
            </td>
            <RowHead>
              <b>{t(`admin.first.${item.key}.title`)}</b>
              <span className="step-detail">{detail(item, page, steps.login)}</span>
            </RowHead>
            <td role="cell" className="cell-do">
              <StepAction item={item} page={page} />
            </td>
          </Row>
        ))}
      </Table>
      {steps.dismissed ? null : (
        <form action={dismiss} className="section-actions">
          <Button type="submit" small>
            {t('admin.first.dismiss')}
          </Button>
        </form>
      )}
    </section>
  );
}

function StepState({ item, page }: { item: FirstStep; page: Page }) {
  const { t, config } = page;
  if (item.key === 'root') {
    return (
      <>
        <RootStep
          canaryUrl={config.site.canaryUrl}
          words={{
            done: t('admin.first.done'),
            todo: t('admin.first.todo'),
            checking: t('admin.first.checking'),
            unknown: t('admin.first.unknown'),
          }}
        />
      </>
    );
  }
  if (item.state === 'done') return <State kind="ok">{t('admin.first.done')}</State>;
  if (item.state === 'problem') return <State kind="bad">{t('admin.first.todo')}</State>;
  return (
    <State kind="wait" icon="todo">
      {t('admin.first.todo')}
    </State>
  );
}

function detail(item: FirstStep, { t, ctx, config, locale }: Page, login: string): string {
  switch (item.key) {
    case 'root':
      return t('admin.first.root.unknown', { canary: config.site.canaryUrl });
    case 'certificate':
      if (item.name !== null && item.until !== null) {
        return t('admin.first.certificate.done', {
          name: item.name,
          until: utcDay(new Date(item.until), locale),
        });
      }
      return item.waiting === null
        ? t('admin.first.certificate.todo', { login })
        : t('admin.first.certificate.waiting', { id: item.waiting });
    case 'check':
      return item.state === 'done'
        ? t('admin.first.check.done', { name: item.name ?? '' })
        : t('admin.first.check.todo');
    case 'hub':
      if (item.state === 'problem') return t('admin.first.hub.problem', { dir: item.dir });
      return item.state === 'done'
        ? t('admin.first.hub.done', { n: item.names.length, names: item.names.slice(0, 5).join(', ') })
        : t('admin.first.hub.todo', { dir: item.dir });
    case 'mail':
      if (item.off) return t('admin.first.mail.off');
      if (item.error !== null) return t('admin.first.mail.failed', { error: item.error });
      return item.lastSentAt === null
        ? t('admin.first.mail.todo')
        : t('admin.first.mail.done', { when: relativeTime(new Date(item.lastSentAt), ctx.now(), locale) });
    case 'passkey':
      return t(`admin.first.passkey.${item.state === 'done' ? 'done' : 'todo'}`, {
        enrolled: item.enrolled,
        needed: item.needed,
      });
    case 'production':
      return t(`admin.first.production.${item.state === 'done' ? 'done' : 'todo'}`);
  }
}

function StepAction({ item, page }: { item: FirstStep; page: Page }): ReactNode {
  const { t, config } = page;
  const link = (href: string, word: string) => (
    <LinkButton small href={href}>
      {t(`admin.first.${item.key}.${word}`)}
    </LinkButton>
  );
  if (item.key === 'root') return link('/ca', 'action');
  if (item.state === 'done' && item.key !== 'mail') return null;
  switch (item.key) {
    case 'certificate':
      return item.waiting === null
        ? link('/certs/new', 'action')
        : link(`/certs/requests/${item.waiting}`, 'actionWaiting');
    case 'check':
      return link(`${config.site.gateUrl}/status/cert-check`, 'action');
    case 'hub':
      return link('/admin/hubs', 'action');
    case 'passkey':
      return link('/account', 'action');
    case 'production':
      return link('/admin/ca', 'action');
    case 'mail':
      if (item.off) return null;
      return (
        <form action={sendTest} className="joined mail-test">
          <div className="field dense">
            <label className="vh" htmlFor="mail-to">
              {t('admin.first.mail.to')}
            </label>
            <input
              id="mail-to"
              name="to"
              type="email"
              required
              maxLength={254}
              defaultValue={item.to ?? ''}
            />
          </div>
          <Button type="submit" small>
            {t('admin.first.mail.action')}
          </Button>
        </form>
      );
  }
}
