import { wordedChecks } from '#lib/http/check-text';
import type { Page } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';
import { BULK_MAX } from '#lib/requests/approve-requests';
import type { RequestItem } from '#lib/requests/views';
import { listRequests } from '#lib/requests/list-requests';
import { viewSigner } from '#lib/onboarding/signer-view';

import { BulkBar } from '#components/admin/bulk-bar';
import { NewRequests } from '#components/admin/new-requests';
import { Pager } from '#components/admin/pager';
import { QueueKeys } from '#components/admin/queue-keys';
import { QueueTable } from '#components/admin/queue-table';
import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { SectionHead } from '#components/ui/section-head';
import { Toasts } from '#components/ui/toast';

import { approveMany } from './actions';
import { queueKeyLines, queueWords } from './key-lines';
import { NothingFound } from './nothing-found';
import { one, withQuery, type Query } from './search-params';

const FORM = 'bulk';
const FLAGGED_PAGE = 20;
const CLEAN_PAGE = 50;

/** What waits: flagged above clean, each with pages of its own; only clean ones have a box. */
export async function WaitingQueue({
  page,
  query,
  q,
  sort,
  counts,
}: {
  page: Page;
  query: Query;
  /** Only what this finds; empty: everything. */
  q: string;
  sort: 'oldest' | 'newest' | 'name';
  counts: { clean: number; flagged: number; SUBMITTED: number };
}) {
  const { ctx, t, locale, config } = page;
  const list = (finding: 'flagged' | 'clean', limit: number) =>
    listRequests(ctx, {
      state: 'SUBMITTED',
      finding,
      sort,
      q,
      ...(one(query, finding) === '' ? {} : { cursor: one(query, finding) }),
      limit,
    });
  const [flagged, clean, newest, signer] = await Promise.all([
    list('flagged', FLAGGED_PAGE),
    list('clean', CLEAN_PAGE),
    listRequests(ctx, { state: 'SUBMITTED', sort: 'newest', limit: 1 }),
    viewSigner(ctx),
  ]);
  const decides = allows(page.person?.roles ?? [], 'requests.decide');
  if (counts.SUBMITTED === 0) {
    return (
      <>
        <h2 className="vh">{t('admin.queue.listTitle')}</h2>
        <Empty
          title={t('admin.queue.emptyTitle')}
          action={<LinkButton href="/certs/new">{t('admin.queue.emptyAction')}</LinkButton>}
        >
          {t('admin.queue.emptyBody')}
        </Empty>
        <News page={page} newest={null} />
      </>
    );
  }
  if (q !== '' && flagged.items.length + clean.items.length === 0) {
    return <NothingFound page={page} q={q} plain="/admin" />;
  }
  const number = (items: readonly unknown[], all: number) => (q === '' ? all : items.length);
  const now = ctx.now();
  const inWords = (items: readonly RequestItem[]) =>
    items.map((item) => ({ ...item, checks: wordedChecks(locale, item.checks) }));
  const common = { formId: FORM, accounts: config.accounts.source !== 'none', now, locale, t };
  const note =
    signer.state !== 'unlocked'
      ? t('admin.queue.lockedNote')
      : config.signing.auto
        ? t('admin.queue.autoNote', { seconds: config.signing.undoSeconds })
        : t('admin.queue.manualNote');
  return (
    <div className="queue-area">
      {q === '' ? null : (
        <p className="meta found">
          {t('admin.queue.searched', { n: flagged.items.length + clean.items.length, q })}{' '}
          <a href="/admin">{t('admin.queue.searchClear')}</a>
        </p>
      )}
      {flagged.items.length > 0 ? (
        <section aria-labelledby="flagged">
          <SectionHead
            flush
            id="flagged"
            title={t('admin.queue.flaggedTitle', { n: number(flagged.items, counts.flagged) })}
            note={t('admin.queue.flaggedHelp')}
          />
          <QueueTable items={inWords(flagged.items)} selectable={false} {...common} />
          <Pages page={page} query={query} part="flagged" next={flagged.nextCursor} word="nextFlagged" />
        </section>
      ) : null}
      {clean.items.length > 0 ? (
        <section className={flagged.items.length > 0 ? 'section' : ''} aria-labelledby="clean">
          <SectionHead
            flush
            id="clean"
            title={t('admin.queue.cleanTitle', { n: number(clean.items, counts.clean) })}
            note={t('admin.queue.cleanHelp')}
          />
          <QueueTable items={inWords(clean.items)} selectable={decides} {...common} />
          <Pages page={page} query={query} part="clean" next={clean.nextCursor} word="nextClean" />
        </section>
      ) : null}
      {decides && q === '' && counts.clean > 1 && config.approval.require === 'passkey' ? (
        <p className="section-actions">
          <a href="/admin/approve?all=clean">
            {counts.clean > BULK_MAX
              ? t('passkeys.approve.allMax', { n: BULK_MAX })
              : t('passkeys.approve.all', { n: counts.clean })}
          </a>
        </p>
      ) : null}
      {decides && clean.items.length > 0 ? (
        <BulkBar
          formId={FORM}
          approve={approveMany}
          touched={config.approval.require === 'passkey'}
          total={clean.items.length}
          note={note}
          t={t}
        />
      ) : null}
      <QueueKeys
        title={t('admin.keys.title')}
        close={t('admin.keys.close')}
        lines={queueKeyLines(t)}
        words={queueWords(t)}
      />
      <News page={page} newest={newest.items[0]?.id ?? null} />
    </div>
  );
}

function News({ page, newest }: { page: Page; newest: string | null }) {
  const { t } = page;
  return (
    <Toasts>
      <NewRequests
        newest={newest}
        text={t('admin.queue.refresh')}
        show={t('admin.queue.refreshButton')}
        href="/admin"
      />
    </Toasts>
  );
}

function Pages({
  page,
  query,
  part,
  next,
  word,
}: {
  page: Page;
  query: Query;
  part: 'flagged' | 'clean';
  next: string | null;
  word: 'nextFlagged' | 'nextClean';
}) {
  const { t } = page;
  return (
    <Pager
      first={
        one(query, part) === ''
          ? null
          : { href: withQuery('/admin', query, { [part]: null, done: null }), word: t('admin.queue.first') }
      }
      next={
        next === null
          ? null
          : { href: withQuery('/admin', query, { [part]: next, done: null }), word: t(`admin.queue.${word}`) }
      }
    />
  );
}
