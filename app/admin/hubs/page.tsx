/** Registered hubs, what is wrong with registration files, who may enter and how to change it. */
import { requirePage, type Page } from '#lib/http/page';
import { hubProblems } from '#lib/hubs/hub-problems';
import { listHubAccess } from '#lib/hubs/list-hub-access';
import { listHubs, type HubView } from '#lib/hubs/list-hubs';

import { LinkButton } from '#components/ui/button';
import { CodeBlock } from '#components/ui/code-block';
import { Empty } from '#components/ui/empty';
import { SectionHead } from '#components/ui/section-head';
import { State } from '#components/ui/state';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

import { AdminFrame, PLACES } from '../admin-frame';
import { QueueFlash } from '../queue-flash';
import type { Query } from '../search-params';
import { adminTitle } from '../title';

const HEALTH = {
  up: 'ok',
  starting: 'wait',
  degraded: 'warn',
  down: 'bad',
  stale: 'bad',
  unknown: 'off',
} as const satisfies Record<HubView['state'], string>;

export const generateMetadata = () => adminTitle('admin.hubs.page');

type Access = Awaited<ReturnType<typeof listHubAccess>>['items'];

export default async function HubsPage({ searchParams }: { searchParams: Promise<Query> }) {
  const page = await requirePage(PLACES.hubs, '/admin/hubs');
  const { ctx, t } = page;
  const [{ hubs }, { folder, problems }, access, query] = await Promise.all([
    listHubs(ctx, { visitor: null }),
    hubProblems(ctx),
    listHubAccess(ctx),
    searchParams,
  ]);
  const n = hubs.length;
  const example = routeOf(hubs[0]?.url ?? '') ?? 'astro';
  return (
    <AdminFrame page={page} at="hubs">
      <QueueFlash page={page} query={query} />
      <div className="head">
        <h1>
          {problems.length === 0
            ? t('admin.hubs.title', { n })
            : t('admin.hubs.titleProblems', { n, p: problems.length })}
        </h1>
        <p className="meta">
          {t('admin.hubs.folder')}: <span className="mono break">{folder}</span>
        </p>
        <p className="meta">
          <a href="/admin/notices">{t('admin.hubs.notices')}</a>
        </p>
      </div>
      {problems.length > 0 ? <Problems page={page} problems={problems} /> : null}
      {n === 0 ? (
        <div className="section">
          <>
            <h2 className="vh">{t('admin.hubs.page')}</h2>
            <Empty
              title={t('admin.hubs.emptyTitle')}
              action={<LinkButton href="/hubs">{t('admin.hubs.emptyAction')}</LinkButton>}
            >
              {t('admin.hubs.emptyBody', { dir: folder })}
            </Empty>
          </>
        </div>
      ) : (
        <div className={problems.length > 0 ? 'section' : undefined}>
          <Hubs page={page} hubs={hubs} access={access.items} />
        </div>
      )}
      <div className="cols cols-even section">
        <section aria-labelledby="access">
          <SectionHead id="access" title={t('admin.hubs.changeTitle')} note={t('admin.hubs.changeHelp')} />
          <CodeBlock
            code={`npx hubgate hubs access ${example} listed\nnpx hubgate hubs allow ${example} alice\nnpx hubgate hubs deny ${example} alice\nnpx hubgate hubs access ${example} any-valid`}
            about={t('common.aboutCommand')}
            t={t}
          />
        </section>
        <section aria-labelledby="route">
          <SectionHead id="route" title={t('admin.hubs.routeTitle')} note={t('admin.hubs.routeHelp')} />
          <CodeBlock
            code={`[hubs.upstream]\n${example} = "http://127.0.0.1:8000"`}
            about={t('common.aboutCommand')}
            t={t}
          />
        </section>
      </div>
    </AdminFrame>
  );
}

/** A hub's name at the gate: the first segment of its public path. */
function routeOf(url: string): string | null {
  return URL.canParse(url) ? (new URL(url).pathname.split('/')[1] ?? null) || null : null;
}

function Problems({
  page,
  problems,
}: {
  page: Page;
  problems: Awaited<ReturnType<typeof hubProblems>>['problems'];
}) {
  const { t } = page;
  return (
    <section aria-labelledby="problems">
      <SectionHead flush id="problems" title={t('admin.hubs.problems')} note={t('admin.hubs.problemsHelp')} />
      <Table heads={[t('admin.hubs.colFile'), t('admin.hubs.colLine'), t('admin.hubs.colProblem')]}>
        {problems.map((problem) => (
          <Row key={`${problem.file} ${problem.line} ${problem.code}`}>
            <RowHead>
              <span className="mono break">{problem.file}</span>
            </RowHead>
            <td role="cell" data-label={t('admin.hubs.colLine')}>
              <span>{problem.line === 0 ? t('admin.hubs.wholeFile') : problem.line}</span>
            </td>
            <td role="cell">
              <State kind="warn">{t(`admin.hubs.problem.${problem.code}`)}</State>{' '}
              {problem.text === '' ? null : <span className="mono break quiet-ink">{problem.text}</span>}
            </td>
          </Row>
        ))}
      </Table>
    </section>
  );
}

function Hubs({ page, hubs, access }: { page: Page; hubs: readonly HubView[]; access: Access }) {
  const { t, ctx, locale, config } = page;
  return (
    <Table
      heads={[
        t('admin.hubs.colHub'),
        t('admin.hubs.colState'),
        t('admin.hubs.colAddress'),
        t('admin.hubs.colRoute'),
        t('admin.hubs.colAccess'),
      ]}
    >
      {hubs.map((hub) => {
        const route = new URL(hub.url).origin === config.site.gateUrl ? routeOf(hub.url) : null;
        const entry = access.find((one) => one.route === route);
        const upstream = route === null ? undefined : config.hubs.upstream[route];
        return (
          <Row key={hub.name}>
            <RowHead>
              <b>{hub.name}</b>
              <span className="step-detail break">{hub.description}</span>
            </RowHead>
            <td role="cell" data-label={t('admin.hubs.colState')}>
              <span>
                <State kind={HEALTH[hub.state]}>{t(`admin.hubs.hubState.${hub.state}`)}</State>
                <span className="step-detail">
                  <Time at={hub.since} now={ctx.now()} locale={locale} />
                  {hub.version === undefined ? null : `, JupyterHub ${hub.version}`}
                </span>
              </span>
            </td>
            <td role="cell" data-label={t('admin.hubs.colAddress')}>
              <span>
                {hub.routed ? (
                  <a className="mono break" href={hub.url} rel="noreferrer">
                    {hub.url}
                  </a>
                ) : (
                  <span className="mono break">{hub.url}</span>
                )}
              </span>
            </td>
            <td role="cell" data-label={t('admin.hubs.colRoute')}>
              <span>
                {hub.routed ? (
                  upstream === undefined ? (
                    t('admin.hubs.routedByFile')
                  ) : (
                    t('admin.hubs.routed', { upstream })
                  )
                ) : (
                  <State kind="warn" wrap>
                    {t('admin.hubs.notRouted')}
                  </State>
                )}
              </span>
            </td>
            <td role="cell" data-label={t('admin.hubs.colAccess')}>
              <span>
                {entry === undefined
                  ? t('admin.common.none')
                  : entry.access === 'any-valid'
                    ? t('admin.hubs.anyValid')
                    : t('admin.hubs.listed', { n: entry.members.length })}
                {entry?.access === 'listed' && entry.members.length > 0 ? (
                  <span className="step-detail mono break">{entry.members.slice(0, 12).join(', ')}</span>
                ) : null}
                {entry?.access === 'listed' && entry.units.length > 0 ? (
                  <span className="step-detail">{t('admin.hubs.andUnits', { n: entry.units.length })}</span>
                ) : null}
                {entry !== undefined && entry.events.length > 0 ? (
                  <span className="step-detail">{t('admin.hubs.andEvents', { n: entry.events.length })}</span>
                ) : null}
                {entry === undefined ? null : (
                  <span className="step-detail">
                    <a
                      href={`/admin/hubs/${entry.route}`}
                      aria-label={t('admin.hubs.editName', { name: entry.route })}
                    >
                      {t('admin.hubs.edit')}
                    </a>
                  </span>
                )}
              </span>
            </td>
          </Row>
        );
      })}
    </Table>
  );
}
