import { storedRefusal } from '#lib/http/error-text';
import type { Page } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';
import type { ApproverView } from '#lib/requests/views';

import { DecisionForm, type Choice } from '#components/admin/decision-form';
import { actorWord } from '../../../../components/admin/actor';
import { isTakeover } from '../../../../components/admin/finding';
import { RenameForm } from '#components/admin/rename-form';
import { TemplateFiller } from '#components/admin/template-filler';
import { Button, LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { CodeBlock } from '#components/ui/code-block';
import { Time } from '#components/ui/time';

import { decide, rename, retryFailed, undoApprovals } from '../../actions';
import { beginOne } from '../../approve/actions';
import { touchWords } from '../../approve/touch-words';
import { templates } from '../../templates';

/** What this person may still do: exactly the actions that the state table allows. */
export function Decision({ request, page }: { request: ApproverView; page: Page }) {
  const { t, person, config } = page;
  const may = (action: ApproverView['actions'][number]) =>
    !request.own && allows(person?.roles ?? [], 'requests.decide') && request.actions.includes(action);
  const choices = choicesFor(request, page, may);
  const first = isTakeover(request) || request.finding === 'bad' ? 'ask' : 'approve';
  const templateTexts = {
    ...Object.fromEntries(templates(t, 'reject').map((one) => [one.key, one.text])),
    ...Object.fromEntries(templates(t, 'ask').map((one) => [one.key, one.text])),
  };
  return (
    <section className="panel" aria-labelledby="decide">
      <h2 id="decide">{t('admin.request.decision')}</h2>
      {request.approvals.length > 0 ? <Approvals request={request} page={page} /> : null}
      {request.failureCode ? (
        <div className="panel-body">
          <Callout kind="bad">
            <p>
              <b>{t('admin.request.failure')}</b> <span className="mono">{request.failureCode}</span>
            </p>
            <p>{storedRefusal(page.locale, request.failureCode, request.reason)}</p>
          </Callout>
        </div>
      ) : request.reason ? (
        <p className="panel-body">
          <b>{t('admin.request.decisionReason')}</b>: {request.reason}
        </p>
      ) : null}
      {may('edit') ? (
        <RenameForm
          key={`rename ${request.version}`}
          action={rename}
          id={request.id}
          version={request.version}
          name={request.commonName}
          words={{
            account: t('admin.request.account'),
            help: t('admin.request.accountHelp'),
            change: t('admin.request.accountChange'),
          }}
        />
      ) : null}
      {choices.length > 0 && request.state !== 'FAILED' ? (
        <DecisionForm
          key={`decide ${request.version}`}
          action={decide}
          id={request.id}
          version={request.version}
          choices={choices}
          touch={config.approval.require === 'passkey' ? { begin: beginOne, ...touchWords(t) } : null}
          first={choices.find((choice) => choice.value === first)?.value ?? choices[0]?.value ?? 'reject'}
          vouch={request.email !== null && request.emailState === 'unproven'}
          templates={{ reject: templates(t, 'reject'), ask: templates(t, 'ask') }}
          words={{
            whatToDo: t('admin.request.whatToDo'),
            template: t('admin.request.template'),
            templateOwn: t('admin.request.templateOwn'),
            reason: t('admin.request.reasonField'),
            question: t('admin.request.questionField'),
            fieldHelp: t('admin.request.fieldHelp'),
            comment: t('admin.request.comment'),
            optional: t('admin.request.optional'),
            vouch: t('admin.request.vouch', { email: request.email ?? '' }),
            vouchHelp: t('admin.request.vouchHelp'),
            version: t('admin.request.version', { version: request.version }),
          }}
        />
      ) : null}
      {request.own && request.actions.includes('approve') ? <Own request={request} page={page} /> : null}
      <After request={request} page={page} may={may} />
      <TemplateFiller texts={templateTexts} />
    </section>
  );
}

function choicesFor(
  request: ApproverView,
  { t, config }: Page,
  may: (action: ApproverView['actions'][number]) => boolean,
): Choice[] {
  const name = request.commonName;
  const choices: Choice[] = [];
  if (may('approve')) {
    const help =
      request.approvalsNeeded > 1
        ? t('admin.request.approveSecond', { needed: request.approvalsNeeded, n: request.approvals.length })
        : t('admin.request.approveHelp', {
            auto: String(config.signing.auto),
            seconds: config.signing.undoSeconds,
          });
    const touch = config.approval.require === 'passkey' ? `. ${t('passkeys.touch.help')}` : '';
    choices.push(
      isTakeover(request)
        ? {
            value: 'takeover',
            title: t('admin.request.takeover'),
            text: t('admin.request.takeoverHelp') + touch,
            submit: t('admin.request.submitTakeover', { name }),
          }
        : {
            value: 'approve',
            title: t('admin.request.approve'),
            text: help + touch,
            submit: t('admin.request.submitApprove', { name }),
          },
    );
  }
  if (may('ask')) {
    choices.push({
      value: 'ask',
      title: t('admin.request.ask'),
      text: t(request.email === null ? 'admin.request.askHelpNoMail' : 'admin.request.askHelp'),
      submit: t('admin.request.submitAsk'),
    });
  }
  if (may('reject')) {
    choices.push({
      value: 'reject',
      title: t('admin.request.reject'),
      text: t('admin.request.rejectHelp'),
      submit: t('admin.request.submitReject'),
    });
  }
  return choices;
}

/** In place of a button that would be refused. */
function Own({ request, page: { t } }: { request: ApproverView; page: Page }) {
  return (
    <div className="panel-body">
      <Callout kind="warn">
        <p>
          <b>{t('admin.request.ownTitle')}</b>
        </p>
        <p>{t('admin.request.ownText')}</p>
      </Callout>
      <CodeBlock code={`npx hubgate requests approve ${request.id}`} about={t('common.aboutCommand')} t={t} />
    </div>
  );
}

function Approvals({ request, page }: { request: ApproverView; page: Page }) {
  const { t, ctx, locale } = page;
  return (
    <ul className="panel-body approvals">
      {request.approvals.map((approval) => (
        <li key={`${approval.approver} ${approval.at}`}>
          {t('admin.request.approvalBy', { name: actorWord(approval.approver, t) })}{' '}
          <Time at={approval.at} now={ctx.now()} locale={locale} />
          {approval.comment ? <>: “{approval.comment}”</> : null}
        </li>
      ))}
    </ul>
  );
}

/** After the decision: take it back, sign, try again, or see what came of it. */
function After({
  request,
  page,
  may,
}: {
  request: ApproverView;
  page: Page;
  may: (action: ApproverView['actions'][number]) => boolean;
}) {
  const { t } = page;
  const id = <input type="hidden" name="id" value={request.id} />;
  if (may('unapprove')) {
    return (
      <div className="panel-body actions panel-foot">
        <form action={undoApprovals}>
          {id}
          <Button type="submit">{t('admin.request.undo')}</Button>
        </form>
        <LinkButton href="/admin/signing">{t('admin.request.signNow')}</LinkButton>
      </div>
    );
  }
  if (may('retry')) {
    return (
      <form action={retryFailed} className="panel-body panel-foot">
        {id}
        <p className="meta">{t('admin.request.retryHelp')}</p>
        <Button type="submit" look="primary">
          {t('admin.request.retry')}
        </Button>
      </form>
    );
  }
  if (request.certificate) {
    return (
      <p className="panel-body actions">
        <LinkButton href={`/admin/certificates/${request.certificate.serial}`}>
          {t('admin.request.seeCertificate')}
        </LinkButton>
      </p>
    );
  }
  if (may('approve') || may('reject') || request.own) return null;
  return <p className="panel-body meta">{t('admin.request.decisionNone')}</p>;
}
