/** Approves several requests with one touch of a passkey: all that is ticked, and nothing else. */
import { requirePage } from '#lib/http/page';
import { listApprovable } from '#lib/requests/list-approvable';

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
            rows={items.map((item) => ({
              id: item.id,
              seen: seenValue(item),
              commonName: item.commonName,
              names: item.names.join(', '),
              kind: t(`passkeys.approve.kind.${item.profile}`),
            }))}
            words={wordsOf(
              t,
              'passkeys.approve',
              [
                'which',
                'colAccount',
                'colNames',
                'colKind',
                'colRequest',
                'noNames',
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
