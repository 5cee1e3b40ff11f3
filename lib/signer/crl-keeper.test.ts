import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { fillJournal } from '../testing/fill-journal';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { isCrlSignedBy, parseCrl, type CrlInfo } from '../x509/crl';
import { signerFiles } from './ca-files';

const MANY = 2_000;
const key = subjectKey('rsa-2048');
let signer: TestSigner;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hubgate-crl-'));
  signer = await startTestSigner();
});
afterEach(async () => {
  await signer.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function signOne(commonName: string) {
  const csr = makeCsr(key, commonName);
  const [outcome] = await signer.client.sign([
    makeOrder({ caKeyId: signer.caKeyId, csr, content: { commonName } }),
  ]);
  if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  return { serial: outcome.serial, der: Buffer.from(outcome.certificate, 'base64') };
}

async function list(): Promise<{ der: Buffer; crl: CrlInfo }> {
  const der = Buffer.from((await signer.client.crls()).signing ?? '', 'base64');
  expect(isCrlSignedBy(der, signer.ca.signing)).toBe(true);
  return { der, crl: parseCrl(der) };
}

async function listWith(serial: string): Promise<{ der: Buffer; crl: CrlInfo }> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await list();
    if (found.crl.revoked.some((entry) => entry.serial === serial)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the list did not come');
}

function run(command: string, ...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

describe('a long list', () => {
  it('is made on a thread, holds every entry, and OpenSSL and GnuTLS refuse exactly what stands in it', async () => {
    const { der } = await signOne('template');
    const good = await signOne('good');
    const bad = await signOne('bad');
    await signer.stop();
    const { journal } = signerFiles(signer.dir);
    const input = { caKeyId: signer.caKeyId, template: der, count: MANY, revoked: MANY, now: new Date() };
    const filled = fillJournal(journal, input);
    await signer.start();
    await listWith(filled.serialOf(0));

    const answered = await signer.client.revoke({
      serials: [bad.serial],
      reason: 'keyCompromise',
      by: 'person:olga',
    });
    // The three share a key: they went together.
    expect(answered.revoked.map(({ serial }) => serial)).toContain(good.serial);
    const { der: crl, crl: read } = await listWith(bad.serial);
    expect(read.revoked).toHaveLength(MANY + 3);
    expect(read.crlNumber).toBe(3);

    writeFileSync(join(folder, 'list.crl'), crl);
    writeFileSync(join(folder, 'root.pem'), signer.ca.root.pem);
    writeFileSync(join(folder, 'chain.pem'), signer.ca.signing.pem);
    const openssl = run(
      'openssl',
      'crl',
      '-inform',
      'DER',
      '-in',
      'list.crl',
      '-CAfile',
      'chain.pem',
      '-noout',
    );
    expect(openssl.said).toContain('verify OK');
    const text = run('openssl', 'crl', '-inform', 'DER', '-in', 'list.crl', '-text', '-noout').said;
    expect(text.match(/Serial Number:/g)).toHaveLength(MANY + 3);
    run('openssl', 'crl', '-inform', 'DER', '-in', 'list.crl', '-out', 'list.pem');
    const ca = ['--load-ca-certificate', 'chain.pem'];
    const gnutls = run('certtool', '--verify-crl', '--infile', 'list.pem', ...ca);
    expect(gnutls).toMatchObject({ status: 0, said: expect.stringContaining('Verified') });
    const info = run('certtool', '--crl-info', '--inder', '--infile', 'list.crl').said;
    expect(info).toContain(`Revoked certificates (${MANY + 3})`);
  }, 120_000);
});

describe('the number of a list', () => {
  it('only rises, also over a restart and above what an operator says', async () => {
    const one = await signOne('one');
    await signer.client.revoke({ serials: [one.serial], reason: 'superseded', by: 'x' });
    expect((await list()).crl.crlNumber).toBe(2);
    const raise = { caKeyId: signer.caKeyId, above: 40 };
    await expect(signer.client.raiseCrlNumber(raise)).rejects.toMatchObject({ code: 'signer.protocol' });
    expect(await signer.operator.raiseCrlNumber(raise)).toBe(40);
    expect(await signer.operator.raiseCrlNumber({ ...raise, above: 7 })).toBe(41);
    // A list with the old number must not stay in force.
    expect((await list()).crl.crlNumber).toBe(41);
    await signer.stop();
    await signer.start();
    const two = await signOne('two');
    await signer.client.revoke({ serials: [two.serial], reason: 'superseded', by: 'x' });
    expect((await list()).crl.crlNumber).toBe(42);
  });
});

describe('a hold', () => {
  it('stands in the list as such, leaves it when it is released, and may become a real revocation', async () => {
    const one = await signOne('one');
    const hold = { serials: [one.serial], reason: 'certificateHold' as const, by: 'person:olga' };
    await signer.client.revoke(hold);
    const held = (await list()).crl.revoked;
    expect(held).toMatchObject([{ serial: one.serial, reason: 'certificateHold' }]);

    const release = { serials: [one.serial, 'ab'], by: 'host:root' };
    await expect(signer.client.release(release)).rejects.toMatchObject({ code: 'signer.protocol' });
    expect(await signer.operator.release(release)).toEqual({ released: [one.serial], notHeld: ['ab'] });
    expect((await list()).crl.revoked).toEqual([]);
    expect(await signer.client.status()).toMatchObject({ revoked: 0 });

    await signer.client.revoke(hold);
    const again = (await list()).crl.revoked[0];
    await signer.client.revoke({ ...hold, reason: 'cessationOfOperation' });
    await signer.client.revoke({ ...hold, reason: 'superseded' });
    expect((await list()).crl.revoked).toEqual([{ ...again, reason: 'cessationOfOperation' }]);
    const { changes } = await signer.client.revocationChanges(0);
    expect(changes.map(({ state, reason }) => `${state} ${reason}`)).toEqual([
      'revoked certificateHold',
      'released certificateHold',
      'revoked certificateHold',
      'revoked cessationOfOperation',
    ]);
    expect(await signer.operator.release(release)).toEqual({
      released: [],
      notHeld: [one.serial, 'ab'],
    });
  });
});

describe('a compromised key', () => {
  it('takes its other certificates along and is never certified again', async () => {
    const [one, two] = [await signOne('one'), await signOne('two')];
    const { revoked } = await signer.client.revoke({
      serials: [one.serial],
      reason: 'keyCompromise',
      by: 'person:olga',
    });
    expect(revoked.map(({ serial }) => serial).sort()).toEqual([one.serial, two.serial].sort());
    await expect(signOne('three')).rejects.toThrow(/csr\.compromised-key/);
    const { keys } = await signer.client.blockedKeys(0);
    expect(keys).toMatchObject([{ reason: 'keyCompromise', by: 'person:olga' }]);
    // For ever: the journal knows it, not the process.
    await signer.stop();
    await signer.start();
    await expect(signOne('four')).rejects.toThrow(/csr\.compromised-key/);
  });

  it('can be blocked before anybody brings it', async () => {
    const { spkiSha256 } = await import('../x509/key-id');
    const { createPublicKey } = await import('node:crypto');
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    const block = { spkiSha256s: [spkiSha256(spki)], reason: 'found in a firmware', by: 'host:root' };
    expect(await signer.client.blockKeys(block)).toBe(1);
    expect(await signer.client.blockKeys(block)).toBe(0);
    await expect(signOne('one')).rejects.toThrow(/csr\.compromised-key/);
  });
});

describe('the ceiling on revocations', () => {
  it('holds for the portal, for an hour, and not for operators', async () => {
    await signer.remove();
    let at = new Date();
    signer = await startTestSigner({
      now: () => at,
      policy: { ceilings: { perHour: 50, perDay: 50, revocationsPerHour: 2 } },
    });
    const csr = makeCsr(key, 'x');
    const outcomes = await signer.client.sign(
      Array.from({ length: 4 }, () => makeOrder({ caKeyId: signer.caKeyId, csr, now: at })),
    );
    const serials = outcomes.map((one) => (one.outcome === 'issued' ? one.serial : ''));
    const [a = '', b = '', c = '', d = ''] = serials;
    const input = { reason: 'superseded' as const, by: 'person:mallory' };
    await expect(signer.client.revoke({ ...input, serials })).rejects.toMatchObject({
      code: 'signer.ceiling',
    });
    expect(await signer.client.status()).toMatchObject({ revoked: 0 });
    await signer.client.revoke({ ...input, serials: [a, b] });
    // What is revoked already costs nothing: asking again stays idempotent.
    expect((await signer.client.revoke({ ...input, serials: [a, b] })).revoked).toHaveLength(2);
    await expect(signer.client.revoke({ ...input, serials: [c] })).rejects.toMatchObject({
      code: 'signer.ceiling',
    });
    await signer.operator.revoke({ ...input, serials: [c], by: 'host:root' });
    at = new Date(at.getTime() + 3_601_000);
    await signer.client.revoke({ ...input, serials: [d] });
    expect(await signer.client.status()).toMatchObject({ revoked: 4 });
  });
});
