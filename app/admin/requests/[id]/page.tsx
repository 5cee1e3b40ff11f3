/** One request: checks, related ones, what would be issued, and the decision. */
import { notFound } from 'next/navigation';

import { isHubgateError } from '#lib/errors';
import { wordedChecks, wordedRows } from '#lib/http/check-text';
import { requirePage, type Page } from '#lib/http/page';
import { listRequests } from '#lib/requests/list-requests';
import type { ApproverView } from '#lib/requests/views';
import { viewRequest } from '#lib/requests/view-request';

import { ChecksTable } from '#components/admin/checks-table';
import { isTakeover, weightOf } from '../../../../components/admin/finding';
import { PreviewTable } from '#components/admin/preview-table';
import { RequestKeys } from '#components/admin/request-keys';
import { SectionHead } from '#components/ui/section-head';

import { AdminFrame } from '../../admin-frame';
import { requestKeyLines } from '../../key-lines';
import { QueueFlash } from '../../queue-flash';
import type { Query } from '../../search-params';
import { adminTitle } from '../../title';
import { checkName } from './check-name';
import { CsrFold } from './csr-fold';
import { Decision } from './decision';
import { Related } from './related';
import { RequestSlip } from './request-slip';
import { TimelineSection } from './timeline-section';
import { WhoAsks } from './who-asks';

type Props = { params: Promise<{ id: string }>; searchParams: Promise<Query> };

export async function generateMetadata({ params }: Props) {
  return adminTitle('admin.request.page', { id: (await params).id, name: '' });
}

async function load(page: Page, id: string): Promise<ApproverView> {
  try {
    return await viewRequest(page.ctx, { id });
  } catch (thrown) {
    if (isHubgateError(thrown) && thrown.code === 'request.not-found') notFound();
    throw thrown;
  }
}

export default async function RequestPage({ params, searchParams }: Props) {
  const { id } = await params;
  const page = await requirePage('queue.read', `/admin/requests/${id}`);
  const { ctx, t } = page;
  const [request, flagged, query] = await Promise.all([
    load(page, id),
    listRequests(ctx, { state: 'SUBMITTED', finding: 'flagged', sort: 'oldest', limit: 20 }),
    searchParams,
  ]);
  const at = flagged.items.findIndex((item) => item.id === id);
  const next =
    flagged.items.filter((item) => item.id !== id)[Math.max(0, at)] ??
    flagged.items.find((item) => item.id !== id) ??
    null;
  const nextHref = next ? `/admin/requests/${next.id}` : null;
  return (
    <AdminFrame page={page} at="queue">
      <QueueFlash page={page} query={query} />
      <div className="head head-split">
        <div>
          <p className="crumb">
            <a href="/admin">{t('admin.common.crumb')}</a> / <span className="mono">{request.id}</span>
          </p>
          <h1>
            <span className="mono">{request.commonName}</span>: {titleOf(request, page)}
          </h1>
        </div>
        <p className="meta">
          {nextHref ? (
            <>
              {t('admin.request.positionFlagged', { n: flagged.items.length })} ·{' '}
              <a href={nextHref}>{t('admin.request.nextFlagged')}</a> <kbd className="js-only">j</kbd>{' '}
            </>
          ) : null}
          <a className="to-decide" href="#decide">
            {t('admin.request.toDecide')}
          </a>
        </p>
      </div>
      <div className="cols cols-aside">
        <div>
          <Checks request={request} page={page} />
          <Related request={request} page={page} />
          <section className="section" aria-labelledby="asked">
            <SectionHead flush id="asked" title={t('admin.request.asked')} />
            <div className="stack">
              <PreviewTable
                rows={wordedRows(page.locale, request.preview)}
                issued={request.state === 'ISSUED'}
                t={t}
              />
              <RequestSlip request={request} page={page} />
              <CsrFold request={request} t={t} />
            </div>
          </section>
          <TimelineSection timeline={request.timeline} page={page} />
        </div>
        <aside className="decide stack" aria-label={t('admin.request.decision')}>
          <Decision request={request} page={page} />
          <WhoAsks request={request} page={page} />
        </aside>
      </div>
      <RequestKeys
        title={t('admin.keys.title')}
        close={t('admin.keys.close')}
        lines={requestKeyLines(t)}
        next={nextHref}
        back="/admin"
      />
    </AdminFrame>
  );
}

function titleOf(request: ApproverView, { t }: Page): string {
  const against = request.checks.filter((check) => ['bad', 'warn'].includes(weightOf(check))).length;
  if (request.state !== 'SUBMITTED' || against === 0)
    return t('admin.request.titleClean', { state: request.state });
  return isTakeover(request)
    ? t('admin.request.titleTaken')
    : t('admin.request.titleFlagged', { n: against });
}

function Checks({ request, page }: { request: ApproverView; page: Page }) {
  const { t, locale } = page;
  const weights = request.checks.map(weightOf);
  const number = (...wanted: string[]) => weights.filter((weight) => wanted.includes(weight)).length;
  return (
    <section aria-labelledby="checks">
      <SectionHead
        flush
        id="checks"
        title={t('admin.request.checks')}
        note={t('admin.request.checksCount', {
          against: number('bad'),
          know: number('warn', 'info'),
          passed: number('ok'),
        })}
      />
      <ChecksTable checks={wordedChecks(locale, request.checks)} name={(code) => checkName(t, code)} t={t} />
    </section>
  );
}
