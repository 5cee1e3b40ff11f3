import { execFileSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { oldKeyKind, openOldKey } from './old-key';

const PASSPHRASE = 'old pass';
const PASS = ['-passout', `pass:${PASSPHRASE}`];
let dir: string;
const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
const text = (name: string): string => readFileSync(join(dir, name), 'utf8');
const spki = (key: Parameters<typeof createPublicKey>[0]): string =>
  createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'hubgate-old-key-'));
  openssl('genrsa', '-out', 'rsa', '2048');
  openssl('ecparam', '-genkey', '-name', 'secp384r1', '-out', 'ec');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Every form in which OpenSSL of the last twenty years left a key. */
const FORMS: [name: string, kind: 'encrypted' | 'plain', source: 'rsa' | 'ec', args: string[]][] = [
  ['PBES2, AES, PBKDF2 with 2048 iterations', 'encrypted', 'rsa', ['pkcs8', '-topk8', ...PASS]],
  [
    'PBES2, 3DES, HMAC-SHA-1',
    'encrypted',
    'rsa',
    ['pkcs8', '-topk8', '-v2', 'des3', '-v2prf', 'hmacWithSHA1', ...PASS],
  ],
  ['PBES2, scrypt', 'encrypted', 'ec', ['pkcs8', '-topk8', '-scrypt', ...PASS]],
  ['PBES1, SHA-1 and 3DES', 'encrypted', 'rsa', ['pkcs8', '-topk8', '-v1', 'PBE-SHA1-3DES', ...PASS]],
  ['Proc-Type and DEK-Info, AES', 'encrypted', 'rsa', ['rsa', '-traditional', '-aes256', ...PASS]],
  ['Proc-Type and DEK-Info, 3DES', 'encrypted', 'rsa', ['rsa', '-traditional', '-des3', ...PASS]],
  ['Proc-Type and DEK-Info, EC', 'encrypted', 'ec', ['ec', '-aes128', ...PASS]],
  ['PKCS#8, open', 'plain', 'rsa', ['pkcs8', '-topk8', '-nocrypt']],
  ['the older form, open', 'plain', 'rsa', ['rsa', '-traditional']],
];

describe('openOldKey', () => {
  it.each(FORMS)('opens %s', (_name, kind, source, args) => {
    openssl(...args, '-in', source, '-out', 'key');
    expect(oldKeyKind(text('key'))).toBe(kind);
    const key = openOldKey(text('key'), kind === 'plain' ? null : PASSPHRASE, 'key');
    expect(spki(key)).toBe(spki(text(source)));
    if (kind === 'plain') return;
    for (const wrong of ['another', '', null]) {
      expect(() => openOldKey(text('key'), wrong, 'key')).toThrow(
        expect.objectContaining({ code: 'ca.passphrase' }),
      );
    }
  });

  it('opens an EC key behind its parameters, as ecparam writes it', () => {
    expect(spki(openOldKey(text('ec'), null, 'ec'))).toBe(spki(text('ec')));
  });

  it.each([
    [
      'traditional DES',
      ['rsa', '-traditional', '-des', '-provider', 'legacy', '-provider', 'default', ...PASS],
    ],
    [
      'PBES1 with MD5',
      ['pkcs8', '-topk8', '-v1', 'PBE-MD5-DES', '-provider', 'legacy', '-provider', 'default', ...PASS],
    ],
  ])('%s: says how to write it again, and that way works', (_name, args) => {
    openssl(...args, '-in', 'rsa', '-out', 'des.key');
    let message = '';
    try {
      openOldKey(text('des.key'), PASSPHRASE, 'des.key');
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'ca.file' });
      message = (thrown as Error).message;
    }
    const command = /openssl (pkcs8 .*?)\.$/.exec(message)?.[1]?.replace('NEW', 'new.key').split(' ') ?? [];
    openssl(...command, '-passin', `pass:${PASSPHRASE}`, ...PASS);
    expect(spki(openOldKey(text('new.key'), PASSPHRASE, 'new.key'))).toBe(spki(text('rsa')));
  });

  it('a certificate is no key, and half a key is damaged', () => {
    const half = text('rsa').replace(/\n[^\n]+\n-----END/, '\n-----END');
    for (const bad of ['', 'hello', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', half]) {
      expect(() => openOldKey(bad, null, 'key')).toThrow(expect.objectContaining({ code: 'ca.file' }));
    }
  });
});
