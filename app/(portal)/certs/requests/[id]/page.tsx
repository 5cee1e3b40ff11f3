import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { notFound } from 'next/navigation';

import { guideFor } from '#components/ca/guides';
import { importPlatform } from '#components/certs/import-guides';
import { RequestFinish } from '#components/certs/request-finish';
import { RequestLive } from '#components/certs/request-live';
import { RequestOpen } from '#components/certs/request-open';
import { RequestPickUp } from '#components/certs/request-pick-up';
import { RequestSlip } from '#components/certs/request-slip';
import { RevokeOld } from '#components/certs/revoke-old';
import { RequestTimeline, type SignerWord } from '#components/certs/request-timeline';
import { WithdrawButton } from '#components/certs/withdraw-button';
import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { Fold } from '#components/ui/fold';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { Time } from '#components/ui/time';
import { slot, Words } from '#components/ui/words';
import { wordsOf } from '#components/ui/words-of';
import { canRevoke } from '#lib/certificates/revocation-reasons';
import { openPage, type Page } from '#lib/http/page';
import { REQUEST_ID } from '#lib/requests/request-id';
import { canStartAgain } from '#lib/requests/start-again';
import { viewOwnRequest } from '#lib/requests/view-own-request';
import type { RequesterView } from '#lib/requests/views';

import { PortalPage } from '../../../../portal-page';
import { fetched, revokeOld, withdraw } from './actions';
import { heading, isRevoked } from './heading';

type Params = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Pick<Params, 'params'>): Promise<Metadata> {
  const { id } = await params;
  return { title: REQUEST_ID.test(id) ? (await openPage()).t('certs.request.title', { id }) : 'Hubgate' };
}

/** One request: where it stands, who acts next, and in the end the certificate. */
export default async function RequestPage({ params, searchParams }: Params) {
  const { id } = await params;
  const page = await openPage();
  const { t } = page;
  if (!REQUEST_ID.test(id)) notFound();
  const own = await page.asRequester(id);
  const crumb = (
    <>
      <a href="/certs">{t('certs.request.crumb')}</a> / <span className="mono">{id}</span>
    </>
  );
  if (own === null) {
    return (
      <PortalPage page={page} at="certs">
        <RequestOpen id={id} crumb={crumb} failed={(await searchParams)['problem'] !== undefined} t={t} />
      </PortalPage>
    );
  }
  const view = await viewOwnRequest(own, { id });
  const again = await canStartAgain(own, { id });
  const signer = view.state === 'APPROVED' ? await signerWord(page) : 'ready';
  const open = ['SUBMITTED', 'APPROVED', 'SIGNING'].includes(view.state);
  const platform = importPlatform(guideFor((await headers()).get('user-agent') ?? ''));
  return (
    <PortalPage page={page} at="certs">
      <PageHead crumb={crumb} {...heading(page, view, signer)} />
      <div className="cols cols-aside">
        <div>
          {view.certificate && view.certificate.state !== 'REVOKED' ? (
            <RequestPickUp view={view} platform={platform} fetched={fetched} again={again} t={t} />
          ) : null}
          <OldCertificate page={page} view={view} />
          {view.question && view.state === 'SUBMITTED' ? (
            <div className="notice-line">
              <Callout kind="warn">
                <p>{t('certs.request.question', { question: view.question })}</p>
              </Callout>
            </div>
          ) : null}
          {view.directorySilent ? (
            <div className="notice-line">
              <Callout kind="warn">
                <p>{t('certs.request.directorySilent')}</p>
              </Callout>
            </div>
          ) : null}
          <section
            aria-labelledby="timeline"
            className={view.certificate && view.certificate.state !== 'REVOKED' ? 'section' : undefined}
          >
            <SectionHead
              id="timeline"
              title={t('certs.request.timeline')}
              note={open ? <Live view={view} t={t} /> : null}
            />
            <RequestTimeline
              view={view}
              signer={signer}
              undoSeconds={page.config.signing.undoSeconds}
              auto={page.config.signing.auto}
              now={page.ctx.now()}
              locale={page.locale}
              t={t}
            />
          </section>
          <Sponsor page={page} view={view} />
          {open ? <RequestFinish view={view} siteUrl={page.config.site.url} again={again} t={t} /> : null}
          {['REJECTED', 'WITHDRAWN', 'EXPIRED'].includes(view.state) || isRevoked(view) ? (
            <p className="actions section">
              <LinkButton look="primary" href="/certs/new">
                {t('certs.request.newRequest')}
              </LinkButton>
            </p>
          ) : null}
        </div>
        <Aside page={page} view={view} />
      </div>
    </PortalPage>
  );
}

/** A guest may ask somebody of the centre to vouch for them: the approver reads that. */
function Sponsor({ page, view }: { page: Page; view: RequesterView }) {
  const { t, config } = page;
  if (view.sponsorPath === null) return null;
  if (view.sponsor !== null) {
    return (
      <div className="notice-line">
        <Callout kind="ok">
          <p>{t('certs.request.sponsored', { name: view.sponsor.name })}</p>
        </Callout>
      </div>
    );
  }
  return (
    <div className="section">
      <Fold title={t('certs.request.sponsorTitle')}>
        <p>{t('certs.request.sponsorAsk')}</p>
        <p className="mono break">{`${config.site.url}${view.sponsorPath}`}</p>
      </Fold>
    </div>
  );
}

/** After the pick-up of a renewal: the one before may go, if its holder says so. */
function OldCertificate({ page, view }: { page: Page; view: RequesterView }) {
  const { t, locale, ctx } = page;
  const { renewed, certificate } = view;
  const now = ctx.now();
  if (renewed === null || certificate?.state !== 'VALID' || new Date(renewed.notAfter) < now) return null;
  const serial = shortSerial(renewed.serial);
  return (
    <section className="section" aria-labelledby="old">
      <SectionHead id="old" title={t('certs.request.old')} />
      {renewed.state === 'REVOKED' ? (
        <p>{t('certs.request.oldRevoked', { serial })}</p>
      ) : (
        <div className="stack">
          <p>
            <Words
              text={t('certs.request.oldText', { when: slot('when') })}
              slots={{ when: <Time at={renewed.notAfter} now={now} locale={locale} /> }}
            />
          </p>
          <RevokeOld
            id={view.id}
            serial={renewed.serial}
            action={revokeOld}
            words={{
              sure: t('certs.request.oldRevokeSure'),
              submit: t('certs.request.oldRevoke', { serial }),
            }}
          />
        </div>
      )}
    </section>
  );
}

const shortSerial = (serial: string): string =>
  `${(serial.slice(0, 16).match(/.{1,4}/gu) ?? []).join(' ')}${serial.length > 16 ? ' …' : ''}`;

function Live({ view, t }: { view: RequesterView; t: Page['t'] }) {
  return (
    <>
      <RequestLive id={view.id} state={view.state} question={view.question} live={t('certs.request.live')} />
      <noscript>
        {' '}
        <a href={`/certs/requests/${view.id}`}>{t('certs.request.reload')}</a>
      </noscript>
    </>
  );
}

function Aside({ page, view }: { page: Page; view: RequesterView }) {
  const { t, locale, config } = page;
  const now = page.ctx.now();
  const { dn, org, ou } = config.pki;
  return (
    <aside className="stack" aria-label={t('certs.request.aside')}>
      <RequestSlip
        view={view}
        subjectRest={[`OU=${ou}`, `O=${org}`, ...(dn === '' ? [] : [`DC=${dn}`])].join(', ')}
        signingCn={config.pki.signingCn}
        days={view.profile === 'server' ? config.pki.serverDays : config.pki.userDays}
        now={now}
        locale={locale}
        t={t}
      />
      <dl className="kv">
        <dt>{t('certs.request.number')}</dt>
        <dd className="mono">{view.id}</dd>
        {view.label ? (
          <>
            <dt>{t('certs.request.device')}</dt>
            <dd className="break">{view.label}</dd>
          </>
        ) : null}
        <dt>{t('certs.request.sentAt')}</dt>
        <dd>
          <Time at={view.createdAt} now={now} locale={locale} />
        </dd>
        {view.renewed ? (
          <>
            <dt>{t('certs.request.renews')}</dt>
            <dd className="mono">{shortSerial(view.renewed.serial)}</dd>
          </>
        ) : null}
        {view.certificate?.supersededBy ? (
          <>
            <dt>{t('certs.request.supersededBy')}</dt>
            <dd className="mono">{shortSerial(view.certificate.supersededBy)}</dd>
          </>
        ) : null}
        {view.state === 'SUBMITTED' ? (
          <>
            <dt>{t('certs.request.lapses')}</dt>
            <dd>
              <Time at={view.expiresAt} now={now} locale={locale} />
            </dd>
          </>
        ) : null}
      </dl>
      {view.certificate && canRevoke(view.certificate) ? (
        <p className="actions">
          {view.certificate.state === 'VALID' && view.profile === 'user' ? (
            <LinkButton small href="/certs/renew">
              {t('certs.request.renew')}
            </LinkButton>
          ) : null}
          <LinkButton small href={`/certs/requests/${view.id}/renewal.ics`}>
            {t('certs.request.calendar')}
          </LinkButton>
          <LinkButton small href={`/certs/revoke?serial=${view.certificate.serial}`}>
            {t('certs.request.revoke')}
          </LinkButton>
        </p>
      ) : null}
      {view.actions.includes('withdraw') ? (
        <WithdrawButton
          id={view.id}
          action={withdraw}
          words={wordsOf(t, 'certs.request', ['withdraw', 'withdrawSure'])}
        />
      ) : null}
    </aside>
  );
}

async function signerWord(page: Page): Promise<SignerWord> {
  try {
    return (await page.ctx.signer.status()).state === 'locked' ? 'locked' : 'ready';
  } catch {
    return 'down';
  }
}
