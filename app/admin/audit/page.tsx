/** What was done and by whom, newest first, and whether the chain holds. */
import { listAudit } from '#lib/audit/list-audit';
import { AuditFilterQuery, filterOf } from '#lib/audit/read-filter';
import { requirePage, type Page } from '#lib/http/page';

import { Pager } from '#components/admin/pager';
import { LinkButton } from '#components/ui/button';
import { Empty } from '#components/ui/empty';

import { AdminFrame, PLACES } from '../admin-frame';
import { one, withQuery, type Query } from '../search-params';
import { adminTitle } from '../title';
import { ChainState } from './chain-state';
import { EventTable } from './event-table';
import { FilterForm } from './filter-form';
import './audit.css';

const HERE = '/admin/audit';
const EXPORT = '/api/v1/admin/audit/export';
const NAMES = ['about', 'actor', 'action', 'target', 'outcome', 'from', 'to'] as const;

export const generateMetadata = () => adminTitle('admin.audit.page');

export default async function AuditPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const page = await requirePage(PLACES.audit, withQuery(HERE, query, {}));
  const { ctx, t } = page;
  const filter = readFilter(query);
  const cursor = one(query, 'cursor');
  const [newest, found] = await Promise.all([
    listAudit(ctx, { limit: 1 }),
    listAudit(ctx, { ...filterOf(filter), cursor, limit: 100 }),
  ]);
  const asked = one(query, 'verify') === '1';
  return (
    <AdminFrame page={page} at="audit">
      <div className="head">
        <h1>{t('admin.audit.title')}</h1>
      </div>
      <ChainState
        page={page}
        length={newest.items[0]?.seq ?? 0}
        checkHref={asked ? null : withQuery(HERE, query, { verify: '1' })}
      />
      <div className="section">
        <FilterForm action={HERE} filter={filter} t={t} />
        <Shown filter={filter} page={page} />
      </div>
      {found.items.length === 0 ? (
        <Empty
          title={t('admin.audit.emptyTitle')}
          action={<LinkButton href={HERE}>{t('admin.audit.emptyAction')}</LinkButton>}
        >
          {t('admin.audit.emptyBody')}
        </Empty>
      ) : (
        <EventTable items={found.items} here={HERE} t={t} />
      )}
      <Pager
        first={
          cursor === ''
            ? null
            : { href: withQuery(HERE, query, { cursor: null }), word: t('admin.audit.first') }
        }
        next={
          found.nextCursor === null
            ? null
            : { href: withQuery(HERE, query, { cursor: found.nextCursor }), word: t('admin.audit.next') }
        }
      />
    </AdminFrame>
  );
}

/** What is not a value of its kind is left out, and the form shows it empty. */
function readFilter(query: Query): AuditFilterQuery {
  const { shape } = AuditFilterQuery;
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const read = shape[name].safeParse(one(query, name) || undefined);
      return read.success && read.data !== undefined ? [[name, read.data]] : [];
    }),
  );
}

/** What is shown, in words, and the same as a file. */
function Shown({ filter, page }: { filter: AuditFilterQuery; page: Page }) {
  const { t } = page;
  const about = filter.about ?? '';
  const file = (form: string) => withQuery(EXPORT, filter, { form });
  return (
    <div className="audit-shown">
      <h2 className={about === '' ? 'vh' : undefined}>
        {about === '' ? t('admin.audit.title') : t('admin.audit.storyTitle', { about })}
      </h2>
      <p className="meta">
        {/^R-[0-9A-Z]{8}$/.test(about) &&
        page.person?.roles.some((role) => role === 'approver' || role === 'auditor') ? (
          <>
            <a href={`/admin/requests/${about}`}>{t('admin.audit.openRequest')}</a> ·{' '}
          </>
        ) : null}
        {Object.keys(filter).length > 0 ? (
          <>
            <a href={HERE}>{t('admin.audit.clear')}</a> ·{' '}
          </>
        ) : null}
        {t('admin.audit.export')} <a href={file('csv')}>{t('admin.audit.exportCsv')}</a>,{' '}
        <a href={file('jsonl')}>{t('admin.audit.exportJsonl')}</a>. {t('admin.audit.exportHelp')}
      </p>
    </div>
  );
}
