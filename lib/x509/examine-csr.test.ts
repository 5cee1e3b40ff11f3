import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type CheckResult } from './check-result';
import { derValue, TAG } from './der';
import { examineCsr } from './examine-csr';
import { boolean, contextPrimitive, oid, sequence, smallInteger } from './forge-asn1';
import { OID } from './oids';
import { toPem } from './pem';
import { makeCsr, NO_KNOWN_KEYS, rawSubject, requested } from './testing/csr-maker';

/** Every bad input has its code, found on files that real programs made wherever one can make them. */
const folder = mkdtempSync(join(tmpdir(), 'hubgate-csr-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (command: string, args: string[]): void => {
  execFileSync(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
};
const openssl = (...args: string[]): void => run('openssl', args);
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const examine = (input: Uint8Array) => examineCsr(input, NO_KNOWN_KEYS);

beforeAll(() => {
  openssl(
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'alice.key',
    '-out',
    'alice.csr',
    '-subj',
    '/O=Somewhere/CN=alice/emailAddress=alice@dim.uchile.cl',
  );
  openssl('req', '-in', 'alice.csr', '-outform', 'DER', '-out', 'alice.der');
  openssl('req', '-new', '-x509', '-key', 'alice.key', '-subj', '/CN=alice', '-out', 'alice.crt');
  openssl('x509', '-in', 'alice.crt', '-outform', 'DER', '-out', 'alice.crt.der');
});

describe('a CSR from an ordinary program', () => {
  it('passes every check and says what it holds', async () => {
    const { csr, checks } = await examine(file('alice.csr'));
    expect(csr).toMatchObject({
      keyLabel: 'RSA 2048',
      subject: 'emailAddress=alice@dim.uchile.cl,CN=alice,O=Somewhere',
      commonName: 'alice',
      emails: ['alice@dim.uchile.cl'],
      signatureAlgorithm: 'SHA-256 with RSA',
      ignoredExtensions: [],
    });
    expect(csr.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(csr.spkiSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(checks.filter((check) => !check.ok)).toEqual([]);
  });

  it.each(['prime256v1', 'secp384r1'])('is read with a key on %s', async (curve) => {
    openssl('ecparam', '-name', curve, '-genkey', '-noout', '-out', `${curve}.key`);
    openssl(
      'req',
      '-new',
      '-key',
      `${curve}.key`,
      '-subj',
      '/CN=bob',
      '-addext',
      'subjectAltName=email:bob@example.org,DNS:hub.example.org,IP:192.0.2.7,IP:2001:db8::7',
      '-out',
      `${curve}.csr`,
    );
    const { csr } = await examine(file(`${curve}.csr`));
    expect(csr).toMatchObject({
      keyLabel: curve === 'prime256v1' ? 'P-256' : 'P-384',
      emails: ['bob@example.org'],
      dnsNames: ['hub.example.org'],
      ipAddresses: ['192.0.2.7', '2001:db8::7'],
      ignoredExtensions: [],
    });
  });

  it('is read with an Ed25519 key, and the approver is told that browsers cannot use it', async () => {
    openssl('genpkey', '-algorithm', 'ed25519', '-out', 'ed.key');
    openssl('req', '-new', '-key', 'ed.key', '-subj', '/CN=robot', '-out', 'ed.csr');
    const { csr, checks } = await examine(file('ed.csr'));
    expect(csr.keyLabel).toBe('Ed25519');
    expect(checks.find((check) => check.code === 'key.ed25519')).toMatchObject({ ok: false, level: 'warn' });
  });

  it('is found in every form in which people send it', async () => {
    const pem = text('alice.csr');
    const forms: Uint8Array[] = [
      file('alice.der'),
      bytes(pem.replace(/\n/g, '\r\n')),
      bytes(`\ufeff${pem}`),
      bytes(`Dear admin,\n\n  here it is:\n${pem}\nThanks -- Alice\n`),
      bytes(pem.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST')),
      bytes(pem.replace(/-----[^-]+-----\n/g, '')),
      new Uint8Array(Buffer.from(`\ufeff${pem.replace(/\n/g, '\r\n')}`, 'utf16le')), // PowerShell's `>`
    ];
    const digests = await Promise.all(forms.map(async (form) => (await examine(form)).csr.sha256));
    expect(new Set(digests).size).toBe(1);
  });
});

describe('a file that is not one good CSR is refused with its own code', () => {
  const refused = async (input: Uint8Array, code: string) => {
    const thrown: unknown = await examine(input).then(
      () => null,
      (error: unknown) => error,
    );
    expect(thrown).toMatchObject({ name: 'HubgateError', code, field: 'csr' });
    expect((thrown as Error).message).toMatch(/\. .+\.$/); // what is wrong, then what to do
  };

  it.each([
    ['csr.malformed', 'nothing', () => new Uint8Array()],
    ['csr.malformed', 'a letter', () => bytes('Dear admin, please give me a certificate.')],
    [
      'csr.malformed',
      'a public key',
      () => bytes(createPublicKey(text('alice.key')).export({ type: 'spki', format: 'pem' }).toString()),
    ],
    ['csr.malformed', 'DER of something else', () => Uint8Array.of(0x30, 3, 2, 1, 9)],
    ['csr.several', 'two CSRs', () => bytes(text('alice.csr') + text('alice.csr'))],
    ['csr.several', 'a CSR and a certificate', () => bytes(text('alice.csr') + text('alice.crt'))],
    ['csr.certificate', 'a certificate', () => file('alice.crt')],
    ['csr.certificate', 'a certificate in DER', () => file('alice.crt.der')],
    ['csr.truncated', 'a CSR without its END line', () => bytes(text('alice.csr').slice(0, 600))],
    [
      'csr.truncated',
      'a CSR with lines missing',
      () => bytes(text('alice.csr').split('\n').toSpliced(5, 3).join('\n')),
    ],
    ['csr.truncated', 'DER that ends too early', () => file('alice.der').slice(0, -5)],
    [
      'csr.trailing-data',
      'DER with something behind it',
      () => Uint8Array.from([...file('alice.der'), 0x0a]),
    ],
    ['csr.too-large', '17 KiB', () => bytes(text('alice.csr') + ' '.repeat(17 * 1024))],
  ] as const)('%s: %s', (code, _what, input) => refused(input(), code));

  it.each([
    ['PKCS#8', () => file('alice.key')],
    ['a CSR with its private key', () => bytes(text('alice.csr') + text('alice.key'))],
    ['a key whose END line is missing', () => bytes(text('alice.key').slice(0, 200))],
    ['PKCS#8 DER', () => key().export({ type: 'pkcs8', format: 'der' })],
    ['PKCS#8 DER, cut off', () => key().export({ type: 'pkcs8', format: 'der' }).subarray(0, 300)],
    ['PKCS#8 as bare base64', () => bytes(key().export({ type: 'pkcs8', format: 'der' }).toString('base64'))],
    ['PKCS#1', () => bytes(key().export({ type: 'pkcs1', format: 'pem' }).toString())],
    ['PKCS#1 DER', () => key().export({ type: 'pkcs1', format: 'der' })],
    ['EC', () => bytes(ecKey().export({ type: 'sec1', format: 'pem' }).toString())],
    ['EC DER', () => ecKey().export({ type: 'sec1', format: 'der' })],
    [
      'encrypted PKCS#8',
      () =>
        bytes(
          key().export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
        ),
    ],
    [
      'encrypted PKCS#8 DER',
      () => key().export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'x' }),
    ],
    ['OpenSSH', () => openssh()],
    ['PuTTY', () => bytes('PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\n')],
    [
      'UTF-16 from a Windows shell',
      () => new Uint8Array(Buffer.from(`\ufeff${text('alice.key')}`, 'utf16le')),
    ],
    ['PKCS#12', () => pkcs12()],
  ] as const)('csr.private-key: %s', async (_form, input) => {
    await refused(input(), 'csr.private-key');
  });

  const key = () => createPrivateKey(text('alice.key'));
  const ecKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const openssh = (): Uint8Array => {
    // What ssh-keygen writes: RFC 7468 armour around "openssh-key-v1\0".
    const body = Buffer.from('openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none').toString('base64');
    return bytes(`-----BEGIN OPENSSH PRIVATE KEY-----\n${body}\n-----END OPENSSH PRIVATE KEY-----\n`);
  };
  const pkcs12 = (): Uint8Array => {
    openssl(
      'pkcs12',
      '-export',
      '-inkey',
      'alice.key',
      '-in',
      'alice.crt',
      '-passout',
      'pass:x',
      '-out',
      'alice.p12',
    );
    return file('alice.p12');
  };

  it('csr.signature: names changed after signing', async () => {
    const changed = Buffer.from(file('alice.der'));
    changed.write('bobby', changed.indexOf('alice'));
    await refused(new Uint8Array(changed), 'csr.signature');
  });

  it('csr.signature: signed by another key', async () => {
    const other = createPublicKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    const spki = new Uint8Array(other.export({ type: 'spki', format: 'der' }));
    await refused(makeCsr({ privateKey: key(), spki }), 'csr.signature');
    await refused(makeCsr({ privateKey: ecKey(), spki }), 'csr.signature');
  });

  it.each(['md5', 'sha1'])('csr.signature-algorithm: %s', async (digest) => {
    openssl('req', '-new', `-${digest}`, '-key', 'alice.key', '-subj', '/CN=alice', '-out', `${digest}.csr`);
    await refused(file(`${digest}.csr`), 'csr.signature-algorithm');
  });

  it('csr.weak-key: RSA 1024 and exponent 3', async () => {
    openssl(
      'req',
      '-new',
      '-newkey',
      'rsa:1024',
      '-nodes',
      '-keyout',
      'w.key',
      '-subj',
      '/CN=alice',
      '-out',
      'short.csr',
    );
    await refused(file('short.csr'), 'csr.weak-key');
    openssl(
      'genpkey',
      '-algorithm',
      'rsa',
      '-pkeyopt',
      'rsa_keygen_bits:2048',
      '-pkeyopt',
      'rsa_keygen_pubexp:3',
      '-out',
      'e3.key',
    );
    openssl('req', '-new', '-key', 'e3.key', '-subj', '/CN=alice', '-out', 'e3.csr');
    await refused(file('e3.csr'), 'csr.weak-key');
  });

  it.each(['secp256k1', 'brainpoolP256r1', 'secp521r1'])('csr.ec-curve: %s', async (curve) => {
    openssl('ecparam', '-name', curve, '-genkey', '-noout', '-out', 'c.key');
    openssl('req', '-new', '-key', 'c.key', '-subj', '/CN=alice', '-out', 'c.csr');
    await refused(file('c.csr'), 'csr.ec-curve');
  });

  it('csr.ec-curve: explicit parameters', async () => {
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-param_enc', 'explicit', '-out', 'x.key');
    openssl('req', '-new', '-key', 'x.key', '-subj', '/CN=alice', '-out', 'x.csr');
    await refused(file('x.csr'), 'csr.ec-curve');
  });

  it('csr.ec-point: off the curve, and compressed', async () => {
    const privateKey = ecKey();
    const spki = new Uint8Array(createPublicKey(privateKey).export({ type: 'spki', format: 'der' }));
    const off = Uint8Array.from(spki);
    off[off.length - 1] = (off[off.length - 1] ?? 0) ^ 1;
    await refused(makeCsr({ privateKey, spki: off }), 'csr.ec-point');
    openssl(
      'ecparam',
      '-name',
      'prime256v1',
      '-genkey',
      '-noout',
      '-conv_form',
      'compressed',
      '-out',
      'z.key',
    );
    openssl('ec', '-in', 'z.key', '-conv_form', 'compressed', '-out', 'z2.key');
    openssl('req', '-new', '-key', 'z2.key', '-subj', '/CN=alice', '-out', 'z.csr');
    await refused(file('z.csr'), 'csr.ec-point');
  });

  it('csr.key-type: Ed448 and DSA', async () => {
    openssl('genpkey', '-algorithm', 'ed448', '-out', 'ed448.key');
    openssl('req', '-new', '-key', 'ed448.key', '-subj', '/CN=alice', '-out', 'ed448.csr');
    await refused(file('ed448.csr'), 'csr.key-type');
    openssl(
      'genpkey',
      '-genparam',
      '-algorithm',
      'DSA',
      '-pkeyopt',
      'dsa_paramgen_bits:1024',
      '-out',
      'dsa.pem',
    );
    openssl(
      'req',
      '-new',
      '-newkey',
      'param:dsa.pem',
      '-nodes',
      '-keyout',
      'dsa.key',
      '-subj',
      '/CN=alice',
      '-out',
      'dsa.csr',
    );
    await refused(file('dsa.csr'), 'csr.key-type');
  });

  it("csr.ca-key: a CA's own key", async () => {
    const { csr } = await examine(file('alice.csr'));
    const known = { ...NO_KNOWN_KEYS, caSpkiSha256: [csr.spkiSha256] };
    await expect(examineCsr(file('alice.csr'), known)).rejects.toMatchObject({ code: 'csr.ca-key' });
  });

  it('csr.compromised-key: one that the caller knows', async () => {
    const known = {
      ...NO_KNOWN_KEYS,
      compromised: async () => ({ list: 'published', document: 'the notice board' }) as const,
    };
    await expect(examineCsr(file('alice.csr'), known)).rejects.toMatchObject({
      code: 'csr.compromised-key',
      message: expect.stringContaining('notice board') as string,
    });
  });

  it.each([
    ['a line break', rawSubject(OID.commonName, 'alice\nCN=root')],
    ['a zero octet', rawSubject(OID.commonName, 'alice\0.evil')],
    ['an escape sequence', rawSubject(OID.organization, 'x\u001b[2J')],
    ['text from right to left', rawSubject(OID.commonName, 'alice\u202egpj.exe')],
    ['a zero-width space', rawSubject(OID.commonName, 'ali\u200bce')],
    ['a Cyrillic а among Latin letters', rawSubject(OID.commonName, '\u0430lice')],
    ['full-width letters', rawSubject(OID.commonName, 'ａｌｉｃｅ')],
    ['bytes that are not UTF-8', rawSubject(OID.commonName, Uint8Array.of(0xff, 0xfe))],
    ['look-alikes in an unknown attribute', rawSubject('1.2.3.4.5', 'p\u0430ypal')],
    [
      '8-bit letters in a PrintableString',
      rawSubject(OID.commonName, Uint8Array.of(0xe9), TAG.printableString),
    ],
  ])('csr.text: %s in the subject', (_what, subject) =>
    refused(makeCsr({ privateKey: ecKey(), subject }), 'csr.text'),
  );

  it('csr.text: an e-mail address with a line break', async () => {
    const name = contextPrimitive(1, 'alice@example.org\nBcc: all@example.org');
    const extensions = [requested(OID.subjectAltName, sequence(name))];
    await refused(makeCsr({ privateKey: ecKey(), extensions }), 'csr.text');
  });

  it('csr.malformed: a subject of nonsense, a version of 7', async () => {
    await refused(
      makeCsr({ privateKey: key(), subject: derValue(TAG.sequence, Uint8Array.of(5, 0)) }),
      'csr.malformed',
    );
    const der = makeCsr({ privateKey: key() });
    der[der.indexOf(2, 6) + 2] = 7;
    await refused(der, 'csr.malformed');
  });

  it('a forged request for a CA certificate is no refusal: it is ignored, and the approver is told', async () => {
    const privateKey = ecKey();
    const extensions = [
      requested(OID.basicConstraints, sequence(boolean(true), smallInteger(3))),
      requested(OID.extKeyUsage, sequence(oid(OID.serverAuth))),
    ];
    const { csr, checks } = await examine(makeCsr({ privateKey, extensions }));
    expect(csr.ignoredExtensions).toEqual(['basicConstraints (CA:TRUE)', 'extKeyUsage']);
    expect(checks.find((check: CheckResult) => check.code === 'csr.extensions')).toMatchObject({
      ok: false,
      level: 'bad',
      message: expect.stringContaining('CA:TRUE') as string,
    });
  });
});

it('toPem and the reader agree', async () => {
  const { csr } = await examine(file('alice.der'));
  expect((await examine(bytes(toPem('CERTIFICATE REQUEST', csr.der)))).csr.sha256).toBe(csr.sha256);
});
