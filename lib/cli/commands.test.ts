import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openTestHouse, type TestHouse } from '../testing/house';
import { freshCsr, submitOne } from '../testing/requests';
import { runCli } from '../testing/run-cli';
import { lockInstance } from '../supervisor/instance-lock';

let folder: string;
let house: TestHouse;
let config: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-commands-'));
  config = join(folder, 'hubgate.toml');
  writeFileSync(config, '');
  house = await openTestHouse();
});
afterAll(async () => {
  await house.remove();
  rmSync(folder, { recursive: true, force: true });
});

const hubgate = (...words: string[]) => runCli(config, words);

describe('a wrong call', () => {
  it.each([
    ['requests', 'list', '--limit', 'x'],
    ['requests', 'list', '--limit', '0'],
    ['certs', 'list', '--limit', '201'],
    ['certs', 'list', '--limit', '-1'],
    ['audit', 'export', '--after', 'x'],
    ['token', 'create', '--name', 'of-no-role'],
    ['requests', 'show'],
    ['requests', 'show', 'R-00000000', 'R-00000001'],
    ['certs', 'revoke', '00ff', '--reason', 'boredom'],
    ['hubs', 'access', 'astro', 'open'],
    ['hubs', 'allow', 'astro'],
    ['db', 'restore'],
    ['keys', 'block', 'ab'],
    ['keys', 'list', '--limit', '0'],
    ['no-such-command'],
  ])('%s %s %s %s ends with 2 and says how it is called', async (...words) => {
    const { code, err } = await hubgate(...words.filter((word) => word !== undefined));
    expect(code).toBe(2);
    expect(err).toContain('Usage: hubgate');
  });

  it.each([
    ['requests', 'show', 'R-00000000'],
    ['requests', 'approve', 'nonsense'],
    ['certs', 'show', 'zz'],
    ['certs', 'revoke', '00ff', '--reason', 'superseded'],
    ['hubs', 'access', 'unknown'],
    ['token', 'revoke', '--name', 'unknown'],
    ['admin', 'reset', '--login', 'nobody'],
    ['admin', 'reset', 'nobody'],
    ['admin', 'reset'],
    ['admin', 'roles', 'nobody', '--role', 'admin'],
    ['admin', 'disable', 'nobody'],
    ['db', 'backup', '/no/such/folder/x.db'],
    ['db', 'restore', '/no/such/file.db'],
    ['keys', 'check', '/no/such/file.csr'],
    ['keys', 'check', '/'],
    ['keys', 'block', 'beef', '--reason', 'x'],
  ])('%s %s %s is refused without a stack', async (...words) => {
    const { code, err } = await hubgate(...words);
    expect(code).toBe(1);
    expect(err).toMatch(/^hubgate: /);
    expect(err).not.toMatch(/unexpected failure|\n {4}at /);
  });
});

it('a request is approved, signed and its certificate exported, never over a file that is there', async () => {
  const id = await submitOne({ ...house.ctx, actor: { kind: 'visitor', addressKey: '192.0.2.9' } });
  expect(await hubgate('requests', 'approve', id)).toMatchObject({ code: 0 });
  const signed = JSON.parse((await hubgate('--json', 'sign', '--all')).out);
  expect(signed).toMatchObject({ issued: 1, failed: 0 });
  const serial: string = signed.results[0].serial;
  const file = join(folder, 'alice.pem');
  expect(await hubgate('certs', 'export', serial, '--out', file)).toMatchObject({ code: 0 });
  expect(readFileSync(file, 'utf8')).toContain('BEGIN CERTIFICATE');
  const again = await hubgate('--json', 'certs', 'export', serial, '--out', file);
  expect(JSON.parse(again.err)).toMatchObject({ code: 'config.value', field: 'file' });
  const der = JSON.parse((await hubgate('--json', 'certs', 'export', serial, '--form', 'der')).out);
  expect(Buffer.from(der.content, 'base64')[0]).toBe(0x30);
});

it('a key is blocked by a file or its hash, listed, and checked', async () => {
  const csr = freshCsr('mallory');
  const file = join(folder, 'mallory.csr');
  writeFileSync(file, csr);
  expect(await hubgate('keys', 'check', file)).toMatchObject({ code: 0 });
  const blocked = JSON.parse((await hubgate('--json', 'keys', 'block', file, '--reason', 'posted')).out);
  expect(blocked).toMatchObject({ fresh: true, certificates: [] });
  const colons = blocked.spkiSha256.toUpperCase().match(/../g).join(':');
  expect((await hubgate('keys', 'block', colons, '--reason', 'again')).out).toContain('was blocked already');
  expect((await hubgate('keys', 'list')).out).toMatch(new RegExp(`${blocked.spkiSha256} .* posted`));
  const checked = await hubgate('keys', 'check', file);
  expect(checked).toMatchObject({ code: 1, out: expect.stringContaining('reported as compromised') });
  const visitor = { ...house.ctx, actor: { kind: 'visitor', addressKey: '192.0.2.10' } as const };
  await expect(submitOne(visitor, { csr, commonName: 'mallory' })).rejects.toMatchObject({
    code: 'csr.compromised-key',
  });
});

describe('a backup', () => {
  it('comes back whole, is checked first, and never under a running portal', async () => {
    const runDir = join(folder, 'var', 'run');
    const file = join(folder, 'var', 'portal.db');
    expect(await hubgate('db', 'migrate')).toMatchObject({ code: 0 });
    const mark = (text: string): void => {
      const db = new Sqlite(file);
      db.exec(`CREATE TABLE IF NOT EXISTS mark (t); DELETE FROM mark; INSERT INTO mark VALUES ('${text}')`);
      db.close();
    };
    const marked = (name: string): unknown => {
      const db = new Sqlite(name, { readonly: true });
      try {
        return db.prepare('SELECT t FROM mark').pluck().get();
      } finally {
        db.close();
      }
    };
    mark('before');
    const copy = join(folder, 'copy.db');
    expect(await hubgate('db', 'backup', copy)).toMatchObject({ code: 0 });
    mark('after');

    const lock = await lockInstance(runDir);
    expect((await hubgate('db', 'restore', copy)).err).toContain('runs already');
    await new Promise((done) => lock.close(done));

    const reader = new Sqlite(file);
    reader.prepare('SELECT count(*) FROM mark').get();
    const busy = JSON.parse((await hubgate('--json', 'db', 'restore', copy)).err);
    expect(busy).toMatchObject({ code: 'start.already-running' });
    reader.close();

    const bytes = readFileSync(copy);
    writeFileSync(join(folder, 'cut.db'), bytes.subarray(0, bytes.length / 2));
    writeFileSync(join(folder, 'text.db'), 'not a database'.repeat(100));
    new Sqlite(join(folder, 'other.db')).exec('CREATE TABLE t (x)').close();
    const newer = join(folder, 'newer.db');
    writeFileSync(newer, bytes);
    new Sqlite(newer).exec(`UPDATE _prisma_migrations SET migration_name = '29990101_new'`).close();
    for (const [bad, code] of [
      ['cut.db', 'config.value'],
      ['text.db', 'config.value'],
      ['other.db', 'config.value'],
      ['newer.db', 'database.newer'],
    ] as const) {
      const { code: exit, err } = await hubgate('--json', 'db', 'restore', join(folder, bad));
      expect([bad, exit, JSON.parse(err).code]).toEqual([bad, 1, code]);
    }
    expect(marked(file)).toBe('after');

    const { kept } = JSON.parse((await hubgate('--json', 'db', 'restore', copy)).out);
    expect([marked(file), marked(kept)]).toEqual(['before', 'after']);
    expect(readdirSync(join(folder, 'var')).filter((name) => name.includes('restoring'))).toEqual([]);
    expect(existsSync(copy)).toBe(true);
  });
});
