import type { Page } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';
import type { RequestItem } from '#lib/requests/views';
import type { RequestState } from '#lib/requests/states';

import { Pager } from '#components/admin/pager';
import { RequestList } from '#components/admin/queue-table';
import { Button, LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';

import { retryFailed, undoApprovals } from './actions';
import { NothingFound } from './nothing-found';
import { one, withQuery, type Query } from './search-params';

/** One page of requests in another state, or of what a search found. */
export function DecidedQueue({
  page,
  query,
  state,
  q,
  found,
}: {
  page: Page;
  query: Query;
  state: RequestState;
  q: string;
  found: { items: RequestItem[]; nextCursor: string | null };
}) {
  const { ctx, t, locale } = page;
  const decides = allows(page.person?.roles ?? [], 'requests.decide');
  const plain = state === 'SUBMITTED' ? '/admin' : `/admin?state=${state}`;
  if (found.items.length === 0) {
    return q === '' ? (
      <>
        <h2 className="vh">{t('admin.queue.listTitle')}</h2>
        <Empty
          title={t('admin.queue.emptyOtherTitle')}
          action={<LinkButton href="/admin">{t('admin.queue.emptyOtherAction')}</LinkButton>}
        >
          {t('admin.queue.emptyOtherBody')}
        </Empty>
      </>
    ) : (
      <NothingFound page={page} q={q} plain={plain} />
    );
  }
  const rowAction =
    !decides || (state !== 'APPROVED' && state !== 'FAILED')
      ? undefined
      : (item: RequestItem) => <RowAction item={item} retry={state === 'FAILED'} page={page} />;
  return (
    <>
      {q === '' ? null : (
        <p className="meta found">
          {t(found.nextCursor === null ? 'admin.queue.searched' : 'admin.queue.searchedMore', {
            n: found.items.length,
            q,
          })}{' '}
          <a href={plain}>{t('admin.queue.searchClear')}</a>
        </p>
      )}
      {state === 'APPROVED' ? (
        <p className="actions lead-actions found">
          <LinkButton look="primary" href="/admin/signing">
            {t('admin.queue.signLink', { n: found.items.length })}
          </LinkButton>
        </p>
      ) : null}
      <RequestList items={found.items} action={rowAction} now={ctx.now()} locale={locale} t={t} />
      <Pager
        first={
          one(query, 'cursor') === ''
            ? null
            : { href: withQuery('/admin', query, { cursor: null }), word: t('admin.queue.first') }
        }
        next={
          found.nextCursor === null
            ? null
            : { href: withQuery('/admin', query, { cursor: found.nextCursor }), word: t('admin.queue.next') }
        }
      />
    </>
  );
}

function RowAction({ item, retry, page }: { item: RequestItem; retry: boolean; page: Page }) {
  const { t } = page;
  const name = t(retry ? 'admin.queue.retryName' : 'admin.queue.undoName', { name: item.commonName });
  return (
    <form action={retry ? retryFailed : undoApprovals}>
      <input type="hidden" name="id" value={item.id} />
      <Button type="submit" small aria-label={name}>
        {t(retry ? 'admin.queue.retry' : 'admin.queue.undo')}
      </Button>
    </form>
  );
}
