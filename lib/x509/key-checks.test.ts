import {
  checkPrimeSync,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  randomInt,
} from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { factorsByFermat, squareRoot } from './close-primes';
import { fromHex } from './der';
import { judgeEdwardsPoint } from './edwards-point';
import { examineCsr } from './examine-csr';
import { checkEdwardsPoint, checkRsaExponent, checkRsaSize, KEY_CHECKS } from './key-checks';
import { spkiSha256 } from './key-id';
import { type KeyInfo, readSpki } from './key-info';
import { modulusDigest } from './modulus-digest';
import { publishedIn } from './published-keys';
import { bearsMarkOfRoca } from './roca';
import { smallFactor } from './small-factors';
import { makeCsr, NO_KNOWN_KEYS, randomPrime, rsaKeyFromPrimes } from './testing/csr-maker';

const spkiOf = (key: KeyObject): Uint8Array =>
  new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
const rsa = (values: Partial<Extract<KeyInfo, { type: 'rsa' }>>): KeyInfo => ({
  type: 'rsa',
  bits: 2048,
  modulus: 1n,
  exponent: 65537n,
  ...values,
});
const refusal = (privateKey: KeyObject) =>
  examineCsr(makeCsr({ privateKey }), NO_KNOWN_KEYS).then(
    () => null,
    (thrown: unknown) => thrown,
  );
const good = [2048, 3072, 2048, 2048].map(
  (modulusLength) => generateKeyPairSync('rsa', { modulusLength }).privateKey,
);

describe('an RSA key', () => {
  it.each([
    [2047, false],
    [2048, true],
    [8192, true],
    [8193, false],
  ])('of %i bits: %s', (bits, ok) => expect(checkRsaSize(rsa({ bits }))).toMatchObject({ ok }));

  it.each([
    [3n, false],
    [65535n, false],
    [65536n, false],
    [65537n, true],
    [65538n, false],
    [65539n, true],
    [4294967294n, false],
    [4294967295n, true],
    [4294967296n, false],
    [4294967297n, false],
  ])('with exponent %i: %s', (exponent, ok) =>
    expect(checkRsaExponent(rsa({ exponent }))).toMatchObject({ ok }),
  );

  it('of an ordinary program passes them all', () => {
    for (const key of good) {
      const outcomes = KEY_CHECKS.map((check) => check(readSpki(spkiOf(key)))).filter((one) => one !== null);
      expect(outcomes.map((one) => one.code)).toEqual([
        'key.size',
        'key.exponent',
        'key.small-factors',
        'key.close-primes',
        'key.roca',
      ]);
      expect(outcomes.every((one) => one.ok && one.message.endsWith('.'))).toBe(true);
    }
  });
});

describe('small factors', () => {
  it('are found up to the last prime below 2^16, and no further', () => {
    const large = randomPrime(512);
    for (const factor of [2n, 3n, 251n, 65519n, 65521n])
      expect(smallFactor(factor * large)).toBe(Number(factor));
    expect(smallFactor(65537n * large)).toBeNull();
    expect(smallFactor(large * large)).toBeNull();
    expect(smallFactor(1n)).toBeNull();
  });

  it('are those that division finds', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n, max: 2n ** 80n }), (n) => {
        const found = smallFactor(n);
        let least = 2n;
        while (least < 65536n && n % least !== 0n) least += 1n;
        expect(found).toBe(least < 65536n ? Number(least) : null);
      }),
      { numRuns: 50 },
    );
  });

  it('make a key csr.weak-key, and the sentence names one', async () => {
    const key = rsaKeyFromPrimes(65521n, randomPrime(2040));
    expect(await refusal(key)).toMatchObject({
      code: 'csr.weak-key',
      params: { check: 'key.small-factors' },
      message: expect.stringContaining('65521') as string,
    });
  });
});

describe('close primes', () => {
  it('have a root that is exact to the last digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 700n }), (root) => {
        const square = root * root;
        expect(squareRoot(square)).toBe(root);
        expect(squareRoot(square + 2n * root)).toBe(root);
        expect(squareRoot(square + 2n * root + 1n)).toBe(root + 1n);
      }),
    );
    for (let value = 0; value < 5000; value++)
      expect(squareRoot(BigInt(value))).toBe(BigInt(Math.floor(Math.sqrt(value))));
  });

  it.each([1, 2, 99, 100])('that need %i rounds are found in as many, not in fewer', (rounds) => {
    const [p, q] = primesFoundIn(BigInt(rounds));
    expect(factorsByFermat(p * q, rounds)).toBe(true);
    expect(factorsByFermat(p * q, rounds - 1)).toBe(false);
  });

  it('are found when they are the same', () => {
    const p = randomPrime(512);
    expect(factorsByFermat(p * p, 0)).toBe(true);
  });

  it('make a key csr.weak-key', async () => {
    const p = randomPrime(1024);
    expect(await refusal(rsaKeyFromPrimes(p, nextPrime(p + 2n)))).toMatchObject({
      code: 'csr.weak-key',
      params: { check: 'key.close-primes' },
    });
  }, 60_000);
});

describe('ROCA', () => {
  it('marks keys made as Infineon made them', async () => {
    const key = rsaKeyFromPrimes(rocaPrime(), rocaPrime());
    expect(await refusal(key)).toMatchObject({ code: 'csr.weak-key', params: { check: 'key.roca' } });
  }, 60_000);

  it('marks powers of 65537, and no good key', () => {
    expect(bearsMarkOfRoca(65537n ** 31n)).toBe(true);
    for (const key of good) {
      const info = readSpki(spkiOf(key));
      expect(info.type === 'rsa' && bearsMarkOfRoca(info.modulus)).toBe(false);
    }
  });
});

describe('an Ed25519 key', () => {
  it('of an ordinary program is a point of full order', () => {
    for (let turn = 0; turn < 5; turn++) {
      const spki = spkiOf(generateKeyPairSync('ed25519').privateKey);
      expect(judgeEdwardsPoint(spki.subarray(-32))).toBe('good');
    }
  });

  // The eight points of the small subgroup in their canonical encodings, then points that add one of
  // them to a good one (Chalkias, Garillot, Nikolaenko, table 6).
  it.each([
    ['low-order', '0100000000000000000000000000000000000000000000000000000000000000'],
    ['low-order', 'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'],
    ['low-order', '0000000000000000000000000000000000000000000000000000000000000000'],
    ['low-order', '0000000000000000000000000000000000000000000000000000000000000080'],
    ['low-order', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
    ['low-order', 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
    ['low-order', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
    ['low-order', '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
    ['mixed-order', 'cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d'],
    ['not-a-point', 'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'], // y = p
    ['not-a-point', '0100000000000000000000000000000000000000000000000000000000000080'], // x = -0
    ['not-a-point', '0200000000000000000000000000000000000000000000000000000000000000'],
  ] as const)('%s: %s', (verdict, hex) => {
    const point = fromHex(hex);
    expect(judgeEdwardsPoint(point)).toBe(verdict);
    expect(checkEdwardsPoint({ type: 'ed25519', point })).toMatchObject({
      code: verdict === 'not-a-point' ? 'key.point' : 'key.order',
      ok: false,
      level: 'refuse',
    });
  });

  it('that is no good point is refused with its own code', async () => {
    const privateKey = generateKeyPairSync('ed25519').privateKey;
    const spki = spkiOf(privateKey);
    const withPoint = (hex: string) => Uint8Array.from([...spki.subarray(0, -32), ...fromHex(hex)]);
    for (const [hex, code] of [
      [`01${'00'.repeat(31)}`, 'csr.weak-key'],
      [`02${'00'.repeat(31)}`, 'csr.ec-point'],
    ] as const) {
      const csr = makeCsr({ privateKey, spki: withPoint(hex) });
      await expect(examineCsr(csr, NO_KNOWN_KEYS)).rejects.toMatchObject({ code });
    }
  });
});

describe('keys printed in standards', () => {
  // Seeds and scalars as the documents print them.
  const ed25519 = (seed: string) =>
    createPrivateKey({
      key: Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex'),
      format: 'der',
      type: 'pkcs8',
    });
  const ec = (head: string, scalar: string) =>
    createPrivateKey({ key: Buffer.from(head + scalar, 'hex'), format: 'der', type: 'pkcs8' });
  const P256 = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420';
  const P384 = '304e020100301006072a8648ce3d020106052b81040022043730350201010430';

  it.each([
    ['RFC 8032 section 7.1', ed25519('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60')],
    ['RFC 8032 section 7.1', ed25519('833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42')],
    ['RFC 8410 section 10.3', ed25519('d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842')],
    ['RFC 6979 section A.2.5', ec(P256, 'c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721')],
    [
      'RFC 6979 section A.2.6',
      ec(
        P384,
        '6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5',
      ),
    ],
  ])('%s', (document, key) => expect(publishedIn(spkiSha256(spkiOf(key)))).toBe(document));

  it('are no others', () => {
    for (const key of good) expect(publishedIn(spkiSha256(spkiOf(key)))).toBeNull();
  });
});

it('a modulus is digested as openssl-blacklist has it', () => {
  // Made by Debian's OpenSSL 0.9.8g as process 1000 on amd64, without a ~/.rnd that could be read.
  const modulus = BigInt(
    `0xceb8aaaba94464051514c8f3670e1fe77d6820d7e81f74b251c3ed8b388cf8b67534a32a074a9c175a5115a27a67aef3
       99cc30aa2da4de18e6311e3be0b226f4ebc6045ecb807fab7940d69cb3a492cf1e70887db026466d45c72276f4c21f52
       bbda0561fb17babd5af3a13323276630d547d4df6a9a5f413ddDfb000335df71bba036f6f20428ade06ed15744ccf9a3
       7e0f299348dc17eb6437c9ec6acc1967b48b549fda2cd1c77c15f9fbff6b823454cd7b6450d0cda62cc84cd7cb95d922
       89f64be8d91f314e1c074ea3c42c754d1653b620c280da74d58b2700c3c78281a5c5b371025119c23d2a43dd1a3c2e4c
       9d32b99b4acdfd05b7f7c5cebe78f999`.replace(/\s/g, ''),
  );
  expect(modulusDigest(modulus).slice(-20)).toBe('49d96fae9bfc0e84bba3');
});

function nextPrime(from: bigint): bigint {
  for (let candidate = from | 1n; ; candidate += 2n) if (checkPrimeSync(candidate)) return candidate;
}

/** Two primes p < q whose middle is so many above the root of their product. */
function primesFoundIn(rounds: bigint): [bigint, bigint] {
  for (;;) {
    const p = randomPrime(256);
    // The middle lies (q - p)² / 8p above the root: half a round less than asked for, then rounded up.
    const q = nextPrime(p + squareRoot(4n * p * (2n * rounds - 1n)));
    if ((p + q) / 2n - squareRoot(p * q) === rounds) return [p, q];
  }
}

/** As Infineon's library made them: k·M + 65537^a mod M, with M the product of 71 primes for RSA 2048. */
function rocaPrime(): bigint {
  const primes: bigint[] = [];
  for (let candidate = 2n; primes.length < 71; candidate++) {
    if (primes.every((prime) => candidate % prime !== 0n)) primes.push(candidate);
  }
  const m = primes.reduce((product, prime) => product * prime, 1n);
  for (;;) {
    const k = (3n << 1022n) / m + BigInt(`0x${randomBytes(60).toString('hex')}`);
    let power = 1n;
    for (let a = randomInt(1, 10_000); a > 0; a--) power = (power * 65537n) % m;
    const candidate = k * m + power;
    if (checkPrimeSync(candidate)) return candidate;
  }
}
