import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Database } from '../db/client';
import { listRequestRows } from '../db/request-list';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { listRequests } from './list-requests';
import { readCursor, writeCursor } from './page-cursor';
import { requestCounts } from './request-counts';
import { REQUEST_STATES } from './states';

const START = Date.parse('2026-11-01T00:00:00Z');
const FINDINGS = ['clean', 'warn', 'bad'] as const;

/** Rows as submitting would leave them, many with the same instant and name. */
async function fill(db: Database, count: number): Promise<void> {
  const rows = Array.from({ length: count }, (_, n) => ({
    id: `R-${n.toString(16).toUpperCase().padStart(8, '0')}`,
    state: REQUEST_STATES[n % 5] ?? 'SUBMITTED',
    profile: 'user',
    commonName: `user${n % 17}`,
    email: n % 3 === 0 ? null : `u${n}@example.org`,
    csrDer: new Uint8Array([1]),
    csrSha256: `${n}`,
    spkiSha256: n.toString(16).padStart(64, 'a'),
    keyLabel: 'P-256',
    checks: '[]',
    finding: FINDINGS[n % 3] ?? 'clean',
    pickupHash: '',
    addressKey: '',
    expiresAt: new Date(START),
    createdAt: new Date(START + Math.floor(n / 4) * 1000),
    updatedAt: new Date(START),
  }));
  await db.prisma.request.createMany({ data: rows });
  // Their findings are made up: nobody is to check them again.
  await db.prisma.findingChange.deleteMany();
}

it.each(DATABASE_KINDS)('a search finds what waits behind a thousand others, on %s', async (kind) => {
  const house = await testHouse({ kind });
  try {
    await fill(house.ctx.db, 1300);
    const { items } = await listRequests(house.person('p', 'approver'), {
      q: 'user',
      state: 'SUBMITTED',
      finding: 'bad',
      limit: 200,
    });
    const all = await house.ctx.db.prisma.request.count({ where: { state: 'SUBMITTED', finding: 'bad' } });
    expect(items).toHaveLength(all);
  } finally {
    await house.close();
  }
});

describe.each(DATABASE_KINDS)('the queue on %s', (kind) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await testHouse({ kind });
    await fill(house.ctx.db, 120);
  });
  afterAll(() => house.close());

  it('shows every request once, in order, whatever the page size', async () => {
    const approver = house.person('p', 'approver');
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('newest', 'oldest', 'name' as const),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(undefined, 'SUBMITTED', 'APPROVED' as const),
        fc.constantFrom(undefined, 'clean', 'flagged' as const),
        async (sort, limit, state, finding) => {
          const seen: string[] = [];
          const keys: string[] = [];
          for (let cursor: string | undefined; ;) {
            const page = await listRequests(approver, { sort, limit, state, finding, cursor });
            expect(page.items.length).toBeLessThanOrEqual(limit);
            seen.push(...page.items.map((item) => item.id));
            keys.push(
              ...page.items.map((item) => `${sort === 'name' ? item.commonName : item.createdAt} ${item.id}`),
            );
            if (page.nextCursor === null) break;
            cursor = page.nextCursor;
          }
          const all = await house.ctx.db.prisma.request.findMany({
            where: {
              ...(state === undefined ? {} : { state }),
              ...(finding === undefined ? {} : { finding: finding === 'clean' ? 'clean' : { not: 'clean' } }),
            },
            select: { id: true },
          });
          expect([...seen].sort()).toEqual(all.map((row) => row.id).sort());
          const sorted = [...keys].sort();
          expect(keys).toEqual(sort === 'newest' ? sorted.reverse() : sorted);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('gives rows as Prisma does: dates are dates, numbers are numbers', async () => {
    const { prisma } = house.ctx.db;
    const [row] = await listRequestRows(house.ctx.db, { sort: 'oldest', limit: 1 });
    expect(row).toStrictEqual(
      await prisma.request.findUnique({ where: { id: 'R-00000000' }, omit: { csrDer: true } }),
    );
  });

  it.each([
    ['user12', 7],
    ['r-0000001', 16],
    ['R 0000 0010', 1],
    ['R-00', 0], // too short for an id
    ['R-000', 120],
    ['aaa', 0],
    ['u44@', 1],
    ['AA:AA', 120],
    ['nobody', 0],
    ['%', 0],
    ["'; DROP TABLE x; --", 0],
    ['\u{10FFFF}', 0],
  ])('finds by the beginning %j: %i', async (q, count) => {
    const page = await listRequests(house.person('p', 'approver'), { q, limit: 200 });
    expect(page.items).toHaveLength(count);
  });

  it('counts without looking at the requests, and the counters follow every change', async () => {
    const approver = house.person('p', 'approver');
    const counted = await requestCounts(approver);
    expect(REQUEST_STATES.map((state) => counted[state])).toEqual([24, 24, 24, 24, 24, 0, 0, 0]);
    expect(counted.clean + counted.flagged).toBe(24);
    const { prisma } = house.ctx.db;
    await prisma.request.updateMany({
      where: { state: 'REJECTED' },
      data: { state: 'SUBMITTED', finding: 'clean' },
    });
    await prisma.findingChange.deleteMany();
    expect(await requestCounts(approver)).toMatchObject({
      SUBMITTED: 48,
      REJECTED: 0,
      clean: counted.clean + 24,
    });
    await prisma.request.updateMany({ where: { id: 'R-00000000' }, data: { note: 'x' } });
    await prisma.request.deleteMany({ where: { state: 'APPROVED' } });
    expect(await requestCounts(approver)).toMatchObject({ SUBMITTED: 48, APPROVED: 0 });
  });

  it('is for those with a role', async () => {
    await expect(listRequests(house.ctx, { limit: 1 })).rejects.toMatchObject({ code: 'auth.required' });
    await expect(requestCounts(house.person('bob'))).rejects.toMatchObject({ code: 'auth.forbidden' });
  });
});

/** What the pages and the API ask for. */
const LISTS: Record<string, Omit<Parameters<typeof listRequests>[1], 'limit'>> = {
  everything: { sort: 'newest' },
  'everything by name': { sort: 'name' },
  'what waits': { state: 'SUBMITTED', sort: 'oldest' },
  'flagged ones': { state: 'SUBMITTED', finding: 'flagged', sort: 'oldest' },
  'clean ones by name': { state: 'SUBMITTED', finding: 'clean', sort: 'name' },
  'flagged ones in any state': { finding: 'flagged', sort: 'newest' },
  'a search': { q: 'abcd', sort: 'newest' },
  'a search among flagged ones': { q: 'abcd', state: 'SUBMITTED', finding: 'flagged', sort: 'oldest' },
};

describe.each(['none', 'of a hundred requests'])('with statistics: %s', (statistics) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await testHouse();
    if (statistics === 'none') return;
    await fill(house.ctx.db, 100);
    // Whoever ran ANALYZE when there were a hundred left this behind for good.
    await house.ctx.db.prisma.$executeRawUnsafe('ANALYZE');
  });
  afterAll(() => house.close());

  it.each(Object.entries(LISTS))('no page scans the table: %s', async (_, list) => {
    const key = list.sort === 'name' ? 'user1' : '2026-11-01T00:00:10.000Z';
    const cursor = writeCursor(list.sort ?? 'newest', { key, id: 'R-00000000' });
    for (const where of [list, { ...list, cursor }]) {
      const looks = (await planOf(house, { ...where, limit: 50 })).filter((step) =>
        /^(SCAN|SEARCH) (Request|r)\b/.test(step),
      );
      expect(looks.length).toBeGreaterThan(1);
      for (const step of looks) {
        // Only a page of everything is read from where an index begins.
        if (where.state ?? where.finding ?? where.q ?? where.cursor) expect(step).toMatch(/^SEARCH/);
        expect(step).toMatch(/ USING (COVERING )?INDEX /);
      }
    }
  });
});

/** How SQLite goes about the statements of one page. */
async function planOf(house: TestHouse, list: Parameters<typeof listRequests>[1]): Promise<string[]> {
  const { prisma } = house.ctx.db;
  const steps: string[] = [];
  const watched = new Proxy(prisma, {
    get: (target, name, receiver) =>
      name === '$queryRawUnsafe'
        ? async (sql: string, ...values: unknown[]) => {
            const rows = await target.$queryRawUnsafe<{ detail: string }[]>(
              `EXPLAIN QUERY PLAN ${sql}`,
              ...values,
            );
            steps.push(...rows.map((row) => row.detail));
            return target.$queryRawUnsafe(sql, ...values);
          }
        : (Reflect.get(target, name, receiver) as unknown),
  });
  await listRequests({ ...house.person('p', 'approver'), db: { ...house.ctx.db, prisma: watched } }, list);
  return steps;
}

describe('cursors', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.includes('\0')),
        fc.string().filter((text) => !text.includes('\0')),
        (key, id) => {
          const [cleanKey, cleanId] = [key.toWellFormed(), id.toWellFormed()];
          const position = { key: cleanKey, id: cleanId };
          expect(readCursor('name', writeCursor('name', position))).toEqual(position);
        },
      ),
    );
  });

  it('of strangers are refused, never an unexpected failure', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (cursor) => {
          try {
            readCursor('newest', cursor);
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: 'http.invalid' });
          }
        },
      ),
    );
  });

  it('of another order are refused', () => {
    expect(() => readCursor('newest', writeCursor('name', { key: 'alice', id: 'R-00000000' }))).toThrow(
      expect.objectContaining({ code: 'http.invalid' }),
    );
  });
});
