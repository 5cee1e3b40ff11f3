import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import type { ComponentProps } from 'react';

import { OpenRequestForm } from '#components/certs/open-request-form';
import { CertificateWord } from '#components/certs/certificate-word';
import { REQUEST_KINDS } from '#components/certs/request-slip';
import { ShownSlip } from '#components/status/shown-slip';
import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Cell, Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';
import { canRevoke } from '#lib/certificates/revocation-reasons';
import { openPage, type Page } from '#lib/http/page';
import { listOwnRequests, type OwnRequest } from '#lib/requests/list-own-requests';
import type { CertificateView } from '#lib/requests/views';

import { PortalPage } from '../../portal-page';

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('certs.list.title') };
}

type Search = { searchParams: Promise<Record<string, string | string[] | undefined>> };

const ID = /^R-[0-9A-HJKMNP-TV-Z]{8}$/u;

/** What this browser has sent, and who is signed in, newest first, and the door to requests sent from elsewhere. */
export default async function CertsPage({ searchParams }: Search) {
  const page = await openPage();
  const { t, locale, visitor } = page;
  const wanted = (await searchParams)['id'];
  const id = typeof wanted === 'string' ? wanted.trim().toUpperCase() : '';
  if (ID.test(id)) redirect(`/certs/requests/${id}`);
  const views = await listOwnRequests(page.asOwner);
  const whose = page.person === null ? '' : 'SignedIn';
  return (
    <PortalPage page={page} at="certs">
      <PageHead
        title={t('certs.list.title')}
        lede={t(`certs.list.lede${whose}`, { name: page.person?.name ?? '' })}
      />
      <div className="cols cols-aside">
        <div>
          {views.length === 0 ? (
            <Empty
              title={t(`certs.list.empty${whose}`)}
              action={
                <LinkButton look="primary" href="/certs/new">
                  {t('certs.list.action')}
                </LinkButton>
              }
            >
              {t(`certs.list.empty${whose}Text`)}
            </Empty>
          ) : (
            <>
              <Requests views={views} page={page} />
              <p className="actions section-actions">
                <LinkButton look="primary" href="/certs/new">
                  {t('certs.list.action')}
                </LinkButton>
              </p>
            </>
          )}
          <section className="section" aria-labelledby="lost">
            <SectionHead id="lost" title={t('certs.list.lostTitle')} note={t('certs.list.lostText')} />
            <p className="actions">
              <LinkButton href="/certs/lost">{t('certs.list.lostGo')}</LinkButton>
              <LinkButton look="quiet" href="/certs/revoke">
                {t('certs.revoke.title')}
              </LinkButton>
            </p>
          </section>
          <section className="section" aria-labelledby="open">
            <SectionHead id="open" title={t('certs.list.openTitle')} note={t('certs.list.openText')} />
            <OpenRequestForm wrong={id === '' ? null : id} t={t} />
          </section>
        </div>
        <aside className="stack" aria-label={t('certs.list.shown')}>
          {visitor.certificate ? (
            <>
              <h2>{t('certs.list.shown')}</h2>
              <ShownSlip status={visitor} now={page.ctx.now()} locale={locale} t={t} />
              {visitor.accepted ? (
                <p className="actions">
                  <LinkButton small href={`/certs/revoke?serial=${visitor.certificate.serial}`}>
                    {t('certs.list.revokeShown')}
                  </LinkButton>
                </p>
              ) : null}
            </>
          ) : null}
        </aside>
      </div>
    </PortalPage>
  );
}

/** Ends soon, and nothing follows it yet. */
function isDue(
  { state, profile, notAfter }: Pick<CertificateView, 'state' | 'profile' | 'notAfter'>,
  days: number,
  now: Date,
): boolean {
  return state === 'VALID' && profile === 'user' && Date.parse(notAfter) - now.getTime() <= days * 86_400_000;
}

function Requests({ views, page: { t, locale, ctx, config } }: { views: readonly OwnRequest[]; page: Page }) {
  const now = ctx.now();
  const heads: ComponentProps<typeof Table>['heads'] = [
    ...['request', 'account', 'device', 'state', 'sent', 'until'].map((key) => t(`certs.list.${key}`)),
    [<span className="vh">{t('certs.list.revoke')}</span>, ''] as const,
  ];
  return (
    <Table heads={heads}>
      {views.map(({ id, state, commonName, label, createdAt, certificate }) => (
        <Row key={id}>
          <RowHead>
            <a className="mono" href={`/certs/requests/${id}`}>
              {id}
            </a>
          </RowHead>
          <Cell label={t('certs.list.account')}>
            <span className="mono">{commonName}</span>
          </Cell>
          <Cell label={t('certs.list.device')}>{label ?? '–'}</Cell>
          <Cell label={t('certs.list.state')}>
            {certificate ? (
              <CertificateWord certificate={certificate} t={t} />
            ) : (
              <State kind={REQUEST_KINDS[state]}>{t(`common.state.${state}`)}</State>
            )}
          </Cell>
          <Cell label={t('certs.list.sent')}>
            <Time at={createdAt} now={now} locale={locale} />
          </Cell>
          <Cell label={t('certs.list.until')}>
            {certificate ? <Time at={certificate.notAfter} now={now} locale={locale} /> : '–'}
          </Cell>
          <Cell>
            {certificate && isDue(certificate, config.renewal.windowDays, now) ? (
              <>
                <a href="/certs/renew" aria-label={t('certs.list.renewName', { id })}>
                  {t('certs.list.renew')}
                </a>{' '}
              </>
            ) : null}
            {certificate && canRevoke(certificate) ? (
              <a
                href={`/certs/revoke?serial=${certificate.serial}`}
                aria-label={t('certs.list.revokeName', { id })}
              >
                {t('certs.list.revoke')}
              </a>
            ) : null}
          </Cell>
        </Row>
      ))}
    </Table>
  );
}
