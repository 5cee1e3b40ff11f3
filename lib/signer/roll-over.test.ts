import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { parseCertificate } from '../x509/certificate';
import { parseCrl } from '../x509/crl';
import { toPem } from '../x509/pem';
import { caFiles, signerFiles } from './ca-files';
import { nextCommonName, pointersOf, prepareRollOver } from './prepare-roll-over';

const folder = mkdtempSync(join(tmpdir(), 'hubgate-roll-over-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ANOTHER = 'another passphrase for the second CA';
let signer: TestSigner;
beforeEach(async () => {
  signer = await startTestSigner();
});
afterEach(() => signer.remove());

const csr = makeCsr(subjectKey('p-256'), 'alice');
const prepare = (more: { commonName?: string; passphrase?: string; ordinal?: number } = {}) =>
  prepareRollOver({
    files: signerFiles(signer.dir),
    rootKeyFile: signerFiles(signer.dir).rootKey,
    passphrases: { root: signer.passphrase, signing: more.passphrase ?? signer.passphrase },
    wishes: {
      commonName: more.commonName ?? 'JupyterHub Signing CA G2',
      key: 'p-256',
      years: 10,
      nameConstraints: null,
      rootPointers: {
        crlUrl: 'http://localhost:8080/crl/root-ca.crl',
        caIssuersUrl: 'http://localhost:8080/ca/root-ca.crt',
      },
    },
    ordinal: more.ordinal ?? 2,
    now: new Date(),
    progress: () => undefined,
  });

async function issue(caKeyId: string) {
  const [outcome] = await signer.client.sign([makeOrder({ caKeyId, csr })]);
  if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  return parseCertificate(Buffer.from(outcome.certificate, 'base64'));
}
const active = async () => (await signer.client.status()).caKeyId ?? '';

/** Whether OpenSSL takes a certificate, with every list there is. */
async function verdict(pem: string): Promise<string> {
  const status = await signer.client.status();
  const cas = [status.signingCa ?? '', ...status.formerCas].map((der) =>
    toPem('CERTIFICATE', Buffer.from(der, 'base64')),
  );
  const { signing, root, former } = await signer.client.crls();
  const lists = [signing, root, ...former.map(({ der }) => der)].map((der) =>
    toPem('X509 CRL', Buffer.from(der ?? '', 'base64')),
  );
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const args = ['verify', '-x509_strict', '-crl_check_all', '-purpose', 'sslclient'];
  try {
    return execFileSync(
      'openssl',
      [
        ...args,
        '-CAfile',
        write('root.pem', signer.ca.root.pem),
        '-untrusted',
        write('cas.pem', cas.join('')),
        '-CRLfile',
        write('crls.pem', lists.join('')),
        write('leaf.pem', pem),
      ],
      { encoding: 'utf8', stdio: 'pipe' },
    );
  } catch (error) {
    return String((error as { stderr: string }).stderr);
  }
}

// Each opens and encrypts keys several times, half a second of one core each.
describe('a roll-over', { timeout: 120_000 }, () => {
  it('signs with the new CA at once, and the old one still verifies and revokes', async () => {
    const before = signer.caKeyId;
    const old = await issue(before);
    const spare = await issue(before);
    const { certificate, rollOver } = await prepare();
    const status = await signer.operator.rollover(rollOver);
    expect(status).toMatchObject({
      state: 'unlocked',
      caKeyId: certificate.subjectKeyId,
      formerCas: [Buffer.from(signer.ca.signing.der).toString('base64')],
      formerKeys: [{ keyId: before, state: 'unlocked', lastEnd: expect.any(String) }],
    });
    const fresh = await issue(await active());
    expect(fresh.issuer).toContain('JupyterHub Signing CA G2');
    const text = execFileSync('openssl', ['x509', '-noout', '-text'], { input: fresh.pem, encoding: 'utf8' });
    expect(text).toContain('http://localhost:8080/crl/signing-ca-2.crl');
    expect(text).toContain('http://localhost:8080/ca/signing-ca-2.crt');
    for (const one of [old, spare, fresh]) expect(await verdict(one.pem)).toContain('OK');

    await signer.client.revoke({ serials: [old.serial, fresh.serial], reason: 'superseded', by: 'test' });
    expect(await verdict(old.pem)).toContain('certificate revoked');
    expect(await verdict(fresh.pem)).toContain('certificate revoked');
    expect(await verdict(spare.pem)).toContain('OK');
    const { signing, former } = await signer.client.crls();
    const serials = (der = ''): string[] =>
      parseCrl(Buffer.from(der, 'base64')).revoked.map(({ serial }) => serial);
    expect(serials(signing)).toEqual([fresh.serial]);
    expect(former.map(({ keyId, der }) => [keyId, serials(der)])).toEqual([[before, [old.serial]]]);
  });

  it('refuses orders that were approved for the CA before, and repeats those that it signed', async () => {
    const order = makeOrder({ caKeyId: signer.caKeyId, csr });
    const [first] = await signer.client.sign([order]);
    await signer.operator.rollover((await prepare()).rollOver);
    const late = makeOrder({ caKeyId: signer.caKeyId, csr });
    const [again, refused] = await signer.client.sign([order, late]);
    expect(again).toEqual({ ...first, repeated: true });
    expect(refused).toMatchObject({ outcome: 'refused', code: 'signer.former-ca' });
  });

  it('never certifies the key of a former CA', async () => {
    const key = readFileSync(signerFiles(signer.dir).signingKey, 'utf8');
    await signer.operator.rollover((await prepare()).rollOver);
    const { decryptKey } = await import('./key-file');
    const stolen = makeCsr(await decryptKey(key, signer.passphrase, 'key'), 'alice');
    const [outcome] = await signer.client.sign([makeOrder({ caKeyId: await active(), csr: stolen })]);
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'csr.ca-key' });
  });

  it('survives a restart, with one passphrase or with two', async () => {
    const old = await issue(signer.caKeyId);
    const { rollOver } = await prepare({ passphrase: ANOTHER });
    await signer.operator.rollover(rollOver);
    const files = signerFiles(signer.dir);
    expect(existsSync(files.signingKey)).toBe(false);
    expect(readFileSync(caFiles(files, await active()).key, 'utf8')).toBe(rollOver.key);
    await signer.stop();
    await signer.start(); // with the passphrase of the first CA alone
    expect(await signer.client.status()).toMatchObject({
      state: 'locked',
      formerKeys: [{ keyId: signer.caKeyId, state: 'unlocked' }],
    });
    expect(await signer.operator.unlock(ANOTHER)).toMatchObject({ state: 'unlocked' });
    expect(await verdict((await issue(await active())).pem)).toContain('OK');

    await signer.operator.lock();
    expect(await signer.client.status()).toMatchObject({
      state: 'locked',
      formerKeys: [{ state: 'locked' }],
    });
    expect(await signer.operator.unlock(ANOTHER)).toMatchObject({
      state: 'unlocked',
      formerKeys: [{ state: 'locked' }],
    });
    // Revoked while its CA's key is locked: listed as soon as that is open.
    await signer.client.revoke({ serials: [old.serial], reason: 'superseded', by: 'test' });
    expect(await verdict(old.pem)).toContain('OK');
    await expect(signer.operator.unlock('neither of them')).rejects.toMatchObject({
      code: 'signer.passphrase',
    });
    expect(await signer.operator.unlock(signer.passphrase)).toMatchObject({
      formerKeys: [{ state: 'unlocked' }],
    });
    expect(await verdict(old.pem)).toContain('certificate revoked');
  });

  it('can be done again, and again', async () => {
    const first = await issue(signer.caKeyId);
    await signer.operator.rollover((await prepare()).rollOver);
    const second = await issue(await active());
    const third = await prepare({ commonName: 'JupyterHub Signing CA G3', ordinal: 3 });
    const status = await signer.operator.rollover(third.rollOver);
    expect(status.formerCas.map((der) => parseCertificate(Buffer.from(der, 'base64')).commonName)).toEqual([
      'JupyterHub Signing CA G2',
      'JupyterHub Signing CA',
    ]);
    expect(status.formerKeys.map(({ state }) => state)).toEqual(['unlocked', 'unlocked']);
    for (const one of [first, second, await issue(await active())])
      expect(await verdict(one.pem)).toContain('OK');
  });

  it('goes on when orders are being signed meanwhile: all are answered, each under its own CA', async () => {
    const orders = Array.from({ length: 60 }, () => makeOrder({ caKeyId: signer.caKeyId, csr }));
    const { rollOver } = await prepare();
    const batch = signer.client.sign(orders);
    const done = signer.operator.rollover(rollOver);
    const outcomes = await batch;
    expect(outcomes.filter(({ outcome }) => outcome === 'issued')).toHaveLength(60);
    await done;
    expect(await verdict((await issue(await active())).pem)).toContain('OK');
  });

  it('a crash after the switch, before the journal knew: the next start finishes it', async () => {
    const old = await issue(signer.caKeyId);
    const { certificate, rollOver } = await prepare();
    await signer.stop();
    // As adoptSigningCa leaves it when the power goes right behind the rename.
    const files = signerFiles(signer.dir);
    const { mkdirSync, copyFileSync } = await import('node:fs');
    mkdirSync(files.cas);
    copyFileSync(files.signingKey, caFiles(files, signer.caKeyId).key);
    const after = caFiles(files, certificate.subjectKeyId ?? '');
    writeFileSync(after.key, rollOver.key);
    writeFileSync(after.pointers, JSON.stringify(rollOver.pointers));
    writeFileSync(`${files.signingCa}.new`, certificate.pem);
    renameSync(`${files.signingCa}.new`, files.signingCa);
    await signer.start();
    expect(await signer.client.status()).toMatchObject({
      caKeyId: certificate.subjectKeyId,
      state: 'unlocked',
    });
    expect(existsSync(files.signingKey)).toBe(false);
    for (const one of [old, await issue(await active())]) expect(await verdict(one.pem)).toContain('OK');
  });

  it('takes no CA that is not a successor, and changes nothing', async () => {
    const stranger = await startTestSigner();
    try {
      const good = (await prepare()).rollOver;
      const bad: Record<string, typeof good> = {
        'of another root': { ...good, signingCa: Buffer.from(stranger.ca.signing.der).toString('base64') },
        'with another key': { ...good, key: (await prepare()).rollOver.key },
        'the present one': { ...good, signingCa: Buffer.from(signer.ca.signing.der).toString('base64') },
        'of the same name': (await prepare({ commonName: 'JupyterHub Signing CA' })).rollOver,
        'a leaf': { ...good, signingCa: Buffer.from((await issue(signer.caKeyId)).der).toString('base64') },
        'the root': { ...good, signingCa: Buffer.from(signer.ca.root.der).toString('base64') },
      };
      for (const [which, input] of Object.entries(bad)) {
        await expect(signer.operator.rollover(input), which).rejects.toMatchObject({ code: 'ca.file' });
      }
      await expect(signer.operator.rollover({ ...good, passphrase: 'wrong' })).rejects.toMatchObject({
        code: 'signer.passphrase',
      });
      await expect(signer.client.rollover(good)).rejects.toMatchObject({ code: 'signer.protocol' });
      expect(await active()).toBe(signer.caKeyId);
      expect(await verdict((await issue(signer.caKeyId)).pem)).toContain('OK');
    } finally {
      await stranger.remove();
    }
  });
});

it('numbers addresses and names', () => {
  const first = { crlUrl: 'http://x.org/crl/signing-ca.crl', caIssuersUrl: 'http://x.org/ca/signing-ca.crt' };
  expect(pointersOf(first, 1)).toEqual(first);
  expect(pointersOf(first, 2)).toEqual({
    crlUrl: 'http://x.org/crl/signing-ca-2.crl',
    caIssuersUrl: 'http://x.org/ca/signing-ca-2.crt',
  });
  expect(nextCommonName('Signing CA', 2)).toBe('Signing CA G2');
  expect(nextCommonName('Signing CA G2', 3)).toBe('Signing CA G3');
  expect(nextCommonName('x'.repeat(64), 10)).toHaveLength(64);
});
