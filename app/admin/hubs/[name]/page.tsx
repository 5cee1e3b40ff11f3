/** Who may enter one hub: the way in, the list, and files of it. */
import { notFound } from 'next/navigation';

import { requirePage, type Page } from '#lib/http/page';
import { checkHubName } from '#lib/hubs/hub-name';
import { viewHubList, type HubListView } from '#lib/hubs/view-hub-list';
import { allows } from '#lib/identity/role-table';

import { Flash } from '#components/admin/flash';
import { AddNames, ImportList } from '#components/admin/hub-list-forms';
import { Button } from '#components/ui/button';
import { SectionHead } from '#components/ui/section-head';

import { AdminFrame, PLACES } from '../../admin-frame';
import { count, one, type Query } from '../../search-params';
import { adminTitle } from '../../title';
import { addToList, changeMode, importList } from './actions';
import { Entries } from './entries';

export const generateMetadata = () => adminTitle('admin.hubs.page');

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
