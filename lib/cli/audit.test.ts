import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { recordAudit } from '../audit/record-audit';
import { sealAudit } from '../audit/seal-audit';
import { inTransaction } from '../db/in-transaction';
import { openTestHouse, type TestHouse } from '../testing/house';
import { runCli } from '../testing/run-cli';

let folder: string;
let house: TestHouse;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-audit-'));
  writeFileSync(join(folder, 'hubgate.toml'), '');
  house = await openTestHouse();
  await record(6);
  await sealAudit(house.ctx);
  await record(2);
  await sql(
    'DROP TRIGGER "AuditEvent_no_update"',
    'DROP TRIGGER "AuditEvent_no_delete"',
    'CREATE TABLE kept AS SELECT * FROM "AuditEvent"',
    'CREATE TABLE kept_head AS SELECT * FROM "AuditHead"',
  );
});
afterAll(async () => {
  await house.remove();
  rmSync(folder, { recursive: true, force: true });
});

const COLUMNS = '"seq", "at", "actor", "action", "target", "outcome", "data", "requestId"';

async function record(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await inTransaction(house.ctx.db, (tx) =>
      recordAudit(house.ctx, tx, { action: 'test.do', target: `thing-${n}` }),
    );
  }
}

async function sql(...statements: string[]): Promise<void> {
  for (const statement of statements) await house.ctx.db.prisma.$executeRawUnsafe(statement);
}

const verify = (...more: string[]) => runCli(join(folder, 'hubgate.toml'), ['audit', 'verify', ...more]);

describe('hubgate audit verify', () => {
  it('says what holds, and what is not sealed yet', async () => {
    const { code, out } = await verify();
    expect(code).toBe(0);
    expect(out).toContain('All 8 events hold.');
    expect(out).toContain('Not sealed yet: 2 event(s) after it.');
  });

  it.each<[string, string, RegExp, string[]]>([
    [
      'edited',
      'event 3: an event was changed. The 2 events before hold.',
      /"brokenAt": ?3,/,
      [`UPDATE "AuditEvent" SET "actor" = 'person:mallory' WHERE "seq" = 3`],
    ],
    [
      'removed',
      'event 4: an event is missing. The 3 events before hold.',
      /"brokenAt": ?4,/,
      ['DELETE FROM "AuditEvent" WHERE "seq" = 4'],
    ],
    [
      'inserted',
      'event 4: an event was changed. The 3 events before hold.',
      /"brokenAt": ?4,/,
      [
        'UPDATE "AuditEvent" SET "seq" = "seq" + 1000 WHERE "seq" > 3',
        // It follows the one before it, as far as it can.
        `INSERT INTO "AuditEvent" (${COLUMNS}, "prevHash", "hash")
         SELECT ${COLUMNS.replace('"seq"', '4')}, "hash", 'made up' FROM kept WHERE "seq" = 3`,
        'UPDATE "AuditEvent" SET "seq" = "seq" - 999 WHERE "seq" > 1000',
        'UPDATE "AuditHead" SET "seq" = "seq" + 1',
      ],
    ],
    [
      'reordered',
      'event 2: an event does not follow the one before it. The 1 events before hold.',
      /"brokenAt": ?2,/,
      [
        'UPDATE "AuditEvent" SET "seq" = -2 WHERE "seq" = 2',
        'UPDATE "AuditEvent" SET "seq" = 2 WHERE "seq" = 3',
        'UPDATE "AuditEvent" SET "seq" = 3 WHERE "seq" = -2',
      ],
    ],
    [
      'truncated',
      'one of the events 5 to 6: events that the signer sealed are missing at the end. The 4 events before hold.',
      /"brokenAt": ?5,/,
      [
        'DELETE FROM "AuditEvent" WHERE "seq" > 4',
        'UPDATE "AuditHead" SET "seq" = 4, "hash" = (SELECT "hash" FROM "AuditEvent" WHERE "seq" = 4)',
      ],
    ],
  ])('fails where events were %s, and names the first bad one', async (_what, words, json, statements) => {
    try {
      await sql(...statements);
      const { code, out } = await verify();
      expect(code).toBe(1);
      expect(out).toContain(`The chain breaks at ${words}`);
      const asJson = await verify('--json');
      expect(asJson.code).toBe(1);
      expect(asJson.out).toMatch(json);
    } finally {
      await sql(
        'DELETE FROM "AuditEvent"',
        'INSERT INTO "AuditEvent" SELECT * FROM kept',
        'DELETE FROM "AuditHead"',
        'INSERT INTO "AuditHead" SELECT * FROM kept_head',
      );
    }
    expect((await verify()).code).toBe(0);
  });
});
