import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeOrder } from '../testing/orders';
import { approvalDigest } from '../wire/approved-content';
import { openJournal, type Journal } from './journal';
import type { Intent } from './journal-orders';

let folder: string;
let file: string;
let journal: Journal | null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-journal-'));
  file = join(folder, 'journal.db');
  journal = null;
});
afterEach(() => {
  journal?.close();
  rmSync(folder, { recursive: true, force: true });
});

const now = new Date('2026-11-23T12:00:00.000Z');
const serialOf = (n: number): string => n.toString(16).padStart(40, '4');

function intent(n: number, orderId?: string): Intent {
  const { content, approvals } = makeOrder({
    caKeyId: 'ab'.repeat(20),
    csr: Uint8Array.of(1),
    ...(orderId !== undefined && { content: { orderId } }),
  });
  return {
    serial: serialOf(n),
    tbsSha256: 'ab'.repeat(32),
    order: { content, contentSha256: approvalDigest(content), approvals },
  };
}

const certificateOf = (one: Intent) => ({
  serial: one.serial,
  orderId: one.order?.content.orderId ?? null,
  caKeyId: 'ab'.repeat(20),
  spkiSha256: 'cd'.repeat(32),
  der: Uint8Array.of(1, 2, 3),
  notAfter: new Date(now.getTime() + 1000),
});

describe('the journal', () => {
  it('gives up at its next start what a crash left open, and never closes it afterwards', () => {
    const one = intent(1);
    journal = openJournal(file);
    journal.recordIntents([one], now);
    journal.close();
    journal = openJournal(file);
    expect(journal.intentsSince(now)).toEqual({ hour: 0, day: 0 });
    const reopened = journal;
    expect(() => reopened.commit([certificateOf(one)], now)).toThrow(RangeError);
    expect(journal.counts()).toEqual({ issued: 0, revoked: 0 });
  });

  it('gives up an earlier intent of the same order', () => {
    const first = intent(1, 'R-00000000');
    const second = intent(2, 'R-00000000');
    journal = openJournal(file);
    journal.recordIntents([first], now);
    journal.recordIntents([second], now);
    const held = journal;
    expect(() => held.commit([certificateOf(first)], now)).toThrow(RangeError);
    journal.commit([certificateOf(second)], now);
    expect(journal.findByOrder('R-00000000')).toMatchObject({ serial: second.serial });
  });

  it('writes a group wholly or not at all', () => {
    const [one, two] = [intent(1), intent(2)];
    journal = openJournal(file);
    journal.recordIntents([one], now);
    const held = journal;
    expect(() => held.commit([certificateOf(one), certificateOf(two)], now)).toThrow();
    expect(journal.counts().issued).toBe(0);
  });

  it('is held by one process at a time', () => {
    journal = openJournal(file);
    expect(() => openJournal(file)).toThrow(expect.objectContaining({ code: 'start.already-running' }));
  });

  it('of a newer version is refused', () => {
    openJournal(file).close();
    const db = new Database(file);
    db.pragma('user_version = 99');
    db.close();
    expect(() => openJournal(file)).toThrow(expect.objectContaining({ code: 'database.newer' }));
  });

  it.each([
    [
      'no database',
      'signer.journal-damaged',
      () => writeFileSync(file, 'not a database, and longer than the header of one'.repeat(10)),
    ],
    ['another database', 'ca.file', () => new Database(file).exec('CREATE TABLE t (x)').close()],
  ])('that is %s is refused with %s', (_what, code, make) => {
    make();
    expect(() => openJournal(file)).toThrow(expect.objectContaining({ code }));
  });

  it('says who it is, and every durable write is one more', () => {
    journal = openJournal(file);
    const before = journal.identity();
    expect(before.journalId).toMatch(/^[0-9a-f]{32}$/);
    const one = intent(1);
    journal.recordIntents([one], now);
    journal.commit([certificateOf(one)], now);
    journal.note('x', now);
    expect(journal.identity()).toEqual({ ...before, sequence: before.sequence + 3 });
    journal.close();
    journal = openJournal(file);
    const again = journal.identity();
    expect(again.openedAtSequence).toBe(before.sequence + 3);
    expect(again.sequence).toBeGreaterThanOrEqual(before.sequence + 3);
    expect(again.run).not.toBe(before.run);
    journal.close();
    const other = openJournal(join(folder, 'other.db'));
    expect(other.identity().journalId).not.toBe(before.journalId);
    other.close();
    journal = null;
  });
});
