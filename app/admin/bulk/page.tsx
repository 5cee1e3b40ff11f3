/** Rejects several requests, or asks several people, with one text. */
import { requirePage } from '#lib/http/page';
import { viewRequest } from '#lib/requests/view-request';
import type { ApproverView } from '#lib/requests/views';

import { BulkForm } from '#components/admin/bulk-form';
import { TemplateFiller } from '#components/admin/template-filler';
import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';
import { PageHead } from '#components/ui/page-head';

import { decideMany } from '../actions';
import { AdminFrame } from '../admin-frame';
import { one, seenRequests, withQuery, type Query } from '../search-params';
import { seenValue } from '../seen-request';
import { templates } from '../templates';
import { adminTitle } from '../title';

export const generateMetadata = () => adminTitle('admin.bulk.page');

export default async function BulkPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const kind = one(query, 'do') === 'ask' ? 'ask' : 'reject';
  const page = await requirePage('requests.decide', withQuery('/admin/bulk', query, {}));
  const { t, ctx } = page;
  const found: { request: ApproverView; seen: string }[] = [];
  for (const seen of seenRequests(query, 'id').slice(0, 100)) {
    const request = await viewRequest(ctx, { id: seen.id }).catch(() => null);
    // The version stays that of the queue, where the requests were ticked.
    if (request?.actions.includes(kind)) found.push({ request, seen: seenValue(seen) });
  }
  const n = found.length;
  const word = kind === 'ask' ? 'Ask' : 'Reject';
  const texts = templates(t, kind);
  return (
    <AdminFrame page={page} at="queue">
      <div className="narrow stack">
        <PageHead
          crumb={<a href="/admin">{t('admin.common.crumb')}</a>}
          title={n === 0 ? t('admin.bulk.noneTitle') : t(`admin.bulk.title${word}`, { n })}
        />
        {n === 0 ? (
          <>
            <h2 className="vh">{t('admin.bulk.which')}</h2>
            <Empty
              title={t('admin.bulk.noneTitle')}
              action={<LinkButton href="/admin">{t('admin.bulk.noneAction')}</LinkButton>}
            >
              {t('admin.bulk.noneBody')}
            </Empty>
          </>
        ) : (
          <BulkForm
            action={decideMany}
            kind={kind}
            requests={found.map(({ request, seen }) => ({ id: request.id, seen, name: request.commonName }))}
            templates={texts}
            words={{
              which: t('admin.bulk.which'),
              template: t('admin.request.template'),
              templateOwn: t('admin.request.templateOwn'),
              text: t(kind === 'ask' ? 'admin.request.questionField' : 'admin.request.reasonField'),
              fieldHelp: t('admin.request.fieldHelp'),
              submit: t(`admin.bulk.submit${word}`, { n }),
              cancel: t('admin.bulk.cancel'),
            }}
          />
        )}
      </div>
      <TemplateFiller texts={Object.fromEntries(texts.map((one) => [one.key, one.text]))} />
    </AdminFrame>
  );
}
