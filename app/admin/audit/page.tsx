/** What was done and by whom, newest first, and whether the chain holds. */
import { listAudit } from '#lib/audit/list-audit';
import { verifyAudit } from '#lib/audit/verify-audit';
import { requirePage, type Page } from '#lib/http/page';

import { Pager } from '#components/admin/pager';
import { SearchForm } from '#components/admin/search-form';
import { LinkButton } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { Empty } from '#components/ui/empty';
import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

import { actorWord } from '../../../components/admin/actor';
import { AdminFrame, PLACES } from '../admin-frame';
import { one, withQuery, type Query } from '../search-params';
import { adminTitle } from '../title';

const HERE = '/admin/audit';
/** Longer chains are checked when somebody asks: a page is not to read a whole table each time. */
const CHECKED_AT_ONCE = 2000;
const OUTCOME = { done: 'ok', refused: 'warn', failed: 'bad' } as const;

export const generateMetadata = () => adminTitle('admin.audit.page');

export default async function AuditPage({ searchParams }: { searchParams: Promise<Query> }) {
  const query = await searchParams;
  const page = await requirePage(PLACES.audit, withQuery(HERE, query, {}));
  const { ctx, t, locale } = page;
  const q = one(query, 'q');
  const cursor = one(query, 'cursor');
  const isAction = /^[a-z-]+\.[a-z-]+$/.test(q);
  const [newest, found] = await Promise.all([
    listAudit(ctx, { limit: 1 }),
    listAudit(ctx, {
      ...(q === '' ? {} : isAction ? { action: q } : { target: q }),
      ...(cursor === '' ? {} : { cursor }),
      limit: 100,
    }),
  ]);
  const length = newest.items[0]?.seq ?? 0;
  return (
    <AdminFrame page={page} at="audit">
      <div className="head">
        <h1>{t('admin.audit.title')}</h1>
      </div>
      <ChainState page={page} length={length} asked={one(query, 'verify') === '1'} />
      <div className="filters section">
        <SearchForm
          action={HERE}
          label={t('admin.audit.search')}
          placeholder={t('admin.audit.searchPlaceholder')}
          button={t('admin.audit.searchButton')}
          q={q}
        />
      </div>
      {found.items.length === 0 ? (
        <>
          <h2 className="vh">{t('admin.audit.title')}</h2>
          <Empty
            title={t('admin.audit.emptyTitle')}
            action={<LinkButton href={HERE}>{t('admin.audit.emptyAction')}</LinkButton>}
          >
            {t('admin.audit.emptyBody')}
          </Empty>
        </>
      ) : (
        <Table
          className="dense-table rows listing audit-table"
          heads={[
            [t('admin.audit.colSeq'), 'num'],
            t('admin.audit.colAt'),
            t('admin.audit.colActor'),
            t('admin.audit.colAction'),
            t('admin.audit.colTarget'),
            t('admin.audit.colOutcome'),
            t('admin.audit.colHash'),
          ]}
        >
          {found.items.map((event) => (
            <Row key={event.seq}>
              <RowHead className="num">{event.seq}</RowHead>
              <td role="cell" data-label={t('admin.audit.colAt')}>
                <span>
                  <Time at={event.at} now={ctx.now()} locale={locale} />
                </span>
              </td>
              <td role="cell" data-label={t('admin.audit.colActor')}>
                <span className="break">{actorWord(event.actor)}</span>
              </td>
              <td role="cell" data-label={t('admin.audit.colAction')}>
                <span className="mono break">{event.action}</span>
              </td>
              <td role="cell" data-label={t('admin.audit.colTarget')}>
                <span className="break">
                  {/^R-[0-9A-Z]{8}$/.test(event.target) ? (
                    <a className="mono" href={`/admin/requests/${event.target}`}>
                      {event.target}
                    </a>
                  ) : (
                    <span className="mono">{event.target}</span>
                  )}
                </span>
              </td>
              <td role="cell" data-label={t('admin.audit.colOutcome')}>
                <span>
                  <State kind={OUTCOME[event.outcome as keyof typeof OUTCOME] ?? 'off'}>
                    {event.outcome in OUTCOME ? t(`admin.audit.outcome.${event.outcome}`) : event.outcome}
                  </State>
                </span>
              </td>
              <td role="cell" data-label={t('admin.audit.colHash')}>
                <span className="mono quiet-ink">{event.hash.slice(0, 8)}</span>
              </td>
            </Row>
          ))}
        </Table>
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

async function ChainState({ page, length, asked }: { page: Page; length: number; asked: boolean }) {
  const { t, ctx } = page;
  if (length > CHECKED_AT_ONCE && !asked) {
    return (
      <Callout>
        <p>
          <b>{t('admin.audit.chainUnchecked', { n: length })}</b> {t('admin.audit.chainLong')}
        </p>
        <p>
          <LinkButton small href={`${HERE}?verify=1`}>
            {t('admin.audit.chainCheck')}
          </LinkButton>
        </p>
      </Callout>
    );
  }
  const verdict = await verifyAudit(ctx);
  return verdict.ok ? (
    <Callout kind="ok">
      <p>
        <b>{t('admin.audit.chainOk', { n: verdict.events })}</b> {t('admin.audit.chainHelp')}
      </p>
    </Callout>
  ) : (
    <Callout kind="bad">
      <p>
        <b>{t('admin.audit.chainBroken', { seq: verdict.brokenAt })}</b> {t('admin.audit.chainBrokenHelp')}
      </p>
    </Callout>
  );
}
