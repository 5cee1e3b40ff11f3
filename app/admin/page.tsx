/** The queue: what waits for a decision, flagged above clean; other states by tab. */
import { requirePage } from '#lib/http/page';
import { allows } from '#lib/identity/role-table';
import { listRequests } from '#lib/requests/list-requests';
import { requestCounts } from '#lib/requests/request-counts';
import { REQUEST_STATES, type RequestState } from '#lib/requests/states';

import { KeysLine } from '#components/admin/keys-line';
import { SearchForm } from '#components/admin/search-form';
import { Tabs } from '#components/admin/tabs';

import { AdminFrame } from './admin-frame';
import { FirstSteps } from './first-steps/first-steps';
import { loadFirstSteps } from './first-steps/load';
import { QueueFlash } from './queue-flash';
import { DecidedQueue } from './queue-decided';
import { WaitingQueue } from './queue-waiting';
import { one, withQuery, type Query } from './search-params';
import { adminTitle } from './title';

const TABS = ['SUBMITTED', 'APPROVED', 'FAILED', 'ISSUED', 'REJECTED', 'WITHDRAWN', 'EXPIRED'] as const;
const ALWAYS: readonly RequestState[] = ['SUBMITTED', 'APPROVED', 'FAILED', 'ISSUED', 'REJECTED'];
const SORTS = ['oldest', 'newest', 'name'] as const;

export const generateMetadata = () => adminTitle('admin.queue.page');

export default async function QueuePage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const page = await requirePage('administration.open', withQuery('/admin', query, {}));
  const { ctx, t, person } = page;
  const mayRead = allows(person.roles, 'queue.read');
  const steps = one(query, 'state') === '' ? await loadFirstSteps(page) : null;
  const openSteps = (steps?.items ?? []).filter(
    (item) => item.state === 'todo' || item.state === 'problem',
  ).length;
  const showSteps = steps !== null && !steps.dismissed && openSteps > 0;
  if (!mayRead) {
    return (
      <AdminFrame page={page} at={null}>
        <FirstSteps page={page} steps={steps ?? (await loadFirstSteps(page))} asTitle />
      </AdminFrame>
    );
  }

  const wanted = one(query, 'state');
  const state = REQUEST_STATES.find((known) => known === wanted) ?? 'SUBMITTED';
  const q = one(query, 'q');
  const sort =
    SORTS.find((known) => known === one(query, 'sort')) ?? (state === 'SUBMITTED' ? 'oldest' : 'newest');
  const counts = await requestCounts(ctx);
  const stepsLead = showSteps && counts.SUBMITTED === 0;
  const title = t(`admin.queue.title${state === 'SUBMITTED' ? 'Submitted' : state}`, { n: counts[state] });
  const view = { page, query, state, q, sort, counts };
  return (
    <AdminFrame page={page} at="queue" counts={counts}>
      <QueueFlash page={page} query={query} />
      {stepsLead && steps ? <FirstSteps page={page} steps={steps} asTitle /> : null}
      {showSteps && !stepsLead ? (
        <p className="steps-note">
          {t('admin.first.title', { n: openSteps })}.{' '}
          <a href="/admin/first-steps">{t('admin.nav.firstSteps')}</a>
        </p>
      ) : null}
      <div className={stepsLead ? 'head head-split section' : 'head head-split'}>
        {stepsLead ? <h2 className="as-title">{title}</h2> : <h1>{title}</h1>}
        {state === 'SUBMITTED' && counts.SUBMITTED > 0 ? <KeysLine t={t} /> : null}
      </div>
      <div className="filters">
        <Tabs
          locale={page.locale}
          label={t('admin.queue.tabs')}
          tabs={TABS.filter((tab) => ALWAYS.includes(tab) || counts[tab] > 0 || tab === state).map((tab) => ({
            key: tab,
            href: tab === 'SUBMITTED' ? '/admin' : `/admin?state=${tab}`,
            word: t(`admin.state.${tab}`),
            count: counts[tab],
            current: tab === state,
          }))}
        />
        <SearchForm
          action="/admin"
          label={t('admin.queue.search')}
          placeholder={t('admin.queue.searchPlaceholder')}
          button={t('admin.queue.searchButton')}
          q={q}
          hidden={{ state: state === 'SUBMITTED' ? '' : state }}
        >
          <div className="field dense sort-field">
            <label className="vh" htmlFor="sort">
              {t('admin.queue.sort')}
            </label>
            <select id="sort" name="sort" defaultValue={sort}>
              <option value="oldest">{t('admin.queue.sortOldest')}</option>
              <option value="newest">{t('admin.queue.sortNewest')}</option>
              <option value="name">{t('admin.queue.sortName')}</option>
            </select>
          </div>
        </SearchForm>
      </div>
      {state === 'SUBMITTED' ? (
        <WaitingQueue {...view} />
      ) : (
        <DecidedQueue
          {...view}
          found={await listRequests(ctx, { state, q, sort, cursor: one(query, 'cursor'), limit: 50 })}
        />
      )}
    </AdminFrame>
  );
}
