/** Who may enter one hub: the way in, the list, and files of it. */
import { notFound } from 'next/navigation';

import { requirePage, type Page } from '#lib/http/page';
import { checkHubName } from '#lib/hubs/hub-name';
import { viewHubList, type HubListView } from '#lib/hubs/view-hub-list';
import { allows } from '#lib/identity/role-table';

import { Flash } from '#components/admin/flash';
import { AddNames, ImportList } from '#components/admin/hub-list-forms';
import { SearchForm } from '#components/admin/search-form';
import { Button } from '#components/ui/button';
import { Callout } from '#components/ui/callout';
import { SectionHead } from '#components/ui/section-head';
import { Row, RowHead, Table } from '#components/ui/table';
import { Time } from '#components/ui/time';

import { actorWord } from '../../../../components/admin/actor';
import { AdminFrame, PLACES } from '../../admin-frame';
import { count, one, type Query } from '../../search-params';
import { adminTitle } from '../../title';
import { addToList, changeMode, importList, removeFromList } from './actions';

export const generateMetadata = () => adminTitle('admin.hubs.page');

/** More rows than somebody reads; the search finds the others. */
const SHOWN_MAX = 200;

type Person = Page & { person: NonNullable<Page['person']> };

export default async function HubListPage({
  params,
  searchParams,
}: {
  params: Promise<{ name: string }>;
  searchParams: Promise<Query>;
}) {
  const [{ name }, query] = await Promise.all([params, searchParams]);
  const page = await requirePage(PLACES.hubs, `/admin/hubs/${encodeURIComponent(name)}`);
  const { ctx, t, person } = page;
  if (!isHubName(name)) notFound();
  const list = await viewHubList(ctx, { name });
  const manages = allows(person.roles, 'hubs.manage');
  return (
    <AdminFrame page={page} at="hubs">
      <Done page={page} query={query} />
      <div className="head">
        <h1>{t('admin.hubs.list.page', { name })}</h1>
        <p className="meta">
          <a href="/admin/hubs">{t('admin.hubs.list.back')}</a>
        </p>
      </div>
      <div className="cols cols-aside">
        <div>
          <WayIn page={page} list={list} manages={manages} />
          <Entries page={page} list={list} manages={manages} q={one(query, 'q')} />
          <Files page={page} name={name} />
          {manages ? <Import page={page} name={name} /> : null}
        </div>
        {manages ? (
          <aside aria-labelledby="add">
            <section className="panel">
              <h2 id="add">{t('admin.hubs.list.addTitle')}</h2>
              <AddNames
                name={name}
                action={addToList}
                words={{
                  label: t('admin.hubs.list.addLabel'),
                  help: t('admin.hubs.list.addHelp'),
                  submit: t('admin.hubs.list.addSubmit'),
                }}
              />
            </section>
          </aside>
        ) : (
          <p className="meta">{t('admin.hubs.list.onlyOperators')}</p>
        )}
      </div>
    </AdminFrame>
  );
}

function isHubName(name: string): boolean {
  try {
    return checkHubName(name) === name;
  } catch {
    return false;
  }
}

function Done({ page, query }: { page: Page; query: Query }) {
  const { t } = page;
  const gate = one(query, 'gate');
  const says = { applied: 'gateApplied', waits: 'gateWaits', unknown: 'gateUnknown' } as const;
  if (!Object.hasOwn(says, gate)) return null;
  const values = { added: count(query, 'added'), removed: count(query, 'removed') };
  return (
    <Flash kind={gate === 'applied' ? 'ok' : 'plain'}>
      {values.added + values.removed === 0 ? t('admin.hubs.list.saved') : t('admin.hubs.list.done', values)}
      {t(`admin.hubs.list.${says[gate as keyof typeof says]}`)}
    </Flash>
  );
}

function WayIn({ page, list, manages }: { page: Person; list: HubListView; manages: boolean }) {
  const { t } = page;
  return (
    <section aria-labelledby="way">
      <SectionHead id="way" title={t('admin.hubs.list.ruleTitle')} note={t('admin.hubs.list.ruleHelp')} />
      {list.decided ? null : <p className="meta">{t('admin.hubs.list.byDefault')}</p>}
      <form action={changeMode} className="stack-2">
        <input type="hidden" name="name" value={list.name} />
        <fieldset className="dense" disabled={!manages}>
          <legend className="vh">{t('admin.hubs.list.ruleTitle')}</legend>
          <div className="opts">
            {(
              [
                ['listed', 'listed'],
                ['any-valid', 'any'],
              ] as const
            ).map(([value, word]) => (
              <label key={value} className="opt">
                <input type="radio" name="access" value={value} defaultChecked={list.access === value} />
                <span>
                  <b className="small">{t(`admin.hubs.list.${word}`)}</b>
                  <span>{t(`admin.hubs.list.${word}Help`)}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        {manages ? (
          <p className="actions">
            <Button type="submit">{t('admin.hubs.list.save')}</Button>
          </p>
        ) : null}
      </form>
    </section>
  );
}

type Entry = HubListView['people'][number] & { kind: 'person' | 'unit' };

function Entries({
  page,
  list,
  manages,
  q,
}: {
  page: Person;
  list: HubListView;
  manages: boolean;
  q: string;
}) {
  const { t, ctx, locale } = page;
  const all: Entry[] = [
    ...list.units.map((entry) => ({ ...entry, kind: 'unit' as const })),
    ...list.people.map((entry) => ({ ...entry, kind: 'person' as const })),
  ];
  const found = all.filter(({ name }) => name.toLowerCase().includes(q.toLowerCase()));
  const shown = found.slice(0, SHOWN_MAX);
  return (
    <section aria-labelledby="entries" className="section">
      <SectionHead
        flush={shown.length > 0}
        id="entries"
        title={t('admin.hubs.list.onTitle', { n: all.length })}
        end={
          all.length > 10 ? (
            <SearchForm
              action={`/admin/hubs/${list.name}`}
              label={t('admin.hubs.list.search')}
              placeholder={t('admin.hubs.list.searchPlaceholder')}
              button={t('admin.hubs.list.searchButton')}
              q={q}
            />
          ) : null
        }
      />
      {list.access === 'any-valid' && all.length > 0 ? (
        <Callout>
          <p>{t('admin.hubs.list.notCounting')}</p>
        </Callout>
      ) : null}
      {all.length === 0 && list.access === 'listed' ? (
        <Callout kind="warn">
          <p>{t('admin.hubs.list.empty')}</p>
        </Callout>
      ) : null}
      {all.length > 0 && found.length === 0 ? (
        <p className="meta">{t('admin.hubs.list.nothingFound', { q })}</p>
      ) : null}
      {shown.length === 0 ? null : (
        <Table
          heads={[
            t('admin.hubs.list.colName'),
            t('admin.hubs.list.colKind'),
            t('admin.hubs.list.colAdded'),
            ...(manages ? [t('admin.hubs.list.colAction')] : []),
          ]}
        >
          {shown.map((entry) => (
            <Row key={`${entry.kind} ${entry.name}`}>
              <RowHead>
                <span className="mono break">{entry.name}</span>
              </RowHead>
              <td role="cell" data-label={t('admin.hubs.list.colKind')}>
                <span>{t(`admin.hubs.list.${entry.kind}`)}</span>
              </td>
              <td role="cell" data-label={t('admin.hubs.list.colAdded')}>
                <span>
                  <Time at={entry.addedAt} now={ctx.now()} locale={locale} />
                  <span className="step-detail">{actorWord(entry.addedBy)}</span>
                </span>
              </td>
              {manages ? (
                <td role="cell" data-label={t('admin.hubs.list.colAction')}>
                  <form action={removeFromList}>
                    <input type="hidden" name="name" value={list.name} />
                    <input type="hidden" name={entry.kind} value={entry.name} />
                    <Button
                      type="submit"
                      small
                      aria-label={t('admin.hubs.list.removeName', { name: entry.name })}
                    >
                      {t('admin.hubs.list.remove')}
                    </Button>
                  </form>
                </td>
              ) : null}
            </Row>
          ))}
        </Table>
      )}
      {found.length > shown.length ? (
        <p className="meta">{t('admin.hubs.list.shown', { n: shown.length, total: found.length })}</p>
      ) : null}
    </section>
  );
}

function Files({ page, name }: { page: Page; name: string }) {
  const { t } = page;
  const word = (key: string) => t(`admin.hubs.list.${key}`);
  const file = (form: string) => `/api/v1/admin/hubs/${name}/access/export?form=${form}`;
  return (
    <section aria-labelledby="export" className="section">
      <SectionHead id="export" title={word('exportTitle')} />
      <p className="meta">
        <a href={file('python')} download>
          {word('exportPython')}
        </a>
        {' · '}
        <a href={file('csv')} download>
          {word('exportCsv')}
        </a>
      </p>
    </section>
  );
}

/** Not folded: what it would change is shown here, and without JavaScript a fold would be closed again. */
function Import({ page, name }: { page: Page; name: string }) {
  const { t } = page;
  const word = (key: string) => t(`admin.hubs.list.${key}`);
  return (
    <section aria-labelledby="import" className="section">
      <SectionHead id="import" title={word('importTitle')} />
      <ImportList
        name={name}
        action={importList}
        words={{
          text: word('importText'),
          help: word('importHelp'),
          mode: word('importMode'),
          add: word('importAdd'),
          replace: word('importReplace'),
          preview: word('importPreview'),
          submit: word('importSubmit'),
          wouldAdd: word('wouldAdd'),
          wouldRemove: word('wouldRemove'),
          nobody: word('nobody'),
          admins: word('admins'),
          passedOver: word('passedOver'),
          line: word('line'),
        }}
      />
    </section>
  );
}
