import { afterEach, describe, expect, it } from 'vitest';

import { DATABASE_KINDS, openTestDatabase, testDatabase, type TestDatabase } from '../testing/database';
import { inTransaction } from './in-transaction';

describe.each(DATABASE_KINDS)('%s', (kind) => {
  let made: TestDatabase | undefined;
  afterEach(() => made?.close());

  it('keeps a statement outside a transaction when the transaction rolls back', async () => {
    made = await testDatabase(kind);
    const { db } = made;
    let outside: Promise<unknown> = Promise.resolve();
    const failing = inTransaction(db, async (tx) => {
      await tx.prisma.setting.create({ data: { key: 'inside', value: '1' } });
      outside = db.prisma.setting.create({ data: { key: 'outside', value: '1' } }).then((row) => row);
      expect(await db.prisma.setting.count({ where: { key: 'inside' } })).toBe(0);
      throw new Error('undo');
    });
    await expect(failing).rejects.toThrow('undo');
    await outside;
    expect((await db.prisma.setting.findMany()).map((row) => row.key)).toEqual(['outside']);
  });

  it('runs read-then-write transactions one after another', async () => {
    made = await testDatabase(kind);
    const { db } = made;
    await db.prisma.setting.create({ data: { key: 'n', value: '0' } });
    await Promise.all(
      Array.from({ length: 20 }, () =>
        inTransaction(db, async (tx) => {
          const row = await tx.prisma.setting.findUniqueOrThrow({ where: { key: 'n' } });
          await tx.prisma.setting.update({
            where: { key: 'n' },
            data: { value: String(Number(row.value) + 1) },
          });
        }),
      ),
    );
    expect((await db.prisma.setting.findUniqueOrThrow({ where: { key: 'n' } })).value).toBe('20');
  });

  it('waits for the transaction of another process without holding up its own', async () => {
    made = await testDatabase(kind);
    const { db } = made;
    const other = await openTestDatabase(made.section);
    const add = (to: typeof db) => async () =>
      inTransaction(to, async (tx) => {
        const count = await tx.prisma.setting.count();
        await new Promise((resolve) => setTimeout(resolve, 5));
        await tx.prisma.setting.create({ data: { key: `n${count}`, value: '1' } });
      });
    const bare = Array.from({ length: 5 }, (_, n) =>
      other.prisma.setting.create({ data: { key: `bare ${n}`, value: '1' } }).then((row) => row),
    );
    await Promise.all([...Array.from({ length: 10 }, (_, n) => add(n % 2 === 0 ? db : other)()), ...bare]);
    await other.close();
    expect(await db.prisma.setting.count()).toBe(15);
  });
});

it('says so when there is no room for a transaction, and has done nothing', async () => {
  const made = await testDatabase('sqlite');
  const { db } = made;
  try {
    const write = inTransaction(db, async (tx) => {
      await tx.prisma.setting.create({ data: { key: 'small', value: '1' } });
      await tx.prisma.$queryRawUnsafe('PRAGMA max_page_count = 1'); // as few as there are
      await tx.prisma.setting.create({ data: { key: 'large', value: 'x'.repeat(1_000_000) } });
    });
    await expect(write).rejects.toMatchObject({ code: 'start.disk-full' });
    expect(await db.prisma.setting.count()).toBe(0);
  } finally {
    await made.close();
  }
});
