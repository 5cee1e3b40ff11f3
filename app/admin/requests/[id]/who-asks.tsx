import type { Page } from '#lib/http/page';
import type { ApproverView } from '#lib/requests/views';

import { Time } from '#components/ui/time';

/** What is known of the person, and how well. */
export function WhoAsks({ request, page }: { request: ApproverView; page: Page }) {
  const { t, ctx, locale } = page;
  return (
    <section className="panel" aria-labelledby="who">
      <h2 id="who">{t('admin.request.who')}</h2>
      <div className="panel-body">
        <dl className="kv">
          <div className="kv-row">
            <dt>{t('admin.request.whoName')}</dt>
            <dd className="break">{request.name ?? t('admin.common.none')}</dd>
          </div>
          <AccountRow request={request} page={page} />
          <div className="kv-row">
            <dt>{t('admin.request.whoEmail')}</dt>
            <dd className="break">
              {request.email}
              <span className="step-detail">{t(`admin.emailState.${request.emailState}`)}</span>
            </dd>
          </div>
          {request.label ? (
            <div className="kv-row">
              <dt>{t('admin.request.whoDevice')}</dt>
              <dd className="break">{request.label}</dd>
            </div>
          ) : null}
          {request.sponsor ? (
            <div className="kv-row">
              <dt>{t('admin.request.whoSponsor')}</dt>
              <dd className="break">
                {request.sponsor.name}
                {request.sponsor.note ? <span className="step-detail">“{request.sponsor.note}”</span> : null}
                <span className="step-detail">
                  <Time at={request.sponsor.at} now={ctx.now()} locale={locale} />
                </span>
              </dd>
            </div>
          ) : null}
          <div className="kv-row">
            <dt>{t('admin.request.whoTrust')}</dt>
            <dd>{t(`admin.trustState.${request.trust}`)}</dd>
          </div>
          <div className="kv-row">
            <dt>{t('admin.request.whoSent')}</dt>
            <dd>
              <Time at={request.createdAt} now={ctx.now()} locale={locale} />
            </dd>
          </div>
          <div className="kv-row">
            <dt>{t('admin.request.whoNote')}</dt>
            <dd className="break">{request.note ? `“${request.note}”` : t('admin.request.noteNone')}</dd>
          </div>
          {request.question ? (
            <div className="kv-row">
              <dt>{t('admin.request.question')}</dt>
              <dd className="break">“{request.question}”</dd>
            </div>
          ) : null}
        </dl>
      </div>
    </section>
  );
}

/** What the directory says of the account, and whether it is shown to be theirs. */
function AccountRow({ request, page }: { request: ApproverView; page: Page }) {
  const { t, ctx, locale } = page;
  const { account, accountState, accountProof } = request;
  if (account === null) return null;
  return (
    <div className="kv-row">
      <dt>{t('admin.request.whoAccount')}</dt>
      <dd className="break">
        {t(`admin.accountState.${accountState}`)}
        {account.name === null ? null : `: ${account.name}`}
        {account.groups.length === 0 ? null : (
          <span className="step-detail">
            {t('admin.request.whoGroups', { groups: account.groups.slice(0, 20).join(', ') })}
          </span>
        )}
        {accountState === 'exists' ? (
          <span className="step-detail">{t(`admin.accountProof.${accountProof}`)}</span>
        ) : null}
        <span className="step-detail">
          {t('admin.request.whoAsked')} <Time at={account.askedAt} now={ctx.now()} locale={locale} />
        </span>
      </dd>
    </div>
  );
}
