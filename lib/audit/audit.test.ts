import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { inTransaction } from '../db/in-transaction';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { exportAudit } from './export-audit';
import { listAudit } from './list-audit';
import { recordAudit } from './record-audit';
import { verifyAudit } from './verify-audit';

describe.each(DATABASE_KINDS)('the audit chain on %s', (kind) => {
  let house: TestHouse;
  beforeEach(async () => {
    house = await testHouse({ kind });
    for (let n = 1; n <= 5; n += 1) await record(`thing-${n}`);
  });
  afterEach(() => house.close());

  function record(target: string): Promise<void> {
    return inTransaction(house.ctx.db, (tx) =>
      recordAudit(house.ctx, tx, { action: 'test.do', target, data: { text: 'ä "quoted"' } }),
    );
  }
  const auditor = () => house.person('ada', 'auditor');

  /** What somebody with the database's password could do. */
  async function tamper(sql: string): Promise<void> {
    const { prisma } = house.ctx.db;
    const guards =
      kind === 'sqlite'
        ? ['DROP TRIGGER "AuditEvent_no_update"', 'DROP TRIGGER "AuditEvent_no_delete"']
        : ['DROP TRIGGER "AuditEvent_no_change" ON "AuditEvent"'];
    for (const guard of guards) await prisma.$executeRawUnsafe(guard);
    await prisma.$executeRawUnsafe(sql);
  }

  it('holds, also when many write at once', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => record(`many-${n}`)));
    expect(await verifyAudit(auditor())).toMatchObject({ ok: true, events: 15 });
  });

  it.each([
    [`UPDATE "AuditEvent" SET "actor" = 'system:nobody' WHERE "seq" = 3`, 3, 'hash'],
    [`DELETE FROM "AuditEvent" WHERE "seq" = 2`, 2, 'gap'],
    [`DELETE FROM "AuditEvent" WHERE "seq" = 5`, 5, 'head'],
    [`UPDATE "AuditEvent" SET "prevHash" = 'x' WHERE "seq" = 4`, 4, 'link'],
    [`UPDATE "AuditHead" SET "hash" = 'x'`, 6, 'head'],
  ])('breaks at %s', async (sql, brokenAt, problem) => {
    await tamper(sql);
    expect(await verifyAudit(auditor())).toMatchObject({ ok: false, brokenAt, problem });
  });

  it('refuses changes by the portal itself', async () => {
    const { prisma } = house.ctx.db;
    await expect(prisma.auditEvent.deleteMany()).rejects.toThrow();
    await expect(prisma.auditEvent.updateMany({ data: { actor: 'x' } })).rejects.toThrow();
    expect(await verifyAudit(auditor())).toMatchObject({ ok: true, events: 5 });
  });

  it('leaves no trace of what was rolled back', async () => {
    const failing = inTransaction(house.ctx.db, async (tx) => {
      await recordAudit(house.ctx, tx, { action: 'test.do', target: 'undone' });
      throw new Error('undo');
    });
    await expect(failing).rejects.toThrow('undo');
    expect(await verifyAudit(auditor())).toMatchObject({ ok: true, events: 5 });
  });

  it('is read by pages, newest first, and exported whole, oldest first', async () => {
    const first = await listAudit(auditor(), { limit: 3 });
    expect(first.items.map((item) => item.seq)).toEqual([5, 4, 3]);
    const rest = await listAudit(auditor(), { limit: 3, cursor: first.nextCursor ?? '' });
    expect(rest.items.map((item) => item.seq)).toEqual([2, 1]);
    expect(rest.nextCursor).toBeNull();
    expect((await listAudit(auditor(), { target: 'thing-2', limit: 9 })).items).toMatchObject([
      { seq: 2, actor: 'visitor', data: { text: 'ä "quoted"' } },
    ]);
    const all = [];
    for await (const event of exportAudit(auditor(), { afterSeq: 1 })) all.push(event.seq);
    expect(all).toEqual([2, 3, 4, 5]);
    await expect(listAudit(house.person('p', 'approver'), { limit: 1 })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
  });
});
