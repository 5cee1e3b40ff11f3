/** Approves several requests with one touch of a passkey: all that is ticked, and nothing else. */
import { createHash } from 'node:crypto';

import { keepHtml } from '#lib/http/kept-html';
import { requirePage, type Page } from '#lib/http/page';
import { listApprovable, type ApprovableItem } from '#lib/requests/list-approvable';

import { approveRowsHtml } from '#components/admin/approve-rows';
import { ApproveForm } from '#components/admin/approve-form';
import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';
import { wordsOf } from '#components/ui/words-of';

import { AdminFrame } from '../admin-frame';
import { one, seenRequests, withQuery, type Query } from '../search-params';
import { seenValue } from '../seen-request';
import { adminTitle } from '../title';
import { approveSelection, beginMany } from './actions';
import { KeptRows } from './kept-rows';
import { touchWords } from './touch-words';

export const generateMetadata = () => adminTitle('passkeys.approve.page');

export default async function ApprovePage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const page = await requirePage('requests.decide', withQuery('/admin/approve', query, {}));
  const { t, ctx } = page;
  const all = one(query, 'all') === 'clean';
  const items = await listApprovable(ctx, all ? { all: 'clean' } : { seen: seenRequests(query, 'id') });
  const n = items.length;
  return (
    <AdminFrame page={page} at="queue">
      <div className="stack">
        <PageHead
          crumb={<a href="/admin">{t('admin.common.crumb')}</a>}
          title={n === 0 ? t('passkeys.approve.noneTitle') : t('passkeys.approve.title', { n })}
          lede={n === 0 ? undefined : t('passkeys.approve.lede')}
        />
        {n === 0 ? (
          <Empty
            title={t('passkeys.approve.noneTitle')}
            action={<LinkButton href="/admin">{t('admin.bulk.noneAction')}</LinkButton>}
          >
            {t('passkeys.approve.noneBody')}
          </Empty>
        ) : (
          <ApproveForm
            action={approveSelection}
            asking={{ begin: beginMany, ...touchWords(t) }}
            count={n}
            rows={rowsOf(page, items)}
            words={wordsOf(
              t,
              'passkeys.approve',
              [
                'which',
                'colAccount',
                'colNames',
                'colKind',
                'colRequest',
                'submitOne',
                'submitMany',
                'submitNone',
                'cancel',
              ],
              ['n'],
            )}
          />
        )}
      </div>
    </AdminFrame>
  );
}

function rowsOf({ t, ctx }: Page, items: readonly ApprovableItem[]) {
  const kinds = { user: t('passkeys.approve.kind.user'), server: t('passkeys.approve.kind.server') };
  const html = approveRowsHtml(
    items.map((item) => ({
      id: item.id,
      seen: seenValue(item),
      commonName: item.commonName,
      names: item.names.join(', '),
      kind: kinds[item.profile],
    })),
    wordsOf(t, 'passkeys.approve', ['colNames', 'colKind', 'colRequest', 'noNames']),
  );
  // By what it says: whoever loads the page again needs no second copy.
  const name = `approve ${createHash('sha256').update(html).digest('base64url')}`;
  const kept = keepHtml(name, () => html, ctx.now().getTime());
  return <KeptRows name={name} html={kept ? null : html} />;
}
