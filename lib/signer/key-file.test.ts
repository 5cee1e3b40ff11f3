import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';

import { decryptKey, encryptKey, MIN_ITERATIONS } from './key-file';

const folder = mkdtempSync(join(tmpdir(), 'hubgate-key-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const same = (a: KeyObject, b: KeyObject): boolean =>
  a.export({ format: 'der', type: 'pkcs8' }).equals(b.export({ format: 'der', type: 'pkcs8' }));
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' });

it('opens again what it wrote, and OpenSSL opens it too', async () => {
  const passphrase = 'zwölf Boxkämpfer jagen Viktor';
  const pem = await encryptKey(key, passphrase);
  expect(same(await decryptKey(pem, passphrase, 'x'), key)).toBe(true);
  writeFileSync(join(folder, 'a.key'), pem);
  writeFileSync(join(folder, 'pass'), passphrase);
  expect(openssl('pkey', '-in', 'a.key', '-passin', 'file:pass')).toContain('BEGIN PRIVATE KEY');
  const parsed = openssl('asn1parse', '-in', 'a.key');
  expect(parsed).toContain('hmacWithSHA256');
  expect(parsed).toContain(`:${MIN_ITERATIONS.toString(16).toUpperCase().padStart(6, '0')}`);
});

it.each([
  ['PBKDF2', ['-v2', 'aes-256-cbc', '-v2prf', 'hmacWithSHA256', '-iter', String(MIN_ITERATIONS)]],
  ['scrypt', ['-scrypt', '-v2', 'aes-256-cbc']],
])('opens what OpenSSL wrote with %s', async (_name, options) => {
  writeFileSync(join(folder, 'plain.key'), key.export({ format: 'pem', type: 'pkcs8' }));
  openssl(
    'pkcs8',
    '-topk8',
    '-in',
    'plain.key',
    '-out',
    'b.key',
    '-passout',
    'pass:correct horse',
    ...options,
  );
  const pem = readFileSync(join(folder, 'b.key'), 'utf8');
  expect(same(await decryptKey(pem, 'correct horse', 'b.key'), key)).toBe(true);
  await expect(decryptKey(pem, 'wrong horse', 'b.key')).rejects.toMatchObject({ code: 'ca.passphrase' });
});

it('refuses a file whose passphrase is stretched too little', async () => {
  writeFileSync(join(folder, 'plain.key'), key.export({ format: 'pem', type: 'pkcs8' }));
  openssl('pkcs8', '-topk8', '-in', 'plain.key', '-out', 'c.key', '-passout', 'pass:x', '-v2', 'aes-256-cbc');
  const weak = decryptKey(readFileSync(join(folder, 'c.key'), 'utf8'), 'x', 'c.key');
  await expect(weak).rejects.toMatchObject({ code: 'ca.file' });
});

it('says of anything else that it is not such a file', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      const body = Buffer.from(bytes).toString('base64');
      const pem = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${body}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
      await expect(decryptKey(pem, 'x', 'x.key')).rejects.toMatchObject({ code: 'ca.file' });
    }),
  );
  await expect(decryptKey('', 'x', 'x.key')).rejects.toMatchObject({ code: 'ca.file' });
});
