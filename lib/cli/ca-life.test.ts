import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { backUpSqlite } from '../db/back-up';
import { postgresqlRowCounts, sqliteRowCounts } from '../db/row-counts';
import { signerFiles } from '../signer/ca-files';
import { DATABASE_KINDS, emptyPostgresql } from '../testing/database';
import { openTestHouse, type TestHouse } from '../testing/house';
import {
  OLD_PASSPHRASE,
  OLD_ROOT_PASSPHRASE,
  skeleton,
  skeletonCrl,
  skeletonIssue,
  skeletonRevoke,
} from '../testing/old-folders';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { submitOne } from '../testing/requests';
import { runCli } from '../testing/run-cli';
import { parseCertificate } from '../x509/certificate';
import { parseCrl } from '../x509/crl';

const TIMEOUT = 180_000;
const NEW = 'new signing passphrase of 2036';
const NEW_ROOT = 'new root passphrase of 2036';
const OF_BACKUP = 'quite another passphrase for the backup';

let folder: string;
let config: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-ca-life-'));
  config = join(folder, 'hubgate.toml');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const hubgate = (...words: string[]) => runCli(config, words);
async function json(...words: string[]) {
  const { code, out, err } = await hubgate('--json', ...words);
  expect(err).toBe('');
  expect(code).toBe(0);
  return JSON.parse(out);
}
async function refused(...words: string[]): Promise<{ code: string; message: string }> {
  const { code, err } = await hubgate('--json', ...words);
  expect(code).toBe(1);
  expect(err).not.toContain('unexpected failure');
  return JSON.parse(err);
}
function passphrase(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
  return file;
}
/** SHA-256 of each file below a folder; without what a journal has beside it, and without backups. */
function digests(dir: string): Record<string, string> {
  if (!existsSync(dir)) return {};
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(?:journal\.db|backups)/.test(name))
    .filter((name) => statSync(join(dir, name)).isFile());
  return Object.fromEntries(
    names.sort().map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex'),
    ]),
  );
}
/** Every row of every table of an SQLite file, as one digest. */
function allRows(file: string): string {
  const db = new Sqlite(file, { readonly: true });
  try {
    const hash = createHash('sha256');
    const tables = db
      .prepare(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name`,
      )
      .pluck()
      .all() as string[];
    for (const table of tables) {
      hash.update(table);
      for (const row of db.prepare(`SELECT * FROM "${table}" ORDER BY 1, 2`).raw().iterate()) {
        hash.update(
          JSON.stringify(row, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
        );
      }
    }
    return hash.digest('hex');
  } finally {
    db.close();
  }
}
/** The same of a PostgreSQL database. */
async function allPostgresqlRows(connectionString: string): Promise<string> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const hash = createHash('sha256');
    const tables = await client.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    );
    expect(tables.rows.length).toBeGreaterThan(10);
    for (const { name } of tables.rows) {
      hash.update(name);
      const { rows } = await client.query<{ row: string }>(
        `SELECT row_to_json(one)::text AS row FROM "${name}" one ORDER BY 1`,
      );
      for (const { row } of rows) hash.update(row);
    }
    return hash.digest('hex');
  } finally {
    await client.end();
  }
}
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: 'pipe' });

describe('the root key away from the server, and a roll-over with it', { timeout: TIMEOUT }, () => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse();
  }, TIMEOUT);
  afterAll(() => house.remove());

  it('is used by its path for one operation, and left nowhere', async () => {
    const { signer, instance } = house;
    writeFileSync(config, `stateDir = ${JSON.stringify(instance.paths.stateDir)}\n`);
    const files = signerFiles(signer.dir);
    const now = passphrase('now', signer.passphrase);
    const stick = join(folder, 'stick.key');
    expect(await json('ca', 'export-root', '--to', stick, '--passphrase-file', now)).toMatchObject({
      exported: stick,
    });
    expect(existsSync(files.rootKey)).toBe(false);

    expect(
      await refused('ca', 'rollover', '--passphrase-file', now, '--root-passphrase-file', now),
    ).toMatchObject({
      code: 'ca.file',
      message: expect.stringContaining('--root-key FILE'),
    });
    expect(await json('ca', 'check-root', '--root-key', stick, '--passphrase-file', now)).toMatchObject({
      onServer: false,
    });
    expect(
      await refused('ca', 'check-root', '--root-key', stick, '--passphrase-file', passphrase('bad', 'wrong')),
    ).toMatchObject({ code: 'ca.passphrase' });
    const other = join(folder, 'other.key');
    copyFileSync(files.signingKey, other);
    expect(await refused('ca', 'check-root', '--root-key', other, '--passphrase-file', now)).toMatchObject({
      code: 'ca.file',
    });

    const before = parseCrl(readFileSync(files.rootCrl));
    const renewed = await json('ca', 'crl', '--renew-root', '--root-key', stick, '--passphrase-file', now);
    expect(renewed.root.number).toBe((before.crlNumber ?? 0) + 1);

    // The root and the signing CA must not open with one passphrase.
    const roll = [
      'ca',
      'rollover',
      '--root-key',
      stick,
      '--root-passphrase-file',
      now,
      '--key-type',
      'p-256',
    ];
    expect(await refused(...roll, '--passphrase-file', now)).toMatchObject({ code: 'ca.passphrase' });
    expect(await refused(...roll, '--passphrase-file', passphrase('weak', 'short'))).toMatchObject({
      code: 'ca.passphrase',
    });
    const rolled = await json(...roll, '--passphrase-file', passphrase('new', NEW));
    expect(rolled).toMatchObject({
      rolledOver: true,
      signing: {
        subject: expect.stringContaining('JupyterHub Signing CA G2'),
        crlUrl: expect.stringMatching(/signing-ca-2\.crl$/),
      },
      former: { keyId: signer.caKeyId, state: 'unlocked' },
    });
    expect(existsSync(files.rootKey)).toBe(false);
    const line = readFileSync(stick, 'utf8').split('\n')[1] ?? '';
    const { stdout: left } = spawnSync('grep', ['-rlF', '--', line, instance.paths.stateDir], {
      encoding: 'utf8',
    });
    expect(left).toBe('');
  });

  it('status tells what ends when, and both keys open with their own passphrases', async () => {
    const { instance, signer } = house;
    writeFileSync(config, `stateDir = ${JSON.stringify(instance.paths.stateDir)}\n`);
    const status = await json('ca', 'status');
    expect(status.expiries.map(({ what }: { what: string }) => what).sort()).toEqual([
      'former-ca',
      'former-crl',
      'ocsp',
      'ocsp',
      'root-ca',
      'root-crl',
      'signing-ca',
      'signing-crl',
    ]);
    expect(status.expiries.find(({ what }: { what: string }) => what === 'signing-crl').daysLeft).toBe(29);
    expect((await hubgate('ca', 'status')).out).toMatch(/DAYS LEFT +ENDS +WHAT/);
    await json('ca', 'lock');
    expect(await json('ca', 'unlock', '--passphrase-file', passphrase('new', NEW))).toMatchObject({
      state: 'unlocked',
      formerKeys: [{ state: 'locked' }],
    });
    expect(
      await json('ca', 'unlock', '--passphrase-file', passphrase('now', signer.passphrase)),
    ).toMatchObject({
      formerKeys: [{ state: 'unlocked' }],
    });
    // Lost copies come back from what the signer says.
    rmSync(join(instance.paths.caDir, 'former-cas.pem'));
    expect(await json('ca', 'publish')).toMatchObject({ bundle: null });
    const former = parseCertificate(readFileSync(join(instance.paths.caDir, 'former-cas.pem'), 'utf8'));
    expect(former.subjectKeyId).toBe(signer.caKeyId);
    const lists = await json('ca', 'crl');
    expect(lists.former).toMatchObject([{ keyId: signer.caKeyId, revoked: 0 }]);
  });
});

describe('ca import', { timeout: TIMEOUT }, () => {
  it('says what is there, takes it over unattended, and the doctor sees who goes on signing', async () => {
    writeFileSync(config, '[pki]\nou = "NLHPC"\nsigningKey = "p-256"\n');
    const old = join(folder, 'pki');
    mkdirSync(old);
    skeleton(old);
    for (const name of ['alice', 'bob']) skeletonIssue(old, name);
    skeletonRevoke(old, 'bob');
    skeletonCrl(old, 'signing-ca');
    const dry = await json('ca', 'import', '--from', old, '--dry-run');
    expect(dry).toMatchObject({
      imported: false,
      shape: 'two-tier',
      counts: { certificates: 2, valid: 1, revoked: 1 },
      lastCrlNumber: 1,
    });
    expect(existsSync(join(folder, 'var', 'signer'))).toBe(false);
    const words = [
      'ca',
      'import',
      '--from',
      old,
      '--old-passphrase-file',
      passphrase('old', OLD_PASSPHRASE),
      '--old-root-passphrase-file',
      passphrase('old-root', OLD_ROOT_PASSPHRASE),
      '--root-passphrase-file',
      passphrase('root', NEW_ROOT),
    ];
    expect(await refused(...words, '--passphrase-file', passphrase('weak', 'short'))).toMatchObject({
      code: 'ca.passphrase',
    });
    const bad = words.with(5, passphrase('bad', 'not this'));
    expect(await refused(...bad, '--passphrase-file', passphrase('new', NEW))).toMatchObject({
      code: 'ca.passphrase',
    });
    expect(existsSync(join(folder, 'var', 'signer', 'signing-ca.pem'))).toBe(false);

    const done = await json(...words, '--passphrase-file', passphrase('new', NEW));
    expect(done).toMatchObject({ imported: true, crlNumber: 2, rootCrl: true, rootKey: true, conflicts: [] });
    const { signingKey, rootKey, signingCa } = signerFiles(join(folder, 'var', 'signer'));
    for (const [key, phrase] of [
      [signingKey, NEW],
      [rootKey, NEW_ROOT],
    ] as const) {
      expect(openssl('pkey', '-in', key, '-passin', `pass:${phrase}`, '-noout')).toBe('');
    }
    expect(parseCertificate(readFileSync(signingCa, 'utf8')).der).toEqual(
      parseCertificate(readFileSync(join(old, 'ca', 'signing-ca.crt'), 'latin1')).der,
    );
    expect(await refused(...words, '--passphrase-file', passphrase('new', NEW))).toMatchObject({
      code: 'ca.exists',
    });

    const oldIndex = async () =>
      JSON.parse((await hubgate('--json', 'doctor')).out).findings.find(
        ({ check }: { check: string }) => check === 'old CA',
      );
    expect(await oldIndex()).toMatchObject({ level: 'ok' });
    skeletonIssue(old, 'mallory');
    expect(await oldIndex()).toMatchObject({ level: 'warn', says: expect.stringContaining('--late') });
    expect(await json('ca', 'import', '--from', old, '--late')).toMatchObject({ certificates: 1 });
    expect(await oldIndex()).toMatchObject({ level: 'ok' });
  });
});

describe.each(DATABASE_KINDS)('a backup, on %s', { timeout: TIMEOUT }, (kind) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse({ database: kind });
    const id = await submitOne({ ...house.ctx, actor: { kind: 'visitor', addressKey: '192.0.2.9' } });
    const other = await submitOne(
      { ...house.ctx, actor: { kind: 'visitor', addressKey: '192.0.2.9' } },
      { commonName: 'bob' },
    );
    writeConfig(join(tmpdir(), `hubgate-first-${process.pid}-${kind}.toml`));
    for (const words of [
      ['requests', 'approve', id],
      ['requests', 'approve', other],
      ['sign', '--all'],
    ]) {
      expect(await hubgate(...words)).toMatchObject({ code: 0, err: '' });
    }
    rmSync(config);
  }, TIMEOUT);
  afterAll(() => house.remove());

  function writeConfig(file: string, more = ''): void {
    config = file;
    const { stateDir } = house.instance.paths;
    const { url } = house.instance.config.database;
    writeFileSync(
      file,
      `stateDir = ${JSON.stringify(stateDir)}\n${more}[database]\nurl = ${JSON.stringify(url)}\n`,
    );
  }
  /** Another, empty installation. */
  async function writeEmptyConfig(name: string): Promise<{ stateDir: string; url: string }> {
    config = join(folder, `${name}.toml`);
    const stateDir = join(folder, name);
    const url = kind === 'sqlite' ? '' : await emptyPostgresql();
    writeFileSync(
      config,
      `stateDir = ${JSON.stringify(stateDir)}\n[database]\nurl = ${JSON.stringify(url)}\n`,
    );
    return { stateDir, url };
  }

  it('is made while all runs, comes back into an empty place, and everything is the same', async () => {
    writeConfig(config);
    const phrase = passphrase('backup', OF_BACKUP);
    const file = join(folder, 'one.hgbackup');
    const made = await json('ca', 'backup', file, '--passphrase-file', phrase);
    expect(made).toMatchObject({
      file,
      database: kind,
      counts: {
        portal: { Request: 2, Certificate: 2 },
        // Signing had the audit trail sealed.
        journal: { certificates: expect.any(Number), orders: 2, audit_seals: expect.any(Number) },
      },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(file);
    for (const plain of ['alice', 'PRIVATE KEY', 'SQLite', 'signing-ca'])
      expect(bytes.includes(plain)).toBe(false);
    expect(await refused('ca', 'backup', file, '--passphrase-file', phrase)).toMatchObject({
      code: 'config.value',
    });
    expect(await json('ca', 'restore', file, '--check', '--passphrase-file', phrase)).toMatchObject({
      version: 1,
      database: kind,
    });

    const source = house.instance.paths;
    const { stateDir, url } = await writeEmptyConfig('second');
    const back = await json('ca', 'restore', file, '--passphrase-file', phrase);
    expect(back).toMatchObject({ restored: file, halves: ['signer', 'portal'], counts: made.counts });

    // Every file of signer and portal, byte for byte.
    expect(digests(join(stateDir, 'signer'))).toEqual(digests(source.signerDir));
    expect(existsSync(join(stateDir, 'signer', 'audit.key'))).toBe(true);
    for (const name of ['secrets', 'ca', 'server']) {
      expect(digests(join(stateDir, name)), name).toEqual(digests(join(source.stateDir, name)));
    }
    expect(statSync(join(stateDir, 'signer', 'signing-ca.key')).mode & 0o777).toBe(0o600);
    expect(statSync(join(stateDir, 'signer')).mode & 0o777).toBe(0o700);
    // Every row of the journal, and the rows of the portal.
    const copy = join(folder, 'live-journal.db');
    await backUpSqlite(signerFiles(source.signerDir).journal, copy);
    expect(allRows(join(stateDir, 'signer', 'journal.db'))).toBe(allRows(copy));
    const counts =
      kind === 'sqlite'
        ? sqliteRowCounts(join(stateDir, 'portal.db'))
        : await postgresqlRowCounts({ kind: 'postgresql', url, password: null });
    expect(counts).toEqual(made.counts.portal);
    if (kind === 'sqlite') {
      const portalCopy = join(folder, 'live-portal.db');
      await backUpSqlite(house.instance.config.database.url.slice('file:'.length), portalCopy);
      expect(allRows(join(stateDir, 'portal.db'))).toBe(allRows(portalCopy));
    } else {
      const source = await allPostgresqlRows(house.instance.config.database.url);
      expect(await allPostgresqlRows(url)).toBe(source);
    }

    // Nothing is ever overwritten.
    expect(await refused('ca', 'restore', file, '--passphrase-file', phrase)).toMatchObject({
      code: 'ca.exists',
    });
    const { config: again } = { config: join(folder, 'third.toml') };
    writeFileSync(again, readFileSync(config, 'utf8').replaceAll('second', 'third'));
    config = again;
    if (kind === 'postgresql') {
      expect(await refused('ca', 'restore', file, '--passphrase-file', phrase)).toMatchObject({
        code: 'ca.exists',
        message: expect.stringContaining('has tables already'),
      });
      expect(existsSync(join(folder, 'third', 'signer', 'signing-ca.pem'))).toBe(false);
    }
    // The signer's half alone, as after a damaged journal.
    expect(await json('ca', 'restore', file, '--only', 'signer', '--passphrase-file', phrase)).toMatchObject({
      halves: ['signer'],
    });
    expect(existsSync(join(folder, 'third', 'signer', 'journal.db'))).toBe(true);
    expect(existsSync(join(folder, 'third', 'secrets'))).toBe(false);
  });

  it('is of one instant, however much is signed meanwhile', async () => {
    writeConfig(config);
    const { signer } = house;
    const csr = makeCsr(subjectKey('p-256'), 'alice');
    let signing = true;
    let signed = 0;
    const busy = (async () => {
      while (signing) {
        const orders = Array.from({ length: 8 }, () => makeOrder({ caKeyId: signer.caKeyId, csr }));
        signed += (await signer.client.sign(orders)).filter(({ outcome }) => outcome === 'issued').length;
      }
    })();
    const phrase = passphrase('backup', OF_BACKUP);
    const made = await json('ca', 'backup', join(folder, 'x.hgbackup'), '--passphrase-file', phrase);
    signing = false;
    await busy;
    expect(signed).toBeGreaterThan(0);
    const { stateDir } = await writeEmptyConfig('instant');
    await json('ca', 'restore', made.file, '--only', 'signer', '--passphrase-file', phrase);
    const db = new Sqlite(join(stateDir, 'signer', 'journal.db'), { readonly: true });
    try {
      const one = (sql: string): unknown => db.prepare(sql).pluck().get();
      expect(one('SELECT count(*) FROM certificates')).toBe(made.counts.journal.certificates);
      expect(one('SELECT issued FROM meta')).toBe(made.counts.journal.certificates);
      const torn = `SELECT count(*) FROM certificates c LEFT JOIN intents i USING (serial)
        WHERE c.source = 'order' AND i.state IS NOT 'committed'`;
      expect(one(torn)).toBe(0);
    } finally {
      db.close();
    }
  });

  it('lies where the signer looks for it unless another place is named', async () => {
    writeConfig(config);
    const { file } = await json('ca', 'backup', '--passphrase-file', passphrase('backup', OF_BACKUP));
    expect(dirname(file)).toBe(join(house.signer.dir, 'backups'));
    expect(file).toMatch(/\.hgbackup$/);
    // A backup holds no backups.
    const second = await json(
      'ca',
      'backup',
      join(folder, 'x.hgbackup'),
      '--passphrase-file',
      passphrase('backup', OF_BACKUP),
    );
    const manifest = await json(
      'ca',
      'restore',
      second.file,
      '--check',
      '--passphrase-file',
      passphrase('backup', OF_BACKUP),
    );
    const paths: string[] = manifest.entries.map(({ path }: { path: string }) => path);
    expect(paths.filter((path) => /backups|\.lock|-wal/.test(path))).toEqual([]);
    expect(paths).toContain('signer/policy.json');
    expect(paths).toContain('config/hubgate.toml');
    const to = join(folder, 'configs');
    mkdirSync(to);
    await json(
      'ca',
      'restore',
      second.file,
      '--config-to',
      to,
      '--passphrase-file',
      passphrase('backup', OF_BACKUP),
    );
    expect(readFileSync(join(to, 'hubgate.toml'), 'utf8')).toBe(readFileSync(config, 'utf8'));
  });

  it('that was changed, cut off or is opened with another passphrase restores nothing', async () => {
    writeConfig(config);
    const phrase = passphrase('backup', OF_BACKUP);
    const good = join(folder, 'good.hgbackup');
    await json('ca', 'backup', good, '--passphrase-file', phrase);
    const { stateDir } = await writeEmptyConfig('empty');
    const attempt = async (file: string, secret = phrase): Promise<string> => {
      const { code } = await refused('ca', 'restore', file, '--passphrase-file', secret);
      for (const name of [
        'signer/signing-ca.pem',
        'signer/journal.db',
        'portal.db',
        'signer/.restoring',
        '.restoring',
      ]) {
        expect(existsSync(join(stateDir, name)), name).toBe(false);
      }
      return code;
    };
    const bad = join(folder, 'bad.hgbackup');
    const { size } = statSync(good);
    for (const end of [0, 20, 5_000, size - 1]) {
      copyFileSync(good, bad);
      truncateSync(bad, end);
      expect(await attempt(bad), String(end)).toMatch(/^ca\.(backup|passphrase)$/);
    }
    copyFileSync(good, bad);
    appendFileSync(bad, 'x');
    expect(await attempt(bad)).toMatch(/^ca\.(backup|passphrase)$/);
    const bytes = readFileSync(good);
    bytes[Math.floor(size / 2)] = (bytes[Math.floor(size / 2)] ?? 0) ^ 1;
    writeFileSync(bad, bytes);
    expect(await attempt(bad)).toBe('ca.backup');
    expect(await attempt(good, passphrase('wrong', `${OF_BACKUP}!`))).toBe('ca.passphrase');
    expect(await attempt(join(folder, 'gone.hgbackup'))).toBe('ca.backup');
    writeFileSync(bad, 'no backup at all, only some text');
    expect(await attempt(bad)).toBe('ca.backup');
  });

  it('asks for a strong passphrase, and does not go into another kind of database', async () => {
    writeConfig(config);
    expect(
      await refused('ca', 'backup', join(folder, 'x'), '--passphrase-file', passphrase('weak', 'short')),
    ).toMatchObject({ code: 'ca.passphrase' });
    const phrase = passphrase('backup', OF_BACKUP);
    const file = join(folder, 'one.hgbackup');
    await json('ca', 'backup', file, '--passphrase-file', phrase);
    if (kind !== 'sqlite') return;
    const { stateDir } = await writeEmptyConfig('other');
    writeFileSync(
      config,
      `stateDir = ${JSON.stringify(stateDir)}\n[database]\nurl = "postgresql://hubgate@/nowhere?host=/nowhere"\n`,
    );
    expect(await refused('ca', 'restore', file, '--passphrase-file', phrase)).toMatchObject({
      code: 'config.value',
    });
  });
});
