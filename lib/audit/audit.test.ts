import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { SignerClient } from '../signer-client/client';
import { inTransaction } from '../db/in-transaction';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { acceptAudit } from './accept-audit';
import { auditHash, FIRST_HASH } from './audit-hash';
import { exportAudit } from './export-audit';
import { openAuditScan } from '../db/audit-scan';
import { listAudit } from './list-audit';
import { recordAudit } from './record-audit';
import { sealAudit } from './seal-audit';
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
      recordAudit(house.ctx, tx, { action: 'test.do', target, data: { text: 'ä "quoted"\u2028 \b ' } }),
    );
  }
  const auditor = () => house.person('ada', 'auditor');

  it('holds, also when many write at once', async () => {
    await Promise.all(Array.from({ length: 10 }, (_, n) => record(`many-${n}`)));
    expect(await verifyAudit(auditor())).toMatchObject({ ok: true, events: 15, seals: null });
  });

  it('holds whatever text stands in it', async () => {
    const texts = fc.sample(
      fc.string({
        unit: fc.oneof(
          fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
          fc.constantFrom('"', '\\', '/', '\b', '\f', '\x1f', '\x7f', '\u2028', '\ufeff', '😀'),
        ),
      }),
      100,
    );
    for (const text of texts) {
      // PostgreSQL stores no NUL, and nothing stores half a character.
      const target = text.replaceAll('\0', '').toWellFormed();
      await inTransaction(house.ctx.db, (tx) =>
        recordAudit(house.ctx, tx, { action: 'test.do', target, data: { target } }),
      );
    }
    expect(await verifyAudit(auditor())).toMatchObject({ ok: true, events: 105 });
  });

  it.each([
    [`UPDATE "AuditEvent" SET "actor" = 'system:nobody' WHERE "seq" = 3`, 3, 'hash'],
    [`UPDATE "AuditEvent" SET "data" = '{}' WHERE "seq" = 1`, 1, 'hash'],
    [`UPDATE "AuditEvent" SET "at" = '2026-11-23T12:00:00.001+00:00' WHERE "seq" = 2`, 2, 'hash'],
    [`DELETE FROM "AuditEvent" WHERE "seq" = 2`, 2, 'gap'],
    [`DELETE FROM "AuditEvent" WHERE "seq" = 5`, 5, 'head'],
    [`UPDATE "AuditEvent" SET "prevHash" = 'x' WHERE "seq" = 4`, 4, 'link'],
    [`UPDATE "AuditHead" SET "hash" = 'x'`, 6, 'head'],
  ])('breaks at %s', async (sql, brokenAt, problem) => {
    await tamper(house, sql);
    expect(await verifyAudit(auditor())).toMatchObject({ ok: false, brokenAt, problem });
  });

  it('breaks where an event carries the next one in a column of its own', async () => {
    const events: (readonly [number, string, string, string])[] = [];
    const scan = await openAuditScan(house.config, house.paths);
    for await (const page of scan.pages(0)) events.push(...page);
    await scan.close();
    const [, , third, fourth] = events as [never, never, (typeof events)[number], (typeof events)[number]];
    const smuggled = `${third[3]} ${third[1]}\n${fourth[0]} ${fourth[2]} ${fourth[3]}`.replaceAll("'", "''");
    await tamper(
      house,
      `UPDATE "AuditEvent" SET "hash" = '${smuggled}' WHERE "seq" = 3`,
      `DELETE FROM "AuditEvent" WHERE "seq" = 4`,
    );
    expect(await verifyAudit(auditor())).toMatchObject({ ok: false, brokenAt: 3, problem: 'hash' });
  });

  it('breaks where two events changed places', async () => {
    await tamper(
      house,
      `UPDATE "AuditEvent" SET "seq" = -3 WHERE "seq" = 3`,
      `UPDATE "AuditEvent" SET "seq" = 3 WHERE "seq" = 4`,
      `UPDATE "AuditEvent" SET "seq" = 4 WHERE "seq" = -3`,
    );
    expect(await verifyAudit(auditor())).toMatchObject({ ok: false, brokenAt: 3, problem: 'link' });
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
      { seq: 2, actor: 'visitor', action: 'test.do' },
    ]);
    const lines = (await exported({ afterSeq: 1 })).trim().split('\n');
    const events = lines.map(
      (line) => JSON.parse(line) as Parameters<typeof auditHash>[0] & { hash: string },
    );
    expect(events.map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
    // Enough to verify it elsewhere, and the export itself is the last event.
    for (const event of events) expect(auditHash({ ...event, at: new Date(event.at) })).toBe(event.hash);
    expect(events.at(-1)).toMatchObject({ action: 'audit.export', target: 'jsonl', data: '{"afterSeq":1}' });
    await expect(listAudit(house.person('p', 'approver'), { limit: 1 })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    await expect(
      exportAudit(house.person('p', 'approver'), { filter: {}, form: 'csv' }).next(),
    ).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
  });

  it('finds by person, by kind of action, by outcome and by time', async () => {
    house.advance(86_400_000);
    const paula = house.person('paula', 'approver');
    await inTransaction(paula.db, (tx) =>
      recordAudit(paula, tx, { action: 'request.approve', target: 'R-7K3F9Q2M', outcome: 'refused' }),
    );
    const find = async (filter: Omit<Parameters<typeof listAudit>[1], 'limit'>) =>
      (await listAudit(auditor(), { ...filter, limit: 50 })).items.map(({ seq }) => seq);
    expect(await find({ actor: 'paula' })).toEqual([6]);
    expect(await find({ actor: 'person:paula' })).toEqual([6]);
    expect(await find({ actor: 'token:paula' })).toEqual([]);
    expect(await find({ action: 'request' })).toEqual([6]);
    expect(await find({ action: 'request.approve' })).toEqual([6]);
    expect(await find({ action: 'request.appro' })).toEqual([]);
    expect(await find({ outcome: 'refused' })).toEqual([6]);
    expect(await find({ about: 'r-7k3f9q2m' })).toEqual([6]);
    expect(await find({ about: 'paula' })).toEqual([6]);
    expect(await find({ from: new Date('2026-11-24T00:00:00Z') })).toEqual([6]);
    expect(await find({ before: new Date('2026-11-24T00:00:00Z'), actor: 'visitor' })).toEqual([
      5, 4, 3, 2, 1,
    ]);
  });

  async function exported(filter: { afterSeq?: number }, form: 'jsonl' | 'csv' = 'jsonl'): Promise<string> {
    let text = '';
    for await (const piece of exportAudit(auditor(), { filter, form })) text += piece;
    return text;
  }

  it('is exported for spreadsheets, which take nothing in it for a formula', async () => {
    await record('=HYPERLINK("http://evil.example")');
    const text = await exported({ afterSeq: 5 }, 'csv');
    const [head, line] = text.split('\r\n');
    expect(head).toBe('seq,at,actor,action,target,outcome,data,requestId,prevHash,hash');
    expect(line).toContain(`visitor,test.do,"'=HYPERLINK(""http://evil.example"")",done`);
  });
});

describe.each(DATABASE_KINDS)('the sealed audit chain on %s', (kind) => {
  let house: TestHouse;
  let signer: TestSigner;
  beforeEach(async () => {
    signer = await startTestSigner();
    house = await testHouse({ kind, signer });
    await record(3);
    await sealAudit(house.ctx);
    await record(3);
    await sealAudit(house.ctx);
    await record(2);
  });
  afterEach(async () => {
    await house.close();
    await signer.remove();
  });

  async function record(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      await inTransaction(house.ctx.db, (tx) =>
        recordAudit(house.ctx, tx, { action: 'test.do', target: `thing-${n}`, data: { n } }),
      );
    }
  }
  const verify = () => verifyAudit(house.person('ada', 'auditor'));
  const host = () => house.as({ kind: 'host', name: 'root' });
  const accept = (operator: Pick<SignerClient, 'restartAudit'> = signer.operator) =>
    acceptAudit(host(), { operator, reason: 'backup of Monday put back' });

  it('says up to where it is sealed, and by which key', async () => {
    expect(await verify()).toMatchObject({
      ok: true,
      events: 8,
      unsealed: 2,
      seals: { count: 2, through: 6, keyIds: [expect.stringMatching(/^[0-9a-f]{64}$/)], restarts: [] },
    });
    // Nothing new: no new seal.
    await sealAudit(house.ctx);
    await sealAudit(house.ctx);
    expect(await verify()).toMatchObject({ ok: true, unsealed: 0, seals: { count: 3, through: 8 } });
  });

  it('does not let the owner of the database make it anew', async () => {
    await rewrite(house, 5, (event) => ({ ...event, actor: 'person:somebody-else' }));
    // The chain itself holds; only between two seals it is known which event was changed.
    expect(await verify()).toMatchObject({
      ok: false,
      problem: 'sealed',
      events: 3,
      brokenAt: 4,
      through: 6,
    });
    await expect(sealAudit(house.ctx)).rejects.toMatchObject({ code: 'signer.audit-seal' });
  });

  it('names the first seal that does not fit', async () => {
    await rewrite(house, 2, (event) => ({ ...event, target: 'other' }));
    expect(await verify()).toMatchObject({ ok: false, problem: 'sealed', brokenAt: 1, through: 3 });
  });

  it('finds events put in between, with all later ones made anew', async () => {
    await insertAfter(house, 4);
    expect(await verify()).toMatchObject({ ok: false, problem: 'sealed', brokenAt: 4, through: 6 });
  });

  it('finds a chain that was cut off, with its head', async () => {
    await cutAfter(house, 4);
    expect(await verify()).toMatchObject({
      ok: false,
      problem: 'truncated',
      events: 4,
      brokenAt: 5,
      through: 6,
    });
    await expect(sealAudit(house.ctx)).rejects.toMatchObject({ code: 'signer.audit-seal' });
    // Grown beyond the last seal again, it is another one.
    await record(5);
    expect(await verify()).toMatchObject({ ok: false, problem: 'sealed', brokenAt: 4, through: 6 });
    await expect(sealAudit(house.ctx)).rejects.toMatchObject({ code: 'signer.audit-seal' });
  });

  it('may be changed unseen only behind the last seal, and says so', async () => {
    await rewrite(house, 7, (event) => ({ ...event, actor: 'person:x' }));
    expect(await verify()).toMatchObject({ ok: true, unsealed: 2 });
  });

  it('goes on after an older database was put back, and tells it for ever', async () => {
    await expect(accept()).rejects.toMatchObject({ code: 'signer.audit-seal' });
    await cutAfter(house, 4);
    await expect(accept(signer.client)).rejects.toMatchObject({ code: 'signer.protocol' });
    expect(await accept()).toEqual({ from: 4, lostThrough: 6 });
    await record(1);
    await sealAudit(house.ctx);
    expect(await verify()).toMatchObject({
      ok: true,
      events: 6,
      seals: {
        through: 6,
        restarts: [{ by: 'host:root', reason: 'backup of Monday put back', lost: { from: 5, through: 6 } }],
      },
    });
  });

  it('goes on from the last seal that fits when the portal has worked on meanwhile', async () => {
    await cutAfter(house, 4);
    await record(4);
    expect(await accept()).toEqual({ from: 3, lostThrough: 6 });
    await sealAudit(house.ctx);
    expect(await verify()).toMatchObject({ ok: true, events: 9, seals: { through: 9 } });
  });

  it('does not accept an event that was changed in place', async () => {
    await tamper(house, `UPDATE "AuditEvent" SET "actor" = 'x' WHERE "seq" = 2`);
    await expect(accept()).rejects.toMatchObject({
      code: 'signer.audit-seal',
      message: expect.stringContaining('Event 2'),
    });
    await expect(
      acceptAudit(house.person('ada', 'admin'), { operator: signer.operator, reason: 'x' }),
    ).rejects.toMatchObject({ code: 'auth.forbidden' });
  });

  it('is checked without its seals while the signer is down', async () => {
    await signer.stop();
    expect(await verify()).toMatchObject({ ok: true, events: 8, seals: null });
  });

  it('takes the later one of two portals for granted', async () => {
    await record(1);
    const late: typeof house.ctx = {
      ...house.ctx,
      signer: {
        ...house.ctx.signer,
        // Between the look at the head and the call, another portal has sealed more.
        sealAudit: async (head) => {
          await record(1);
          await sealAudit(house.ctx);
          return house.ctx.signer.sealAudit(head);
        },
      },
    };
    expect(await sealAudit(late)).toEqual({ seq: 10 });
  });
});

/** What somebody with the database's password could do. */
async function tamper(house: TestHouse, ...statements: string[]): Promise<void> {
  const { prisma, kind } = house.ctx.db;
  const guards =
    kind === 'sqlite'
      ? ['DROP TRIGGER IF EXISTS "AuditEvent_no_update"', 'DROP TRIGGER IF EXISTS "AuditEvent_no_delete"']
      : ['DROP TRIGGER IF EXISTS "AuditEvent_no_change" ON "AuditEvent"'];
  for (const sql of [...guards, ...statements]) await prisma.$executeRawUnsafe(sql);
}

type Event = Awaited<ReturnType<TestHouse['ctx']['db']['prisma']['auditEvent']['findMany']>>[number];

/** Changes one event and hashes it and all behind it again, head and all. */
async function rewrite(house: TestHouse, seq: number, change: (event: Event) => Event): Promise<void> {
  const events = await house.ctx.db.prisma.auditEvent.findMany({ orderBy: { seq: 'asc' } });
  await replaceFrom(
    house,
    seq,
    events.map((event) => (event.seq === seq ? change(event) : event)),
  );
}

async function insertAfter(house: TestHouse, seq: number): Promise<void> {
  const events = await house.ctx.db.prisma.auditEvent.findMany({ orderBy: { seq: 'asc' } });
  const extra = { ...(events[seq - 1] as Event), target: 'put in' };
  await replaceFrom(house, seq + 1, [...events.slice(0, seq), extra, ...events.slice(seq)]);
}

async function cutAfter(house: TestHouse, seq: number): Promise<void> {
  const events = await house.ctx.db.prisma.auditEvent.findMany({ orderBy: { seq: 'asc' } });
  await replaceFrom(house, seq + 1, events.slice(0, seq));
}

async function replaceFrom(house: TestHouse, from: number, events: readonly Event[]): Promise<void> {
  const { prisma } = house.ctx.db;
  await tamper(house, `DELETE FROM "AuditEvent" WHERE "seq" >= ${from}`);
  let prevHash = events[from - 2]?.hash ?? FIRST_HASH;
  for (const [index, event] of events.entries()) {
    if (index < from - 1) continue;
    const { hash: _old, ...fields } = { ...event, seq: index + 1, prevHash };
    const made = { ...fields, hash: auditHash(fields) };
    await prisma.auditEvent.create({ data: made });
    prevHash = made.hash;
  }
  await prisma.auditHead.updateMany({ data: { seq: events.length, hash: prevHash } });
}
