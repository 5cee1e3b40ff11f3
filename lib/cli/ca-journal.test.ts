import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import Sqlite from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { signerFiles } from '../signer/ca-files';
import { openTestHouse, type TestHouse } from '../testing/house';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { runCli } from '../testing/run-cli';
import { parseCrl } from '../x509/crl';

let folder: string;
let config: string;
let house: TestHouse;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-ca-journal-'));
  config = join(folder, 'hubgate.toml');
  house = await openTestHouse();
  writeFileSync(config, `stateDir = ${JSON.stringify(house.instance.paths.stateDir)}\n`);
});
afterAll(async () => {
  await house.remove();
  rmSync(folder, { recursive: true, force: true });
});

const hubgate = (...words: string[]) => runCli(config, words);

async function issue(name: string): Promise<string> {
  const csr = makeCsr(subjectKey('p-256'), name);
  const [outcome] = await house.signer.client.sign([
    makeOrder({ caKeyId: house.signer.caKeyId, csr, content: { commonName: name } }),
  ]);
  if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  return outcome.serial;
}

describe('hubgate ca relint', () => {
  it('says that nothing was looked at, until it has', async () => {
    expect((await hubgate('ca', 'relint', '--report')).out).toContain('Nothing was looked at yet');
  });

  it('finds everything as it must be, and ends well', async () => {
    await issue('alice');
    const { code, out } = await hubgate('ca', 'relint');
    expect(out).toMatch(/^\d+ certificates, looked at until \S+: all are as they must be\.$/m);
    expect(code).toBe(0);
    expect((await hubgate('ca', 'relint', '--report')).out).toContain('all are as they must be');
  });

  it('names a certificate whose bytes were changed in the journal, and ends with 1', async () => {
    const serial = await issue('bob');
    const journal = new Sqlite(signerFiles(house.signer.dir).journal);
    const der = journal
      .prepare('SELECT der FROM certificates WHERE serial = ?')
      .pluck()
      .get(serial) as Buffer;
    der[der.length - 1] = (der[der.length - 1] ?? 0) ^ 1; // in the signature
    journal.prepare('UPDATE certificates SET der = ? WHERE serial = ?').run(der, serial);
    journal.close();
    const { code, out } = await hubgate('ca', 'relint');
    expect(out).toContain(`  ${serial}  `);
    expect(code).toBe(1);
  });
});

describe('hubgate ca crl-number', () => {
  it('makes the next revocation list follow the highest that was ever issued', async () => {
    const { code, out } = await hubgate('--json', 'ca', 'crl-number', '--above', '7000');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({ caKeyId: house.signer.caKeyId, number: 7000 });
    await house.signer.client.revoke({ serials: [await issue('carol')], reason: 'superseded', by: 'test' });
    const { signing } = await house.signer.client.crls();
    expect(parseCrl(Buffer.from(signing ?? '', 'base64')).crlNumber).toBeGreaterThan(7000);
  });

  it('never goes back', async () => {
    const { out } = await hubgate('--json', 'ca', 'crl-number', '--above', '3');
    expect(JSON.parse(out).number).toBeGreaterThan(7000);
  });

  it.each([['-1'], ['1.5'], ['many'], ['1e30']])('refuses %s', async (above) => {
    const { code, err } = await hubgate('ca', 'crl-number', `--above=${above}`);
    expect(code).not.toBe(0);
    expect(err).toContain('above');
  });

  it('does not know a CA that is not ours', async () => {
    const { code, err } = await hubgate('ca', 'crl-number', '--above', '9000', '--ca', 'ab'.repeat(20));
    expect(code).toBe(1);
    expect(err).not.toContain('unexpected failure');
  });
});
