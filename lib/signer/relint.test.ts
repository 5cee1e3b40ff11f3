import { generateKeyPairSync } from 'node:crypto';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fillJournal } from '../testing/fill-journal';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import type { ApprovedContent } from '../wire/order';
import type { RelintReport } from '../wire/relint';
import { signerFiles } from './ca-files';
import { openRelint } from './relint-certificates';

let signer: TestSigner;
beforeEach(async () => {
  signer = await startTestSigner();
});
afterEach(() => signer.remove());

async function issue(content: Partial<ApprovedContent>): Promise<{ serial: string; der: Buffer }> {
  const csr = makeCsr(subjectKey('p-256'), 'x');
  const [outcome] = await signer.client.sign([makeOrder({ caKeyId: signer.caKeyId, csr, content })]);
  if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  return { serial: outcome.serial, der: Buffer.from(outcome.certificate, 'base64') };
}

async function relint(): Promise<NonNullable<RelintReport['last']>> {
  const before = (await signer.client.relintReport()).last?.at;
  await signer.operator.relint();
  for (let tries = 0; tries < 1200; tries++) {
    const { last, running } = await signer.client.relintReport();
    if (last && last.at !== before && !running) return last;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the second look did not end');
}

/** Changes the journal of the signer, which is stopped meanwhile. */
async function tamper(change: (db: Database.Database) => void): Promise<void> {
  await signer.stop();
  const db = new Database(signerFiles(signer.dir).journal);
  db.pragma('foreign_keys = OFF');
  change(db);
  db.close();
  await signer.start();
}

const hosts = { emails: [], dnsNames: ['a.example.org'], ipAddresses: ['10.0.0.1', '2001:db8::1'] };

describe('the second look', () => {
  it('finds nothing in what this signer issues', { timeout: 120_000 }, async () => {
    await issue({ commonName: 'alice', san: { emails: ['a@example.org'], dnsNames: [], ipAddresses: [] } });
    await issue({ commonName: 'bob' });
    await issue({ profile: 'server', commonName: 'a.example.org', san: { ...hosts, ipAddresses: [] } });
    expect(await signer.client.status()).not.toHaveProperty('relint');
    await expect(signer.client.relint()).rejects.toMatchObject({ code: 'signer.protocol' });
    // And the ceremony's server certificate and the OCSP responder's.
    expect(await relint()).toMatchObject({ checked: 5, findings: 0, first: [] });
    expect((await signer.client.status()).relint).toMatchObject({ checked: 5, findings: 0 });
  });

  it('says of each certificate what is wrong with it', { timeout: 120_000 }, async () => {
    const names = ['order', 'bytes', 'intent', 'column', 'blocked', 'revoked', 'ca'] as const;
    const serials = new Map<string, string>();
    for (const commonName of names) serials.set(commonName, (await issue({ commonName })).serial);
    const of = (name: (typeof names)[number]): string => serials.get(name) ?? '';
    await signer.client.revoke({ serials: [of('revoked')], reason: 'superseded', by: 'x' });
    await tamper((db) => {
      const key = `(SELECT spki_sha256 FROM certificates WHERE serial = ?)`;
      const block = `INSERT INTO blocked_keys (spki_sha256, reason, at, by) VALUES (${key}, 'x', 1, 'x')`;
      const swap = `UPDATE orders SET content = replace(content, '"order"', '"other"')`;
      db.prepare(swap).run();
      const { der } = db.prepare('SELECT der FROM certificates WHERE serial = ?').get(of('bytes')) as {
        der: Buffer;
      };
      der.write('mytes', der.indexOf('bytes'));
      db.prepare('UPDATE certificates SET der = ? WHERE serial = ?').run(der, of('bytes'));
      db.prepare(`UPDATE intents SET state = 'abandoned' WHERE serial = ?`).run(of('intent'));
      db.prepare('UPDATE certificates SET not_after = not_after + 1000 WHERE serial = ?').run(of('column'));
      db.prepare(block).run(of('blocked'));
      db.prepare(block).run(of('revoked'));
      db.prepare(`UPDATE certificates SET ca_key_id = 'none' WHERE serial = ?`).run(of('ca'));
      const stranger = db.prepare(
        `INSERT INTO certificates (serial, ca_key_id, source, spki_sha256, not_after, issued_at, der)
           VALUES ('0a', 'x', 'import', 'x', 1, 1, x'3000')`,
      );
      stranger.run();
      db.prepare('UPDATE meta SET issued = issued + 1').run();
    });
    const { findings, first } = await relint();
    const found = first.map(({ serial, kind }) => {
      const name = [...serials].find(([, each]) => each === serial)?.[0] ?? serial;
      return `${name} ${kind}`;
    });
    expect([...new Set(found)]).toEqual([
      'order lint',
      'bytes intent',
      'bytes signature',
      'bytes lint',
      'intent intent',
      'column journal',
      'blocked blocked-key',
      'ca signature',
      '0a unreadable',
    ]);
    expect(findings).toBe(found.length);
    expect((await signer.client.status()).relint).toMatchObject({ findings });
  });

  it('goes on where a restart broke it off', { timeout: 120_000 }, async () => {
    const { der } = await issue({ commonName: 'alice' });
    await tamper((db) => {
      db.prepare('INSERT INTO relints VALUES (1, 5, 1000, 900, 3, NULL)').run();
    });
    await signer.stop();
    const input = { caKeyId: signer.caKeyId, template: der, count: 998, revoked: 0, now: new Date() };
    fillJournal(signerFiles(signer.dir).journal, input);
    await signer.start();
    const { running } = await signer.client.relintReport();
    expect(running).toMatchObject({ checked: 900, total: 1000 });
    const { checked, findings, first } = await relint();
    expect(checked).toBe(1000);
    // The filled rows are copies under other serials: each of the last hundred is seen, none of those before.
    const seen = new Set(first.map(({ serial }) => serial));
    expect(findings).toBeGreaterThanOrEqual(3 + 100);
    expect(seen.size).toBeGreaterThan(10);
  });
});

describe('a look at the journal', () => {
  it('never throws, whatever bytes stand there', () => {
    const db = new Database(':memory:');
    db.exec(`
      CREATE TABLE certificates (number INTEGER PRIMARY KEY, serial, ca_key_id, source, order_id, spki_sha256, not_after, der);
      CREATE TABLE intents (serial, tbs_sha256, state);
      CREATE TABLE orders (order_id, content);
      CREATE TABLE blocked_keys (seq, spki_sha256);
      CREATE TABLE revocations (serial, revoked_at);
      CREATE TABLE cas (key_id, der);
    `);
    const { der } = signer.ca.signing;
    db.prepare('INSERT INTO cas VALUES (?, ?)').run('ca', der);
    const put = db.prepare(`INSERT INTO certificates VALUES (NULL, 's', 'ca', 'order', NULL, 'k', 1, ?)`);
    const { publicKey } = generateKeyPairSync('ed25519');
    for (const bytes of [
      Buffer.alloc(0),
      Buffer.from('3000', 'hex'),
      publicKey.export({ format: 'der', type: 'spki' }),
    ]) {
      put.run(bytes);
    }
    for (let at = 0; at < der.length; at += 7) {
      const changed = Buffer.from(der);
      changed[at] = (changed[at] ?? 0) ^ 0x41;
      put.run(changed);
      put.run(changed.subarray(0, at));
    }
    const look = openRelint(db);
    let number = 0;
    for (let slice = look(0, 1e9); slice !== null; slice = look(number, 1e9)) number = slice.number;
    expect(number).toBeGreaterThan(100);
    db.close();
  });
});
