import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { parseCertificate } from '../x509/certificate';
import { signerFiles } from './ca-files';
import { openJournal } from './journal';

let signer: TestSigner;
let folder: string;
beforeEach(async () => {
  signer = await startTestSigner();
  folder = mkdtempSync(join(tmpdir(), 'hubgate-version-'));
});
afterEach(async () => {
  await signer.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** The tables of version 1, with what a signer of this version has done. */
function asVersion1(from: string, to: string): void {
  const old = new Database(to);
  old.exec(`
    ATTACH '${from}' AS v2;
    CREATE TABLE orders (order_id TEXT PRIMARY KEY, content_sha256 TEXT NOT NULL, content TEXT NOT NULL, received_at INTEGER NOT NULL) STRICT;
    CREATE TABLE approvals (order_id TEXT NOT NULL REFERENCES orders (order_id), approver TEXT NOT NULL, name TEXT NOT NULL,
      method TEXT NOT NULL, approved_at TEXT NOT NULL, expires_at TEXT NOT NULL, digest TEXT NOT NULL, evidence TEXT,
      PRIMARY KEY (order_id, approver, digest, approved_at)) STRICT;
    CREATE TABLE intents (serial TEXT PRIMARY KEY, order_id TEXT, tbs_sha256 TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('open', 'committed', 'abandoned')), created_at INTEGER NOT NULL) STRICT;
    CREATE INDEX intents_by_order ON intents (order_id);
    CREATE INDEX intents_by_time ON intents (created_at);
    CREATE TABLE certificates (serial TEXT PRIMARY KEY REFERENCES intents (serial), order_id TEXT UNIQUE REFERENCES orders (order_id),
      der BLOB NOT NULL, not_after INTEGER NOT NULL, issued_at INTEGER NOT NULL) STRICT;
    CREATE TABLE revocations (serial TEXT PRIMARY KEY REFERENCES certificates (serial), reason TEXT NOT NULL, by TEXT NOT NULL,
      revoked_at INTEGER NOT NULL) STRICT;
    CREATE TABLE crls (number INTEGER PRIMARY KEY, der BLOB NOT NULL, this_update INTEGER NOT NULL, next_update INTEGER NOT NULL,
      revoked INTEGER NOT NULL) STRICT;
    CREATE TABLE events (at INTEGER NOT NULL, what TEXT NOT NULL) STRICT;
    CREATE TABLE clock (one INTEGER PRIMARY KEY CHECK (one = 1), last_at INTEGER NOT NULL) STRICT;
    INSERT INTO orders SELECT * FROM v2.orders;
    INSERT INTO approvals SELECT * FROM v2.approvals;
    INSERT INTO intents SELECT * FROM v2.intents;
    INSERT INTO certificates SELECT serial, order_id, der, not_after, issued_at FROM v2.certificates;
    INSERT INTO revocations SELECT serial, reason, by, revoked_at FROM v2.revocations;
    INSERT INTO crls SELECT number, coalesce(der, x''), this_update, next_update, revoked FROM v2.crls;
    INSERT INTO events SELECT at, what FROM v2.events ORDER BY number;
    INSERT INTO clock SELECT 1, last_at FROM v2.meta;
    PRAGMA user_version = 1;
    PRAGMA application_id = ${0x48474a31};
  `);
  old.close();
}

describe('a journal of version 1', () => {
  it('comes over with all that stands in it', async () => {
    const csr = makeCsr(subjectKey('p-256'), 'x');
    const orders = [1, 2, 3].map(() => makeOrder({ caKeyId: signer.caKeyId, csr }));
    const outcomes = await signer.client.sign(orders);
    const serials = outcomes.map((one) => (one.outcome === 'issued' ? one.serial : ''));
    const [first = '', second = ''] = serials;
    await signer.client.revoke({ serials: [first], reason: 'superseded', by: 'person:olga' });
    await signer.client.revoke({ serials: [second], reason: 'certificateHold', by: 'person:olga' });
    await signer.stop();
    const file = join(folder, 'journal.db');
    asVersion1(signerFiles(signer.dir).journal, file);

    const journal = openJournal(file);
    try {
      expect(journal.counts()).toEqual({ issued: 5, revoked: 2 });
      expect(journal.lastAt()).toBeGreaterThan(0);
      expect(journal.identity().journalId).toMatch(/^[0-9a-f]{32}$/);
      for (const { content } of orders) {
        const row = journal.findByOrder(content.orderId);
        const { spkiSha256 } = parseCertificate(row?.der ?? Buffer.alloc(0));
        // The three share a key; the ceremony's certificate has another.
        expect(journal.serialsByKey(spkiSha256).sort()).toEqual([...serials].sort());
        expect(journal.findCertificate(row?.serial ?? '')?.caKeyId).toBe(signer.caKeyId);
      }
      expect(journal.findCertificate(second)?.revocation?.reason).toBe('certificateHold');
      expect(journal.changes(0, 10)).toMatchObject({
        changes: [
          { serial: first, state: 'revoked' },
          { serial: second, state: 'revoked' },
        ],
        more: false,
      });
      const number = journal.lastCrl(signer.caKeyId)?.number ?? 0;
      expect(number).toBe(3);
      expect(journal.nextCrlNumber(signer.caKeyId)).toBe(4);
      // Which changes an old list shows was not written down: a new one is due.
      expect(journal.lastCrl(signer.caKeyId)?.throughSeq).not.toBe(journal.lastChange(signer.caKeyId));
    } finally {
      journal.close();
    }
    openJournal(file).close();
  });
});
