import { execFileSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { decryptKey, encryptKey } from './encrypted-key';

const PASSPHRASE = 'correct horse battery';
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey;

const pkcs8 = (key: typeof ec) => Uint8Array.from(key.export({ format: 'der', type: 'pkcs8' }));

describe('the encrypted key', () => {
  it.each([
    ['P-256', ec],
    ['RSA 3072', rsa],
  ])('comes back unchanged with the passphrase: %s', async (_name, key) => {
    const pem = await encryptKey(pkcs8(key), PASSPHRASE);
    expect(await decryptKey(pem, PASSPHRASE)).toEqual(pkcs8(key));
  });

  it('does not open with another passphrase', async () => {
    const pem = await encryptKey(pkcs8(ec), PASSPHRASE);
    expect(await decryptKey(pem, `${PASSPHRASE}!`)).toBeNull();
  });

  it('is read by Node and by OpenSSL, so that a backup is worth something without this site', async () => {
    const pem = await encryptKey(pkcs8(ec), PASSPHRASE);
    expect(createPrivateKey({ key: pem, passphrase: PASSPHRASE }).equals(ec)).toBe(true);
    const told = execFileSync('openssl', ['pkey', '-passin', `pass:${PASSPHRASE}`, '-noout', '-text'], {
      input: pem,
    });
    expect(told.toString()).toContain('prime256v1');
  });

  it('refuses any other text with a RangeError, never otherwise', async () => {
    await fc.assert(
      fc.asyncProperty(fc.base64String({ maxLength: 400 }), async (body) => {
        const text = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${body}\n-----END ENCRYPTED PRIVATE KEY-----`;
        await expect(decryptKey(text, PASSPHRASE)).rejects.toThrow(RangeError);
      }),
      { numRuns: 200 },
    );
  });
});
