import { toHex } from './der';

/** The named curves that keys may lie on (FIPS 186-5, SP 800-186 section 3.2.1). */
export type CurveName = 'P-256' | 'P-384';

type Curve = { readonly octets: number; readonly p: bigint; readonly b: bigint };

// y^2 = x^3 - 3x + b over the field of p elements; SEC 2 sections 2.4.2 and 2.5.1.
const CURVES: Record<CurveName, Curve> = {
  'P-256': {
    octets: 32,
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  },
  'P-384': {
    octets: 48,
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
  },
};

/**
 * True when the octets are an uncompressed point of the curve other than infinity (SEC 1 section
 * 3.2.2.1; both curves have cofactor 1, so that no more is to check).
 */
export function isOnCurve(name: CurveName, point: Uint8Array): boolean {
  const { octets, p, b } = CURVES[name];
  if (point.length !== 1 + 2 * octets || point[0] !== 0x04) return false;
  const x = BigInt(`0x${toHex(point.subarray(1, 1 + octets))}`);
  const y = BigInt(`0x${toHex(point.subarray(1 + octets))}`);
  if (x >= p || y >= p) return false;
  return (y * y - (x * x * x - 3n * x + b)) % p === 0n;
}
