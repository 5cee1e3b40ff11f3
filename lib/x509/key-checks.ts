import type { CheckResult } from './check-result';
import { factorsByFermat } from './close-primes';
import { judgeEdwardsPoint } from './edwards-point';
import type { KeyInfo } from './key-info';
import { bearsMarkOfRoca } from './roca';
import { smallFactor } from './small-factors';

/**
 * What can be wrong with a key although it can be read. Each check is a pure function of the key and
 * says where the attack is described; null when it does not concern this kind of key. Together they
 * cost 1 ms for RSA 2048 and 3 ms for RSA 8192 (bench/intake.bench.ts).
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

/** A modulus with a small factor, an even one too, is no product of two large primes: smallFactor(). */
export const checkSmallFactors: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  const factor = smallFactor(key.modulus);
  return result(
    'key.small-factors',
    factor === null,
    'The RSA modulus has no factor below 65536.',
    `The RSA modulus can be divided by ${factor}, so it was not made from two large primes. The program or its random numbers are faulty: make a new key elsewhere.`,
  );
};

const FERMAT_ROUNDS = 100;

/** Primes too close together: factorsByFermat() finds them in a few rounds (CVE-2022-26320). */
export const checkClosePrimes: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  return result(
    'key.close-primes',
    !factorsByFermat(key.modulus, FERMAT_ROUNDS),
    'The primes of the RSA key are not close together.',
    'The two primes of the RSA key are too close together: anybody can compute the private key (CVE-2022-26320). Make a new key with another program.',
  );
};

/** Made by Infineon's RSALib (CVE-2017-15361): bearsMarkOfRoca(). */
export const checkRoca: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  return result(
    'key.roca',
    !bearsMarkOfRoca(key.modulus),
    'The RSA key does not bear the mark of ROCA.',
    'The RSA key bears the mark of a faulty smart card or TPM (ROCA, CVE-2017-15361): its private key can be computed. Make a new key in software or after a firmware update.',
  );
};

/**
 * Named by its curve, on it and not at infinity: readSpki() refuses all others (RFC 5480; NIST SP
 * 800-56A section 5.6.2.3.3). Both curves have a prime number of points, so every point has full order.
 */
export const checkCurve: KeyCheck = (key) =>
  key.type !== 'ec' ? null : result('key.curve', true, `The EC key is a point on ${key.curve}.`, '');

/** A point of the curve, in its one encoding and of full order: judgeEdwardsPoint(). */
export const checkEdwardsPoint: KeyCheck = (key) => {
  if (key.type !== 'ed25519') return null;
  const verdict = judgeEdwardsPoint(key.point);
  return result(
    verdict === 'not-a-point' ? 'key.point' : 'key.order',
    verdict === 'good',
    'The Ed25519 key is a point of full order on its curve.',
    verdict === 'not-a-point'
      ? 'The Ed25519 key is not a point on its curve. The file is damaged or the program that made it is faulty: make a new key and CSR.'
      : 'The Ed25519 key is a point of low or mixed order, which no program makes from a private key: signatures of it prove nothing. Make a new key.',
  );
};

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
  checkEdwardsPoint,
  checkEdwards,
];
