import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { accessApplied } from './access-applied';
import { apacheBlock } from './apache-block';
import { withoutFormulas } from '../audit/csv-line';
import { changeHubList, LIST_CHANGE_MAX } from './change-hub-list';
import { withoutVersion } from './gate-maps';
import { hubListCsv } from './hub-list-text';
import { unitsOfSubject } from './hub-visitor';
import { importHubList, previewHubImport } from './import-hub-list';
import { listHubs } from './list-hubs';
import { readNames } from './read-names';
import { exportHubList, viewHubList } from './view-hub-list';

describe.each(DATABASE_KINDS)('the list of a hub, on %s', (kind) => {
  let house: TestHouse;
  const olga = () => house.person('olga', 'operator');
  const map = () => withoutVersion(readFileSync(join(house.paths.mapsDir, 'access.map'), 'utf8'));

  beforeEach(async () => {
    house = await testHouse({ kind, config: { hubs: { upstream: { astro: 'http://127.0.0.1:1' } } } });
    mkdirSync(house.paths.hubsDir, { recursive: true });
    writeFileSync(join(house.paths.hubsDir, 'astro.hub'), 'https://gate.localhost:8444/astro,A\n');
  });
  afterEach(() => house.close());

  it('changes as one, with an event for each name, and what is so already is no change', async () => {
    const first = await changeHubList(olga(), {
      name: 'astro',
      access: 'listed',
      add: { people: ['bob', 'alice', 'bob'], units: ['My Unit'] },
    });
    expect(first).toEqual({
      name: 'astro',
      access: 'listed',
      added: { people: ['bob', 'alice'], units: ['My Unit'], events: [] },
      removed: { people: [], units: [], events: [] },
    });
    expect(map()).toBe('astro/alice yes\nastro/bob yes\nou:astro/My%20Unit yes\n');
    const replaced = await changeHubList(olga(), {
      name: 'astro',
      replace: { people: ['alice', 'carla'], units: [], events: [] },
    });
    expect(replaced).toMatchObject({
      access: 'listed',
      added: { people: ['carla'] },
      removed: { people: ['bob'], units: ['My Unit'] },
    });
    const events = await listAuditEvents(house.ctx.db);
    expect(events.map(({ action, data }) => `${action} ${data}`)).toEqual([
      'hub.access {"access":"listed"}',
      'hub.allow {"commonName":"bob"}',
      'hub.allow {"commonName":"alice"}',
      'hub.allow {"unit":"My Unit"}',
      'hub.deny {"commonName":"bob"}',
      'hub.deny {"unit":"My Unit"}',
      'hub.allow {"commonName":"carla"}',
    ]);
    expect(await viewHubList(olga(), { name: 'astro' })).toMatchObject({
      decided: true,
      people: [{ name: 'alice', addedBy: 'person:olga' }, { name: 'carla' }],
      units: [],
    });
  });

  it('lets everybody of a unit in, and the list of hubs says so', async () => {
    await changeHubList(olga(), { name: 'astro', access: 'listed', add: { units: ['NLHPC'] } });
    const may = async (units: string[]) =>
      (await listHubs(house.ctx, { visitor: { accepted: true, commonName: 'x', units } })).hubs[0]?.mayEnter;
    expect(await may(['NLHPC'])).toBe(true);
    expect(await may(['Other', 'NLHPC'])).toBe(true);
    expect(await may(['a', 'b', 'c', 'NLHPC'])).toBe(false); // Apache asks for three
    expect(await may([])).toBe(false);
  });

  it('changes nothing when any of it is refused', async () => {
    await changeHubList(olga(), { name: 'astro', access: 'listed', add: { people: ['alice'] } });
    const before = map();
    for (const [change, code] of [
      [{ add: { people: ['bob', 'a/b'] } }, 'hub.name'],
      [{ add: { units: [' '] } }, 'hub.name'],
      [{ remove: { people: ['alice', 'nobody'] }, mustBeThere: true }, 'hub.not-found'],
      [{ add: { people: Array.from({ length: LIST_CHANGE_MAX + 1 }, (_, n) => `p${n}`) } }, 'hub.list'],
    ] as const) {
      await expect(changeHubList(olga(), { name: 'astro', ...change })).rejects.toMatchObject({ code });
    }
    for (const who of [house.ctx, house.person('anna', 'approver'), house.person('adam', 'admin')]) {
      await expect(changeHubList(who, { name: 'astro', access: 'any-valid' })).rejects.toMatchObject({
        code: expect.stringMatching(/^auth\./),
      });
    }
    expect(map()).toBe(before);
  });

  it('takes two thousand names at once', async () => {
    const people = Array.from({ length: LIST_CHANGE_MAX }, (_, n) => `p${n}`);
    await changeHubList(olga(), { name: 'astro', replace: { people, units: [], events: [] } });
    await changeHubList(olga(), { name: 'astro', replace: { people: ['alice'], units: [], events: [] } });
    expect((await viewHubList(olga(), { name: 'astro' })).people).toHaveLength(1);
  });

  it('is imported from a configuration after a look, and not replaced by half of one', async () => {
    await changeHubList(olga(), { name: 'astro', access: 'listed', add: { people: ['old'] } });
    const text = "c.Authenticator.whitelist = {'alice'}\nc.Authenticator.admin_users = {'root'}\n";
    const input = { name: 'astro', text, mode: 'replace' } as const;
    expect(await previewHubImport(olga(), input)).toMatchObject({
      form: 'python',
      added: { people: ['alice', 'root'] },
      removed: { people: ['old'] },
      admins: ['root'],
      problems: [],
    });
    expect(map()).toBe('astro/old yes\n');
    const half = { ...input, text: `${text}c.Authenticator.allowed_users |= read()\n` };
    await expect(importHubList(olga(), half)).rejects.toMatchObject({ code: 'hub.list' });
    await importHubList(olga(), { ...half, mode: 'add' });
    expect(map()).toBe('astro/alice yes\nastro/old yes\nastro/root yes\n');
    await importHubList(olga(), input);
    expect(map()).toBe('astro/alice yes\nastro/root yes\n');
    const file = await exportHubList(olga(), { name: 'astro', form: 'csv' });
    expect((await listAuditEvents(house.ctx.db)).at(-1)).toMatchObject({
      action: 'hub.export',
      target: 'astro',
      actor: 'person:olga',
      data: '{"form":"csv"}',
    });
    expect(file.text).toBe('kind,name\r\nperson,alice\r\nperson,root\r\n');
    for (const bad of ['', '# nobody\n', 'c.Authenticator.allowed_users = set()\n', 'kind,name\nx,alice\n'])
      await expect(previewHubImport(olga(), { ...input, text: bad })).rejects.toMatchObject({
        code: 'hub.list',
      });
  });

  it('prints a block for hubs that are routed only', async () => {
    expect((await apacheBlock(olga(), { name: 'astro' })).text).toContain(
      'ProxyPass "http://127.0.0.1:1/astro"',
    );
    await expect(apacheBlock(olga(), { name: 'luna' })).rejects.toMatchObject({ code: 'hub.not-found' });
    await expect(apacheBlock(olga(), { name: 'x"\nEvil' })).rejects.toMatchObject({ code: 'hub.name' });
  });

  it('says that the gate could not be asked where nothing answers', async () => {
    expect(await accessApplied(olga())).toMatchObject({ applied: 'unknown' });
    await changeHubList(olga(), { name: 'astro', access: 'listed' });
    expect(await accessApplied(olga())).toMatchObject({
      applied: 'unknown',
      why: expect.stringContaining('could not be asked'),
    });
  });
});

describe('readNames', () => {
  it.each<[string, string, string[], string[], string[]?]>([
    ['events', 'event=E-7K3F9Q2M\nEvent= e-1\nE-7K3F9Q2M', ['E-7K3F9Q2M'], [], ['E-7K3F9Q2M', 'e-1']],
    ['events in CSV', 'kind,name\nevent,E-7K3F9Q2M\n', [], [], ['E-7K3F9Q2M']],
    ['one a line', 'alice\r\n\n# nobody\nbob smith # a guest\n', ['alice', 'bob smith'], []],
    ['units', 'OU=NLHPC\nou= My Unit\nalice', ['alice'], ['NLHPC', 'My Unit']],
    ['CSV', 'kind,name\nperson,alice\nunit,NLHPC\n,bob\n', ['alice', 'bob'], ['NLHPC']],
    ['another order and a BOM', '\uFEFFName;Mail\n"a;b";x\n"c""d";y\n', ['a;b', 'c"d'], []],
    ['a text over two lines', 'name,note\nalice,"one\ntwo"\nbob,x\n', ['alice', 'bob'], []],
  ])('reads %s', (_what, text, people, units, events = []) => {
    expect(readNames(text)).toEqual({ people, units, events });
  });

  it('reads back what is exported, and refuses rather than guesses', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 30 })
      .map((text) => text.toWellFormed())
      .filter((text) => text.trim() === text && text !== '' && withoutFormulas(text) === text);
    fc.assert(
      fc.property(
        fc.uniqueArray(name),
        fc.uniqueArray(name),
        fc.uniqueArray(name),
        (people, units, events) => {
          const names = { people, units, events };
          expect(readNames(hubListCsv(names))).toEqual(names);
        },
      ),
      { numRuns: 50 },
    );
    expect(hubListCsv({ people: ['alice', 'j.doe-2'], units: ['=1+1', 'x;@y'], events: [] })).toBe(
      `kind,name\r\nperson,alice\r\nperson,j.doe-2\r\nunit,"'=1+1"\r\nunit,"x;'@y"\r\n`,
    );
    expect(() => readNames('name\n"open')).toThrow(expect.objectContaining({ code: 'hub.list' }));
  });
});

it.each([
  ['CN=alice,OU=NLHPC,O=x', ['NLHPC']],
  ['CN=x\\,OU\\=evil,OU=a\\,b,OU=first', ['first', 'a,b']],
  ['CN=x\\\\,OU=real', ['real']],
  ['', []],
])('reads the units of %s', (subject, units) => expect(unitsOfSubject(subject)).toEqual(units));
