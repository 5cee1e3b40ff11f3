import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { listAuditEvents } from '../../testing/audit-rows';
import { testHouse, type TestHouse } from '../../testing/ctx';
import { DATABASE_KINDS } from '../../testing/database';
import { announceNotice } from './announce-notice';
import { changeNotice } from './change-notice';
import { currentNotices, followNotices } from './current-notices';
import { listNotices } from './list-notices';
import { NOTICE_HUBS_MAX, NOTICE_TEXT_MAX, NOTICE_TITLE_MAX, type NoticeWords } from './notice';
import { withdrawNotice } from './withdraw-notice';

const HOUR = 3_600_000;

describe.each(DATABASE_KINDS)('announcements, on %s', (kind) => {
  let house: TestHouse;
  const operator = () => house.person('olga', 'operator');
  const inHours = (hours: number) => new Date(house.ctx.now().getTime() + hours * HOUR);
  const words = (more: Partial<NoticeWords> = {}): NoticeWords => ({
    title: 'Maintenance of the storage',
    text: 'Save before.',
    hubs: ['astro'],
    startsAt: inHours(2),
    endsAt: inHours(6),
    ...more,
  });
  const shown = async () =>
    (await currentNotices(house.ctx)).notices.map(({ title, phase }) => `${title}: ${phase}`);

  beforeEach(async () => {
    house = await testHouse({ kind });
  });
  afterEach(() => house.close());

  it('stand there from the announcement until they are over', async () => {
    await announceNotice(operator(), words());
    expect(await shown()).toEqual(['Maintenance of the storage: planned']);
    house.advance(2 * HOUR);
    expect(await shown()).toEqual(['Maintenance of the storage: running']);
    house.advance(4 * HOUR - 1);
    expect(await shown()).toHaveLength(1);
    house.advance(5000);
    expect(await shown()).toEqual([]);
    const { open, past } = await listNotices(operator());
    expect([open.length, past.map((one) => [one.title, one.announcedBy])]).toEqual([
      0,
      [['Maintenance of the storage', 'person:olga']],
    ]);
  });

  it('stay until they are withdrawn where they have no end', async () => {
    const { id } = await announceNotice(operator(), words({ endsAt: null, startsAt: inHours(-1) }));
    house.advance(10_000 * HOUR);
    expect(await shown()).toEqual(['Maintenance of the storage: running']);
    await withdrawNotice(operator(), { id });
    expect(await shown()).toEqual([]);
    expect((await listNotices(operator())).past[0]?.withdrawnAt).toEqual(house.ctx.now());
    await expect(withdrawNotice(operator(), { id })).rejects.toMatchObject({
      code: 'hub.notice-not-found',
    });
    await expect(changeNotice(operator(), { id, ...words() })).rejects.toMatchObject({
      code: 'hub.notice-not-found',
    });
  });

  it('can be changed, and are told to who follows them at once', async () => {
    const heard: string[][] = [];
    const stop = followNotices(house.ctx, () => void shown().then((now) => heard.push(now)));
    const { id } = await announceNotice(operator(), words());
    await changeNotice(operator(), { id, ...words({ title: 'It takes longer', hubs: [] }) });
    const { change } = await currentNotices(house.ctx);
    await changeNotice(operator(), { id, ...words({ title: 'It takes longer', hubs: [] }) });
    expect((await currentNotices(house.ctx)).change).toBe(change);
    stop();
    await withdrawNotice(operator(), { id });
    expect(heard).toEqual([['Maintenance of the storage: planned'], ['It takes longer: planned']]);
  });

  it('write down who announced, changed and withdrew what', async () => {
    const { id } = await announceNotice(operator(), words());
    await changeNotice(operator(), { id, ...words({ title: 'Later' }) });
    await withdrawNotice(operator(), { id });
    const rows = (await listAuditEvents(house.ctx.db)).filter(({ action }) => action.startsWith('notice.'));
    expect(rows.map(({ action, target, actor }) => [action, target, actor])).toEqual([
      ['notice.announce', id, 'person:olga'],
      ['notice.change', id, 'person:olga'],
      ['notice.withdraw', id, 'person:olga'],
    ]);
    expect(JSON.parse(rows[1]?.data ?? '')).toMatchObject({ title: 'Later', hubs: ['astro'] });
  });

  it.each([
    ['no title', { title: ' \u200B\n' }, 'http.invalid', 'title'],
    ['a title too long', { title: 'x'.repeat(NOTICE_TITLE_MAX + 1) }, 'http.invalid', 'title'],
    ['a text too long', { text: 'x'.repeat(NOTICE_TEXT_MAX + 1) }, 'http.invalid', 'text'],
    ['a path for a hub', { hubs: ['astro', '../x'] }, 'hub.name', 'hubs'],
    [
      'too many hubs',
      { hubs: Array.from({ length: NOTICE_HUBS_MAX + 1 }, (_, index) => `hub${index}`) },
      'http.invalid',
      'hubs',
    ],
  ] as const)('refuse %s', async (_, wrong, code, field) => {
    await expect(announceNotice(operator(), words(wrong))).rejects.toMatchObject({ code, field });
    expect((await listNotices(operator())).open).toEqual([]);
  });

  it.each([
    ['an end before the beginning', 6, 2],
    ['no time at all', 2, 2],
    ['what is over', -6, 0],
  ])('refuse %s', async (_, from, until) => {
    const dates = { startsAt: inHours(from), endsAt: inHours(until) };
    await expect(announceNotice(operator(), words(dates))).rejects.toMatchObject({
      code: 'hub.notice-dates',
      field: 'until',
    });
  });

  it('keep one line of what was typed, and each hub once', async () => {
    const made = await announceNotice(
      operator(),
      words({ title: ' Storage\r\n\u202E is moved ', hubs: ['b', 'a', 'b'] }),
    );
    expect([made.title, made.hubs]).toEqual(['Storage is moved', ['a', 'b']]);
  });

  it('are made by operators only', async () => {
    const approver = house.person('ada', 'approver', 'auditor', 'admin');
    for (const ctx of [approver, house.ctx]) {
      const code = ctx === approver ? 'auth.forbidden' : 'auth.required';
      await expect(announceNotice(ctx, words())).rejects.toMatchObject({ code });
      await expect(changeNotice(ctx, { id: 'x', ...words() })).rejects.toMatchObject({ code });
      await expect(withdrawNotice(ctx, { id: 'x' })).rejects.toMatchObject({ code });
    }
    await expect(listNotices(house.ctx)).rejects.toMatchObject({ code: 'auth.required' });
  });
});
