/** What the 32 octets of an Ed25519 public key turn out to be. */
export type EdwardsPoint = 'good' | 'not-a-point' | 'low-order' | 'mixed-order';

// RFC 8032 section 5.1: -x² + y² = 1 + d·x²·y² over the field of P elements; L points in the main subgroup.
const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
const SQRT_MINUS_1 = 19681161376707505956807079304988542015446066515923890162744021073123829784752n;

/** Extended homogeneous coordinates (RFC 8032 section 5.1.4): x = X/Z, y = Y/Z, x·y = T/Z. */
type Point = { readonly x: bigint; readonly y: bigint; readonly z: bigint; readonly t: bigint };

const modulo = (value: bigint): bigint => {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
};

/**
 * Judges an Ed25519 public key as NIST SP 800-186 appendix D.1.3 does: a canonical encoding of a point
 * on the curve, other than the neutral one, and of order L. For a point of low order (Chalkias,
 * Garillot, Nikolaenko, "Taming the many EdDSAs", SSR 2020) a signature can be made that fits any
 * message; for one of mixed order verifiers disagree. About 2 ms.
 *
 * @param octets 32
 */
export function judgeEdwardsPoint(octets: Uint8Array): EdwardsPoint {
  const point = decode(octets);
  if (point === null) return 'not-a-point';
  const eightfold = double(double(double(point)));
  if (isNeutral(eightfold)) return 'low-order';
  return isNeutral(multiply(point, L)) ? 'good' : 'mixed-order';
}

/** RFC 8032 section 5.1.3; null for a y that is not reduced, no point, or a second encoding of x = 0. */
function decode(octets: Uint8Array): Point | null {
  let y = 0n;
  for (const octet of [...octets].reverse()) y = (y << 8n) | BigInt(octet);
  const sign = y >> 255n;
  y = BigInt.asUintN(255, y);
  if (octets.length !== 32 || y >= P) return null;
  const u = modulo(y * y - 1n);
  const v = modulo(D * y * y + 1n);
  const v3 = modulo(v * v * v);
  let x = modulo(u * v3 * power(modulo(u * v3 * v3 * v), (P - 5n) / 8n));
  const check = modulo(v * x * x);
  if (check === modulo(-u)) x = modulo(x * SQRT_MINUS_1);
  else if (check !== u) return null;
  if (x === 0n && sign === 1n) return null;
  if ((x & 1n) !== sign) x = P - x;
  return { x, y, z: 1n, t: modulo(x * y) };
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = modulo(result * result);
    if (bit === '1') result = modulo(result * base);
  }
  return result;
}

/** RFC 8032 section 5.1.4. */
function add(p: Point, q: Point): Point {
  const a = modulo((p.y - p.x) * (q.y - q.x));
  const b = modulo((p.y + p.x) * (q.y + q.x));
  const c = modulo(2n * modulo(p.t * q.t) * D);
  const d = modulo(2n * p.z * q.z);
  return combine(b - a, d - c, d + c, b + a);
}

function double({ x, y, z }: Point): Point {
  const a = modulo(x * x);
  const b = modulo(y * y);
  const h = a + b;
  const e = h - modulo((x + y) * (x + y));
  const g = a - b;
  return combine(e, modulo(2n * z * z) + g, g, h);
}

const combine = (e: bigint, f: bigint, g: bigint, h: bigint): Point => ({
  x: modulo(e * f),
  y: modulo(g * h),
  t: modulo(e * h),
  z: modulo(f * g),
});

/** Not in constant time: a public key is no secret. */
function multiply(point: Point, factor: bigint): Point {
  let result: Point = { x: 0n, y: 1n, z: 1n, t: 0n };
  for (const bit of factor.toString(2)) {
    result = double(result);
    if (bit === '1') result = add(result, point);
  }
  return result;
}

const isNeutral = ({ x, y, z }: Point): boolean => x === 0n && y === z;
