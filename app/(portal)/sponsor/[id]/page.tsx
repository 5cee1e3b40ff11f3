import type { Metadata } from 'next';
import { notFound } from 'next/navigation';

import { Button } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { PageHead } from '#components/ui/page-head';
import { Time } from '#components/ui/time';
import { isHubgateError } from '#lib/errors';
import { openPage, requirePage, type Page } from '#lib/http/page';
import { REQUEST_ID } from '#lib/requests/request-id';
import { viewForSponsor, type SponsorView } from '#lib/requests/sponsor';

import { PortalPage } from '../../../portal-page';
import { sponsor } from './actions';

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  return { title: (await openPage()).t('certs.sponsor.title') };
}

/** Where a guest sends somebody of the centre who knows them: one click says so, in one's own name. */
export default async function SponsorPage({ params, searchParams }: Props) {
  const { id } = await params;
  if (!REQUEST_ID.test(id)) notFound();
  const page = await requirePage('signed-in', `/sponsor/${id}`);
  const view = await load(page, id);
  if (view === null) return <NotYou page={page} />;
  const { t, ctx, locale } = page;
  const failed = (await searchParams)['problem'] !== undefined;
  const word = (key: string) => t(`certs.sponsor.${key}`);
  const facts: [string, React.ReactNode][] = [
    [
      'account',
      <span key="a" className="mono">
        {view.commonName}
      </span>,
    ],
    ['name', view.name ?? word('notGiven')],
    ['email', view.email ?? word('notGiven')],
    ['note', view.note ?? word('notGiven')],
    ['sent', <Time key="t" at={view.createdAt} now={ctx.now()} locale={locale} />],
  ];
  return (
    <PortalPage page={page} at="certs">
      <PageHead title={word('title')} lede={word('lede')} />
      {failed ? (
        <Callout kind="bad" alert>
          <p>{word('failed')}</p>
        </Callout>
      ) : null}
      <dl className="kv section">
        {facts.map(([key, value]) => (
          <div key={key} className="kv-row">
            <dt>{word(key)}</dt>
            <dd className="break">{value}</dd>
          </div>
        ))}
      </dl>
      <section className="section">
        <Vouch view={view} page={page} />
      </section>
    </PortalPage>
  );
}

function Vouch({ view, page }: { view: SponsorView; page: Page }) {
  const { t, ctx, locale } = page;
  const word = (key: string, values = {}) => t(`certs.sponsor.${key}`, values);
  if (view.own) return <p>{word('own')}</p>;
  if (view.state !== 'SUBMITTED') return <p>{word('over')}</p>;
  const given = view.sponsor;
  return (
    <>
      {given ? (
        <Callout kind="ok">
          <p>
            {given.mine ? word('mine') : word('others', { name: given.name })}{' '}
            <Time at={given.at} now={ctx.now()} locale={locale} />
          </p>
        </Callout>
      ) : null}
      <form action={sponsor} className="stack">
        <input type="hidden" name="id" value={view.id} />
        {given?.mine ? null : (
          <div className="field">
            <label htmlFor="note">{word('how')}</label>
            <p className="help">{word('howHelp')}</p>
            <textarea id="note" name="note" maxLength={500} />
          </div>
        )}
        <p className="actions">
          {given?.mine ? (
            <Button type="submit" name="vouch" value="no">
              {word('takeBack')}
            </Button>
          ) : (
            <Button look="primary" type="submit" name="vouch" value="yes">
              {word('vouch', { name: view.commonName })}
            </Button>
          )}
        </p>
      </form>
    </>
  );
}

/** For who is signed in, and may not vouch at this centre. */
function NotYou({ page }: { page: Page }) {
  return (
    <PortalPage page={page} at="certs">
      <PageHead title={page.t('certs.sponsor.title')} lede={page.t('certs.sponsor.notYou')} />
    </PortalPage>
  );
}

/** Null for who may not vouch. */
async function load(page: Page, id: string): Promise<SponsorView | null> {
  try {
    return await viewForSponsor(page.ctx, { id });
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    if (thrown.code === 'auth.forbidden') return null;
    notFound();
  }
}
