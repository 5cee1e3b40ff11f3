import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Database } from '../db/client';
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

  it.each([
    ['user12', 7],
    ['r-0000001', 16],
    ['R 0000 0010', 1],
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

it('no page of the queue scans the table or sorts it', async () => {
  const house = await testHouse();
  const { prisma } = house.ctx.db;
  const plan = async (where: string, order: string): Promise<string> => {
    const rows = await prisma.$queryRawUnsafe<{ detail: string }[]>(
      `EXPLAIN QUERY PLAN SELECT r."id" FROM "Request" AS r ${where} ORDER BY ${order} LIMIT 51`,
    );
    return rows.map((row) => row.detail).join('; ');
  };
  const newest = 'r."createdAt" DESC, r."id" DESC';
  for (const [where, order] of [
    ['', newest],
    [`WHERE r."state" = 'SUBMITTED'`, newest],
    [`WHERE r."state" = 'SUBMITTED' AND r."finding" = 'clean'`, newest],
    [`WHERE r."state" = 'SUBMITTED' AND (r."createdAt", r."id") < ('2026', 'R-0')`, newest],
    [`WHERE r."state" = 'SUBMITTED'`, 'r."commonName" ASC, r."id" ASC'],
    ['', 'r."commonName" ASC, r."id" ASC'],
  ] as const) {
    const detail = await plan(where, order);
    expect(detail).toMatch(/USING (COVERING )?INDEX/);
    expect(detail).not.toMatch(/TEMP B-TREE/);
  }
  await house.close();
});

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
