import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HubgateError } from '../errors';
import { parseCertificate } from './certificate';
import { parseCrl } from './crl';
import { parseCsr } from './csr';
import { CSR_MAX_BYTES, readCsrInput } from './csr-input';
import { derValue, encodeDer, oidText, readDer, TAG } from './der';
import { examineCsr } from './examine-csr';
import { contextPrimitive, oid, sequence, toDer } from './forge-asn1';
import { ipOctets, ipText } from './ip-address';
import { encodeName, formatName, readName } from './name';
import { OID } from './oids';
import { fromPem, toPem } from './pem';
import { findTextFault } from './printable-text';
import { newSerial } from './serial';
import { checkAccountName, checkPrintable, normaliseEmail } from './subject-policy';
import { makeCsr, NO_KNOWN_KEYS, requested } from './testing/csr-maker';
import { testChain, testKey } from './testing/throwaway-ca';

/** Whatever a stranger sends: an answer or a HubgateError, never a crash, never a wait. */
const CSR = makeCsr({
  privateKey: testKey('p-256').privateKey,
  extensions: [requested(OID.subjectAltName, sequence(contextPrimitive(1, 'alice@example.org')))],
});
const RSA_CSR = makeCsr({ privateKey: testKey('rsa-2048').privateKey });
const CERTIFICATE = testChain('p-256', 'p-256', new Date()).signing.certificate;

const mutation = fc.record({
  at: fc.nat(),
  by: fc.uint8Array({ minLength: 0, maxLength: 4 }),
  remove: fc.nat({ max: 8 }),
});

function mutate(bytes: Uint8Array, changes: { at: number; by: Uint8Array; remove: number }[]): Uint8Array {
  return changes.reduce((current, { at, by, remove }) => {
    const position = at % (current.length + 1);
    return Uint8Array.from([...current.subarray(0, position), ...by, ...current.subarray(position + remove)]);
  }, bytes);
}

async function onlyRefusals(bytes: Uint8Array): Promise<void> {
  try {
    await examineCsr(bytes, NO_KNOWN_KEYS);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(HubgateError);
  }
}

describe('arbitrary bytes', () => {
  it('are answered as a CSR', async () => {
    await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), onlyRefusals), { numRuns: 300 });
  });

  it('are answered as a text', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc
        .tuple(fc.string(), fc.base64String(), fc.string())
        .map(
          ([before, body, after]) =>
            `${before}-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----${after}`,
        ),
    );
    await fc.assert(
      fc.asyncProperty(text, (value) => onlyRefusals(new TextEncoder().encode(value))),
      { numRuns: 300 },
    );
  });

  it('are answered as a real CSR with bytes changed', async () => {
    const csr = fc.constantFrom(CSR, RSA_CSR);
    await fc.assert(
      fc.asyncProperty(csr, fc.array(mutation, { minLength: 1, maxLength: 4 }), (bytes, changes) =>
        onlyRefusals(mutate(bytes, changes)),
      ),
      { numRuns: 500 },
    );
  });

  it('are answered as a certificate or CRL by a RangeError', () => {
    const input = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(mutation, { minLength: 1, maxLength: 3 }).map((changes) => mutate(CERTIFICATE.der, changes)),
    );
    fc.assert(
      fc.property(input, (bytes) => {
        for (const parse of [parseCertificate, parseCrl]) {
          try {
            parse(bytes);
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(RangeError);
          }
        }
      }),
      { numRuns: 400 },
    );
  });

  it('are DER only if encoding them again gives them back', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.array(mutation, { maxLength: 2 }).map((changes) => mutate(CSR, changes)),
        ),
        (bytes) => {
          try {
            expect(encodeDer(readDer(bytes))).toEqual(Uint8Array.from(bytes));
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(RangeError);
          }
        },
      ),
    );
  });
});

describe('hostile forms', () => {
  const timed = async (bytes: Uint8Array): Promise<number> => {
    const before = performance.now();
    await onlyRefusals(bytes);
    return performance.now() - before;
  };

  it.each([
    [
      'deep nesting',
      () => Uint8Array.from({ length: CSR_MAX_BYTES }, (_, at) => (at % 2 === 0 ? 0x30 : 0x7f)),
    ],
    ['nested sequences that fit', () => nested(4000)],
    ['an RSA key of 120,000 bits', () => hugeKey()],
    ['thousands of BEGIN lines', () => new TextEncoder().encode('-----BEGIN A-----\n'.repeat(900))],
    ['BEGIN without end', () => new TextEncoder().encode('-----BEGIN '.repeat(1400))],
    ['16 KiB of blanks', () => new Uint8Array(CSR_MAX_BYTES).fill(0x20)],
    ['16 KiB of letters', () => new Uint8Array(CSR_MAX_BYTES).fill(0x41)],
    ['a thousand names', () => manyNames()],
  ])('%s are answered quickly', async (_name, input) => {
    await timed(CSR); // tables are made at the first use
    expect(await timed(input())).toBeLessThan(1000);
  });

  function nested(depth: number): Uint8Array {
    let bytes: Uint8Array = Uint8Array.of(0x30, 0);
    for (let level = 0; level < depth; level++) bytes = derValue(TAG.sequence, bytes);
    return bytes;
  }

  function hugeKey(): Uint8Array {
    const modulus = derValue(TAG.integer, new Uint8Array(15_000).fill(0x7f));
    const key = derValue(TAG.sequence, modulus, Uint8Array.of(2, 3, 1, 0, 1));
    const algorithm = derValue(TAG.sequence, toDer(oid(OID.rsaEncryption)), Uint8Array.of(5, 0));
    const spki = derValue(TAG.sequence, algorithm, derValue(TAG.bitString, Uint8Array.of(0), key));
    return makeCsr({ privateKey: testKey('rsa-2048').privateKey, spki });
  }

  function manyNames(): Uint8Array {
    const names = Array.from({ length: 1000 }, (_, at) => contextPrimitive(2, `h${at}.example.org`));
    return makeCsr({
      privateKey: testKey('p-256').privateKey,
      extensions: [requested(OID.subjectAltName, sequence(...names))],
    });
  }
});

describe('a name whose value is no text', () => {
  it.each([0x18, 0x17, 0x02, 0x04, 0x1b, 0x30])(
    'as type %i is refused as a CSR that cannot be read',
    async (tag) => {
      const attribute = derValue(TAG.sequence, toDer(oid(OID.commonName)), derValue(tag));
      const subject = derValue(TAG.sequence, derValue(TAG.set, attribute));
      const csr = makeCsr({ privateKey: testKey('p-256').privateKey, subject });
      await expect(examineCsr(csr, NO_KNOWN_KEYS)).rejects.toMatchObject({ code: 'csr.malformed' });
    },
  );
});

describe('text of strangers', () => {
  it('never lets a line break or control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        try {
          expect(checkPrintable(text, 'name')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'request.name', field: 'name' });
        }
      }),
    );
  });

  it.each([
    'José Núñez',
    'Müller-Lüdenscheid',
    "O'Higgins, María",
    '田中 太郎',
    '山田 Taro',
    'Алиса Иванова',
    'Νίκος',
    'محمد',
    'Łukasz',
    'Nguyễn Văn A',
  ])('accepts the name %s', (name) => {
    expect(checkPrintable(name, 'name')).toBe(name.normalize('NFC'));
  });

  it.each([
    ['Аlice', 'look-alike'],
    ['раypal', 'look-alike'],
    ['𝐀lice', 'look-alike'],
    ['Ａｌｉｃｅ', 'look-alike'],
    ['ali\u00adce', 'invisible'],
    ['ali\u200dce', 'invisible'],
    ['x\u2066y', 'invisible'],
    ['a\u0300\u0301\u0302\u0303\u0304b', 'invisible'],
    ['tab\there', 'control'],
    ['a\u2028b', 'control'],
    ['\ue000', 'control'],
    ['', 'empty'],
    ['x'.repeat(65), 'too-long'],
  ])('finds what is wrong with %j', (text, reason) => {
    expect(findTextFault(text, 64)).toMatchObject({ reason });
  });

  it('keeps the lines of a note and refuses what hides in them', () => {
    expect(checkPrintable('one\r\ntwo 👍🏽 ❤️\n', 'note', { maxLength: 500, lines: true })).toBe(
      'one\ntwo 👍🏽 ❤️',
    );
    expect(() => checkPrintable('a\u202eb', 'note', { lines: true })).toThrow(
      expect.objectContaining({ code: 'request.note' }),
    );
  });

  const PATTERN = '[a-z_][a-z0-9_.-]{0,31}';
  it.each([
    ['alice', undefined],
    ['j.perez-2', undefined],
    ['Alice', 'request.common-name'],
    ['2fast', 'request.common-name'],
    ['alice\n', undefined], // white space at the ends is dropped
    ['ali\nce', 'request.common-name'],
    ['alice/../root', 'request.common-name'],
    ['\u0430lice', 'request.common-name'],
    ['', 'request.common-name'],
    ['x'.repeat(33), 'request.common-name'],
    ['root', 'request.system-account'],
    ['www-data', 'request.system-account'],
    ['jupyterhub', 'request.system-account'],
  ])('judges the account name %j: %s', (name, code) => {
    const check = () => checkAccountName(name, PATTERN);
    if (code === undefined) expect(check()).toBe(name.trim());
    else expect(check).toThrow(expect.objectContaining({ code, field: 'commonName' }));
  });

  it('holds the whole name against the pattern', () => {
    expect(() => checkAccountName('alice-x', 'alice|bob')).toThrow(HubgateError);
  });

  it.each([
    [' alice@DIM.Uchile.CL ', 'alice@dim.uchile.cl'],
    ["o'higgins+hub@example.org", "o'higgins+hub@example.org"],
    ['alice@localhost', 'alice@localhost'],
  ])('normalises the address %j', (text, address) => expect(normaliseEmail(text)).toBe(address));

  it.each([
    'alice',
    '@example.org',
    'alice@',
    'a b@example.org',
    'alice@example..org',
    'alice@-example.org',
    'alice@example.org\r\nBcc: all@example.org',
    'alice@example.org\n',
    'alice@exámple.org',
    '"a b"@example.org',
    'alice@[192.0.2.1]',
    'a@b,c@d.org',
    `${'x'.repeat(65)}@example.org`,
    `alice@${'x.'.repeat(130)}org`,
    '',
  ])('refuses the address %j', (text) => {
    expect(() => normaliseEmail(text)).toThrow(
      expect.objectContaining({ code: 'request.email', field: 'email' }),
    );
  });

  it('never returns an address with white space or two @', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        try {
          expect(normaliseEmail(text)).toMatch(/^[^\s@]+@[^\s@]+$/);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'request.email' });
        }
      }),
    );
  });
});

describe('forms', () => {
  it('of PEM are read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(fromPem(`text\r\n${toPem('X', bytes)}`, 'X')).toEqual(Uint8Array.from(bytes));
      }),
    );
  });

  it('of IP addresses are read back', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        expect(ipOctets(ipText(ipOctets(address)))).toEqual(ipOctets(address));
      }),
    );
    expect(ipText(ipOctets('2001:DB8:0:0::7'))).toBe('2001:db8::7');
    expect(ipText(ipOctets('::ffff:192.0.2.1'))).toBe('::ffff:c000:201');
    expect(() => ipOctets('fe80::1%eth0')).toThrow(RangeError);
  });

  it('of names are read back and escaped for people', () => {
    const name = encodeName([
      { type: 'DC', value: 'University of Chile' },
      { type: 'O', value: 'Smith, "Jones" + Sons; #1 ' },
      { type: 'CN', value: '#alice' },
    ]);
    expect(
      readName(name)
        .flat()
        .map((one) => one.value),
    ).toEqual(['University of Chile', 'Smith, "Jones" + Sons; #1 ', '#alice']);
    expect(formatName(name)).toBe(
      'CN=\\#alice,O=Smith\\, \\"Jones\\" \\+ Sons\\; #1\\ ,DC=University of Chile',
    );
    expect(() => encodeName([{ type: 'DC', value: 'Universität' }])).toThrow(RangeError);
    expect(() => encodeName([{ type: 'CN', value: 'x'.repeat(65) }])).toThrow(RangeError);
  });

  it('of serials are positive and 20 octets long, whatever the random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (random) => {
        expect(newSerial(random)).toMatch(/^[4-7][0-9a-f]{39}$/);
      }),
    );
    expect(() => newSerial(new Uint8Array(16))).toThrow(RangeError);
  });

  it('of object identifiers are as people write them', () => {
    for (const dotted of Object.values(OID))
      expect(oidText(readDer(toDer(oid(dotted))).content)).toBe(dotted);
    expect(oidText(Uint8Array.of(0x88, 0x37, 3))).toBe('2.999.3');
  });

  it('of stored CSRs are parsed to the same', () => {
    expect(parseCsr(readCsrInput(CSR))).toMatchObject({
      commonName: 'alice',
      emails: ['alice@example.org'],
      keyLabel: 'P-256',
    });
  });
});
