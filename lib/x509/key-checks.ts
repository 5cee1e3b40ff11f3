import { said, type CheckResult, type Said } from './check-result';
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

const result = (code: string, ok: boolean, found: Said): CheckResult => ({
  code,
  ok,
  level: ok ? 'info' : 'refuse',
  ...found,
});

export const RSA_MIN_BITS = 2048;
export const RSA_MAX_BITS = 8192;

/** NIST SP 800-131A: 2048 bits at least. Above 8192 a single key is an attack on every verifier. */
export const checkRsaSize: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  const { bits } = key;
  const ok = bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS;
  const limits = { least: RSA_MIN_BITS, most: RSA_MAX_BITS };
  return result(
    'key.size',
    ok,
    ok ? said('key_size.ok', { bits }) : said('key_size.bad', { bits, ...limits }),
  );
};

/**
 * FIPS 186-5 section A.1.1 and the Baseline Requirements section 6.1.6: odd, 65537 or more. Small
 * exponents made forged signatures possible (CVE-2006-4339); CryptoAPI reads only 32 bits.
 */
export const checkRsaExponent: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  const { exponent } = key;
  const ok = exponent >= 65537n && exponent < 2n ** 32n && (exponent & 1n) === 1n;
  return result(
    'key.exponent',
    ok,
    ok ? said('key_exponent.ok', { exponent: String(exponent) }) : said('key_exponent.bad'),
  );
};

/** A modulus with a small factor, an even one too, is no product of two large primes: smallFactor(). */
export const checkSmallFactors: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  const factor = smallFactor(key.modulus);
  return result(
    'key.small-factors',
    factor === null,
    factor === null
      ? said('key_small-factors.ok')
      : said('key_small-factors.bad', { factor: String(factor) }),
  );
};

const FERMAT_ROUNDS = 100;

/** Primes too close together: factorsByFermat() finds them in a few rounds (CVE-2022-26320). */
export const checkClosePrimes: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  const ok = !factorsByFermat(key.modulus, FERMAT_ROUNDS);
  return result('key.close-primes', ok, said(ok ? 'key_close-primes.ok' : 'key_close-primes.bad'));
};

/** Made by Infineon's RSALib (CVE-2017-15361): bearsMarkOfRoca(). */
export const checkRoca: KeyCheck = (key) => {
  if (key.type !== 'rsa') return null;
  const ok = !bearsMarkOfRoca(key.modulus);
  return result('key.roca', ok, said(ok ? 'key_roca.ok' : 'key_roca.bad'));
};

/**
 * Named by its curve, on it and not at infinity: readSpki() refuses all others (RFC 5480; NIST SP
 * 800-56A section 5.6.2.3.3). Both curves have a prime number of points, so every point has full order.
 */
export const checkCurve: KeyCheck = (key) =>
  key.type !== 'ec' ? null : result('key.curve', true, said('key_curve.ok', { curve: key.curve }));

/** A point of the curve, in its one encoding and of full order: judgeEdwardsPoint(). */
export const checkEdwardsPoint: KeyCheck = (key) => {
  if (key.type !== 'ed25519') return null;
  const verdict = judgeEdwardsPoint(key.point);
  if (verdict === 'not-a-point') return result('key.point', false, said('key_point.bad'));
  const ok = verdict === 'good';
  return result('key.order', ok, said(ok ? 'key_order.ok' : 'key_order.bad'));
};

/** RFC 8410; NSS, and so Firefox, cannot use such certificates. */
export const checkEdwards: KeyCheck = (key) =>
  key.type !== 'ed25519'
    ? null
    : { code: 'key.ed25519', ok: false, level: 'warn', ...said('key_ed25519.bad') };

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
