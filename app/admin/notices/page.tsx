/** Maintenance of hubs: what is announced, what was, and the form to announce more. */
import { hostZone } from '#lib/http/host-zone';
import { requirePage } from '#lib/http/page';
import { listHubs } from '#lib/hubs/list-hubs';
import { listNotices } from '#lib/hubs/notices/list-notices';
import { allows } from '#lib/identity/role-table';

import { Flash } from '#components/admin/flash';
import { Empty } from '#components/ui/empty';
import { SectionHead } from '#components/ui/section-head';

import { AdminFrame, PLACES } from '../admin-frame';
import { QueueFlash } from '../queue-flash';
import { one, type Query } from '../search-params';
import { adminTitle } from '../title';
import { AnnouncePanel } from './announce-panel';
import { NoticeTable } from './notice-table';

export const generateMetadata = () => adminTitle('hubs.notices.page');

const DONE = ['announced', 'changed', 'withdrawn'] as const;

export default async function NoticesPage({ searchParams }: { searchParams: Promise<Query> }) {
  const page = await requirePage(PLACES.hubs, '/admin/notices');
  const { ctx, t, locale, person } = page;
  const [{ open, past }, { hubs }, query] = await Promise.all([
    listNotices(ctx),
    listHubs(ctx, { visitor: null }),
    searchParams,
  ]);
  const look = { t, now: ctx.now(), locale, zone: hostZone() };
  const manages = allows(person.roles, 'hubs.manage');
  const registered = hubs.map(({ name }) => name);
  const done = DONE.find((word) => word === one(query, 'done'));
  const edited = open.find(({ id }) => id === one(query, 'edit')) ?? null;
  return (
    <AdminFrame page={page} at="hubs">
      <QueueFlash page={page} query={query} />
      {done === undefined ? null : <Flash>{t(`hubs.notices.done.${done}`)}</Flash>}
      <div className="head">
        <p className="crumb">
          <a href="/admin/hubs">{t('admin.hubs.page')}</a>
        </p>
        <h1>{t('hubs.notices.heading', { n: open.length })}</h1>
        <p className="meta">{t('hubs.notices.where')}</p>
      </div>
      <div className={manages ? 'cols cols-aside' : undefined}>
        <div>
          {open.length === 0 ? (
            <>
              <h2 className="vh">{t('hubs.notices.openTitle')}</h2>
              <Empty title={t('hubs.notices.noneTitle')}>{t('hubs.notices.noneText')}</Empty>
            </>
          ) : (
            <section aria-labelledby="open">
              <SectionHead flush id="open" title={t('hubs.notices.openTitle')} />
              <NoticeTable notices={open} registered={registered} manages={manages} look={look} />
            </section>
          )}
          {past.length === 0 ? null : (
            <section className="section" aria-labelledby="past">
              <SectionHead flush id="past" title={t('hubs.notices.pastTitle')} />
              <NoticeTable notices={past} registered={null} manages={false} look={look} />
            </section>
          )}
        </div>
        {manages ? <AnnouncePanel notice={edited} registered={registered} look={look} /> : null}
      </div>
    </AdminFrame>
  );
}
