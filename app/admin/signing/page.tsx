/** Signs what is approved, with live progress; while the key is locked, says who can unlock it. */
import { requirePage, type Page } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';
import { viewSigner } from '#lib/onboarding/signer-view';
import { listRequests } from '#lib/requests/list-requests';
import { requestCounts } from '#lib/requests/request-counts';

import { RequestList } from '#components/admin/queue-table';
import { SigningProgress } from '#components/admin/signing-progress';
import { Button, LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';
import { SectionHead } from '#components/ui/section-head';

import { retryFailed, signAll } from '../actions';
import { AdminFrame } from '../admin-frame';
import { QueueFlash } from '../queue-flash';
import { count, one, type Query } from '../search-params';
import { adminTitle } from '../title';
import { LockedSigner } from './locked-signer';
import { signingWords } from './signing-words';

const SHOWN = 50;

export const generateMetadata = () => adminTitle('admin.signing.page');

export default async function SigningPage({ searchParams }: { searchParams: Promise<Query> }) {
  const page = await requirePage('requests.read', '/admin/signing');
  const { ctx, t, locale, config, person } = page;
  const [query, signer, counts, waiting, failed] = await Promise.all([
    searchParams,
    viewSigner(ctx),
    requestCounts(ctx),
    listRequests(ctx, { state: 'APPROVED', sort: 'oldest', limit: 200 }),
    listRequests(ctx, { state: 'FAILED', sort: 'newest', limit: SHOWN }),
  ]);
  const crumb = <a href="/admin">{t('admin.common.crumb')}</a>;
  const n = counts.APPROVED;
  if (signer.state !== 'unlocked') {
    return (
      <AdminFrame page={page} at="queue" counts={counts}>
        <LockedSigner page={page} signer={signer} waiting={n} crumb={crumb} />
      </AdminFrame>
    );
  }
  const may = allows(person.roles, 'requests.sign');
  const now = ctx.now();
  return (
    <AdminFrame page={page} at="queue" counts={counts}>
      <QueueFlash page={page} query={query} />
      <SigningProgress
        total={may ? n : 0}
        names={Object.fromEntries(waiting.items.map((item) => [item.id, item.commonName]))}
        fallback={signAll}
        words={signingWords(t, locale, n)}
        note={t('admin.signing.ledeReady')}
        crumb={crumb}
        head={
          <PageHead
            crumb={crumb}
            title={titleOf(query, n, page)}
            lede={
              config.signing.auto
                ? t('admin.signing.ledeAuto', { seconds: config.signing.undoSeconds })
                : t('admin.signing.ledeReady')
            }
          />
        }
      >
        {n === 0 && failed.items.length === 0 ? (
          <>
            <h2 className="vh">{t('admin.signing.waiting')}</h2>
            <Empty
              title={t('admin.signing.emptyTitle')}
              action={<LinkButton href="/admin">{t('admin.signing.emptyAction')}</LinkButton>}
            >
              {t('admin.signing.emptyBody')}
            </Empty>
          </>
        ) : null}
        {n > 0 ? (
          <section className="section" aria-labelledby="waiting">
            <SectionHead
              flush
              id="waiting"
              title={t('admin.signing.waiting')}
              note={t('admin.signing.waitingHelp')}
            />
            <RequestList items={waiting.items.slice(0, SHOWN)} now={now} locale={locale} t={t} />
            {n > SHOWN ? (
              <p className="meta">
                <a href="/admin?state=APPROVED">{t('admin.signing.moreRows', { n: n - SHOWN })}</a>
              </p>
            ) : null}
          </section>
        ) : null}
        {failed.items.length > 0 ? (
          <section className="section" aria-labelledby="failed">
            <SectionHead
              flush
              id="failed"
              title={t('admin.signing.failedTitle')}
              note={t('admin.signing.failedHelp')}
            />
            <RequestList
              items={failed.items}
              now={now}
              locale={locale}
              t={t}
              action={
                may
                  ? (item) => (
                      <form action={retryFailed}>
                        <input type="hidden" name="id" value={item.id} />
                        <Button
                          type="submit"
                          small
                          aria-label={t('admin.queue.retryName', { name: item.commonName })}
                        >
                          {t('admin.queue.retry')}
                        </Button>
                      </form>
                    )
                  : undefined
              }
            />
          </section>
        ) : null}
      </SigningProgress>
    </AdminFrame>
  );
}

function titleOf(query: Query, n: number, { t }: Page): string {
  if (one(query, 'issued') !== '') {
    return t('admin.signing.titleDone', { issued: count(query, 'issued'), failed: count(query, 'failed') });
  }
  return t('admin.signing.titleReady', { n });
}
