import type { CheckResult } from './check-result';
import type { KeyInfo } from './key-info';

/**
 * What can be wrong with a key although it can be read. Each check is a pure function of the key and
 * says where the attack is described. They cost a few milliseconds for RSA 2048 and belong to intake.
 */
export type KeyCheck = (key: KeyInfo) => CheckResult | null;

const result = (code: string, ok: boolean, good: string, wrong: string): CheckResult => ({
  code,
  ok,
  level: ok ? 'info' : 'refuse',
  message: ok ? good : wrong,
});

export const RSA_MIN_BITS = 2048;
export const RSA_MAX_BITS = 8192;

/** NIST SP 800-131A: 2048 bits at least. Above 8192 a single key is an attack on every verifier. */
export const checkRsaSize: KeyCheck = (key) =>
  key.type !== 'rsa'
    ? null
    : result(
        'key.size',
        key.bits >= RSA_MIN_BITS && key.bits <= RSA_MAX_BITS,
        `The RSA key has ${key.bits} bits.`,
        `The RSA key has ${key.bits} bits; ${RSA_MIN_BITS} to ${RSA_MAX_BITS} are accepted. Make a new key, for example with 3072 bits.`,
      );

/**
 * FIPS 186-5 section A.1.1 and the Baseline Requirements section 6.1.6: odd, 65537 or more. Small
 * exponents made forged signatures possible (CVE-2006-4339); CryptoAPI reads only 32 bits.
 */
export const checkRsaExponent: KeyCheck = (key) =>
  key.type !== 'rsa'
    ? null
    : result(
        'key.exponent',
        key.exponent >= 65537n && key.exponent < 2n ** 32n && (key.exponent & 1n) === 1n,
        `The RSA exponent is ${key.exponent}.`,
        'The RSA exponent is not an odd number from 65537 to 4294967295. Make a new key; every current program takes 65537.',
      );

/** A modulus with a small factor is no product of two large primes: SP 800-89 section 5.3.3. */
export const checkSmallFactors: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  const ok = key.modulus > 0n && gcd(smallPrimesProduct() % key.modulus, key.modulus) === 1n;
  return result(
    'key.small-factors',
    ok,
    'The RSA modulus has no factor below 65536.',
    'The RSA modulus can be divided by a small number, so it was not made from two large primes. The program or its random numbers are faulty: make a new key elsewhere.',
  );
};

const FERMAT_ROUNDS = 100;

/** Primes too close together: Fermat's method finds them in a few rounds (CVE-2022-26320). */
export const checkClosePrimes: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  return result(
    'key.close-primes',
    !factorsByFermat(key.modulus, FERMAT_ROUNDS),
    'The primes of the RSA key are not close together.',
    'The two primes of the RSA key are too close together: anybody can compute the private key (CVE-2022-26320). Make a new key with another program.',
  );
};

/**
 * Infineon's RSALib made primes k·M + (65537^a mod M); the modulus then is a power of 65537 modulo
 * every small prime (ROCA: Nemec et al., CCS 2017; CVE-2017-15361). About one good key in 2^27 shows
 * the same by chance.
 */
export const checkRoca: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  const marked = rocaResidues().every(([prime, residues]) =>
    residues.has(Number(key.modulus % BigInt(prime))),
  );
  return result(
    'key.roca',
    !marked,
    'The RSA key does not bear the mark of ROCA.',
    'The RSA key bears the mark of a faulty smart card or TPM (ROCA, CVE-2017-15361): its private key can be computed. Make a new key in software or after a firmware update.',
  );
};

/** Named by its curve and on it: readSpki() refuses all others (RFC 5480; SP 800-56A section 5.6.2.3.3). */
export const checkCurve: KeyCheck = (key) =>
  key.type !== 'ec' ? null : result('key.curve', true, `The EC key is a point on ${key.curve}.`, '');

/** RFC 8410; NSS, and so Firefox, cannot use such certificates. */
export const checkEdwards: KeyCheck = (key) =>
  key.type !== 'ed25519'
    ? null
    : {
        code: 'key.ed25519',
        ok: false,
        level: 'warn',
        message: 'Browsers cannot use certificates with Ed25519 keys; programs can.',
      };

/** In the order in which they are shown; cheap ones first, so that huge numbers never reach the others. */
export const KEY_CHECKS: readonly KeyCheck[] = [
  checkRsaSize,
  checkRsaExponent,
  checkSmallFactors,
  checkClosePrimes,
  checkRoca,
  checkCurve,
  checkEdwards,
];

function gcd(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

let product: bigint | null = null;

/** The product of all primes below 2^16, 94,000 bits; made at the first use in about 20 ms. */
function smallPrimesProduct(): bigint {
  product ??= multiplyAll(primesBelow(65536).map(BigInt));
  return product;
}

function primesBelow(limit: number): number[] {
  const composite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let candidate = 2; candidate < limit; candidate++) {
    if (composite[candidate] === 1) continue;
    primes.push(candidate);
    for (let multiple = candidate * candidate; multiple < limit; multiple += candidate)
      composite[multiple] = 1;
  }
  return primes;
}

/** As a tree, so that factors of like size meet. */
function multiplyAll(factors: bigint[]): bigint {
  if (factors.length <= 1) return factors[0] ?? 1n;
  const half = factors.length >> 1;
  return multiplyAll(factors.slice(0, half)) * multiplyAll(factors.slice(half));
}

/** True when n = a² - b² shows up within so many rounds, that is when its two factors are close. */
function factorsByFermat(n: bigint, rounds: number): boolean {
  let a = squareRoot(n);
  if (a * a === n) return true;
  for (let round = 0; round < rounds; round++) {
    a += 1n;
    if (isSquare(a * a - n)) return true;
  }
  return false;
}

/** A cheap sieve first: of 64 last digits to base 64 only 12 belong to squares. */
function isSquare(value: bigint): boolean {
  if (value < 0n || ((0x0202021202030213n >> (value & 63n)) & 1n) === 0n) return false;
  const root = squareRoot(value);
  return root * root === value;
}

/** Newton's method, from above. */
function squareRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(16).length * 4 + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

// Small primes modulo which the powers of 65537 are few, so that a hit says something.
const ROCA_PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
let residueSets: readonly (readonly [number, ReadonlySet<number>])[] | null = null;

function rocaResidues(): readonly (readonly [number, ReadonlySet<number>])[] {
  residueSets ??= ROCA_PRIMES.map((prime) => {
    const residues = new Set<number>();
    for (let power = 1; !residues.has(power); power = (power * 65537) % prime) residues.add(power);
    return [prime, residues] as const;
  });
  return residueSets;
}
