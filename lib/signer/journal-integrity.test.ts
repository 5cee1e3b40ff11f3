import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { signerBundle, startTestSigner, type TestSigner } from '../testing/signer';
import { signerFiles } from './ca-files';
import { openJournal } from './journal';

let signer: TestSigner;
let file: string;
beforeEach(async () => {
  signer = await startTestSigner();
  file = signerFiles(signer.dir).journal;
  const csr = makeCsr(subjectKey('p-256'), 'x');
  const names = Array.from({ length: 200 }, (_, n) => `u${n}`);
  await signer.client.sign(
    names.map((commonName) => makeOrder({ caKeyId: signer.caKeyId, csr, content: { commonName } })),
  );
});
afterEach(() => signer.remove());

const open = (): void => openJournal(file).close();
const damaged = expect.objectContaining({ code: 'signer.journal-damaged' });

function change(sql: string): void {
  const db = new Database(file);
  db.pragma('foreign_keys = OFF');
  db.exec(sql);
  db.close();
}

/** Overwrites the first octets of the page that holds this text: the head of a page of a table. */
function ruinPageWith(text: string): void {
  const bytes = readFileSync(file);
  const pageSize = bytes.readUInt16BE(16);
  const at = Math.floor(bytes.indexOf(text) / pageSize) * pageSize;
  expect(at).toBeGreaterThan(0);
  bytes.fill(0xff, at, at + 16);
  writeFileSync(file, bytes);
}

describe('a damaged journal', () => {
  beforeEach(() => signer.stop());

  it.each<[string, () => void]>([
    ['is cut off', () => truncateSync(file, 65_536)],
    [
      'has no beginning',
      () => writeFileSync(file, Buffer.concat([Buffer.alloc(100), readFileSync(file).subarray(100)])),
    ],
    ['has a page of something else', () => ruinPageWith('"commonName":"u17"')],
    [
      'lost a certificate',
      () => change('DELETE FROM certificates WHERE number = (SELECT max(number) FROM certificates)'),
    ],
    ['lost its own description', () => change('DELETE FROM meta')],
  ])('that %s is refused at the start', (_what, ruin) => {
    open();
    ruin();
    expect(open).toThrow(damaged);
  });

  it('that is empty is refused where there is a CA', async () => {
    truncateSync(file, 0);
    await expect(signer.start()).rejects.toEqual(damaged);
    expect(readFileSync(file)).toHaveLength(0);
  });

  it('that is gone is not begun anew where there is a CA', async () => {
    rmSync(file);
    await expect(signer.start()).rejects.toEqual(damaged);
    expect(existsSync(file)).toBe(false);
  });

  it('is refused by the process, which names the newest backup it sees', async () => {
    ruinPageWith('"commonName":"u17"');
    expect(open).toThrow(/there is none in .*backups/);
    const folder = join(signer.dir, 'backups');
    mkdirSync(folder);
    for (const [name, day] of [
      ['a.hgbackup', 3],
      ['b.hgbackup', 5],
      ['c.hgbackup', 4],
      ['z.txt', 9],
    ] as const) {
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), day * 86_400, day * 86_400);
    }
    const stateDir = dirname(signer.dir);
    const child = spawn(process.execPath, [await signerBundle()], {
      cwd: stateDir,
      env: { ...process.env, HUBGATE_CONFIG: '', HUBGATE_STATE_DIR: stateDir },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(said).toContain('signer.journal-damaged');
    expect(said).toContain('backups/b.hgbackup');
  });
});

describe('a large journal that is damaged', () => {
  beforeEach(() => signer.stop());

  it(
    'is found out by a thread, locks the key for good, and is refused at the next start',
    { timeout: 120_000 },
    async () => {
      change(
        `INSERT INTO crls VALUES ('aa', 1, '', zeroblob(70000000), 1, 1, 0, 0); PRAGMA wal_checkpoint(TRUNCATE)`,
      );
      ruinPageWith('"commonName":"u17"');
      await signer.start();
      for (let tries = 0; tries < 600; tries++) {
        if ((await signer.client.status()).lockedBecause === 'journal-damaged') break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      expect(await signer.client.status()).toMatchObject({
        state: 'locked',
        lockedBecause: 'journal-damaged',
      });
      await expect(signer.operator.unlock(signer.passphrase)).rejects.toMatchObject({
        code: 'signer.journal-damaged',
      });
      await signer.stop();
      await expect(signer.start()).rejects.toEqual(damaged);
    },
  );

  it('that is whole is read on a thread and goes on', { timeout: 120_000 }, async () => {
    change(`INSERT INTO crls VALUES ('aa', 1, '', zeroblob(70000000), 1, 1, 0, 0)`);
    writeFileSync(`${file}.suspect`, '');
    await signer.start();
    expect(existsSync(`${file}.suspect`)).toBe(false);
    expect(await signer.client.status()).toMatchObject({ state: 'unlocked', issued: 202 });
  });
});
