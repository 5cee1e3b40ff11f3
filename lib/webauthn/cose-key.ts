import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';

/**
 * The public key of an authenticator, as it writes it: a COSE_Key (RFC 9052 section 7) in CTAP2's
 * canonical CBOR. Only what authenticators use is known, and of that only the one way to write it.
 */
export type CoseKey = {
  /** COSE algorithm (RFC 9053): ES256 with P-256, EdDSA with Ed25519, RS256. */
  algorithm: -7 | -8 | -257;
  key: KeyObject;
  /** Octets that the key takes: what follows belongs to something else. */
  length: number;
};

/** For `pubKeyCredParams`, the most wanted first: what nearly all authenticators speak. */
export const COSE_ALGORITHMS = [-7, -257, -8] as const;

const LARGEST_RSA_BITS = 4096;
const SMALLEST_RSA_BITS = 2048;

/**
 * Reads a COSE_Key at the beginning of these bytes.
 *
 * @returns null when it is none, is written in another way than the canonical one, or is too weak
 */
export function readCoseKey(bytes: Uint8Array): CoseKey | null {
  const read = readIntegerMap(bytes);
  if (read === null) return null;
  const { map, length } = read;
  const wanted = jwkOf(map);
  if (wanted === null) return null;
  try {
    // OpenSSL refuses a point that is not on the curve.
    const key = createPublicKey({ key: wanted.jwk, format: 'jwk' });
    return { algorithm: wanted.algorithm, key, length };
  } catch {
    return null;
  }
}

type Value = number | Uint8Array;

/** Parameters by their labels: RFC 9053 sections 2.1, 2.2, 7.1 and 7.2, RFC 8230 section 4. */
function jwkOf(map: ReadonlyMap<number, Value>): (Pick<CoseKey, 'algorithm'> & { jwk: JsonWebKey }) | null {
  const octets = (label: number, size: number): string | null => {
    const value = map.get(label);
    return value instanceof Uint8Array && value.length === size
      ? Buffer.from(value).toString('base64url')
      : null;
  };
  const is = (labels: Record<number, number>, size: number): boolean =>
    map.size === size && Object.entries(labels).every(([label, value]) => map.get(Number(label)) === value);

  if (is({ 1: 2, 3: -7, [-1]: 1 }, 5)) {
    const [x, y] = [octets(-2, 32), octets(-3, 32)];
    return x === null || y === null ? null : { algorithm: -7, jwk: { kty: 'EC', crv: 'P-256', x, y } };
  }
  if (is({ 1: 1, 3: -8, [-1]: 6 }, 4)) {
    const x = octets(-2, 32);
    return x === null ? null : { algorithm: -8, jwk: { kty: 'OKP', crv: 'Ed25519', x } };
  }
  if (is({ 1: 3, 3: -257 }, 4)) {
    const [n, e] = [map.get(-1), map.get(-2)];
    if (!(n instanceof Uint8Array) || !(e instanceof Uint8Array) || e.length > 4) return null;
    const bits = n.length * 8 - Math.clz32(n[0] ?? 0) + 24;
    const exponent = Buffer.concat([Buffer.alloc(4 - e.length), e]).readUInt32BE();
    if (n[0] === 0 || e[0] === 0 || bits < SMALLEST_RSA_BITS || bits > LARGEST_RSA_BITS) return null;
    if (exponent < 65_537 || exponent % 2 === 0) return null;
    return { algorithm: -257, jwk: { kty: 'RSA', n: base64url(n), e: base64url(e) } };
  }
  return null;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

/** Major types of CBOR (RFC 8949 section 3.1). */
const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const MAP = 5;

/** One map from integers to integers and byte strings; null for every other thing that CBOR can say. */
function readIntegerMap(bytes: Uint8Array): { map: Map<number, Value>; length: number } | null {
  let at = 0;
  /** Type and argument of the next item, in their shortest form, of at most 16 bits. */
  const head = (): { type: number; argument: number } | null => {
    const first = bytes[at];
    if (first === undefined) return null;
    at += 1;
    const type = first >> 5;
    const low = first & 31;
    if (low < 24) return { type, argument: low };
    const width = low === 24 ? 1 : low === 25 ? 2 : 0;
    if (width === 0 || at + width > bytes.length) return null;
    const argument = Buffer.from(bytes.subarray(at, at + width)).readUIntBE(0, width);
    at += width;
    return argument < (width === 1 ? 24 : 256) ? null : { type, argument };
  };
  const integer = (): number | null => {
    const item = head();
    if (item?.type === UNSIGNED) return item.argument;
    return item?.type === NEGATIVE ? -1 - item.argument : null;
  };
  const value = (): Value | null => {
    const begun = at;
    const item = head();
    if (item?.type !== BYTES) {
      at = begun;
      return integer();
    }
    if (at + item.argument > bytes.length) return null;
    at += item.argument;
    return bytes.slice(at - item.argument, at);
  };

  const outer = head();
  if (outer?.type !== MAP || outer.argument > 8) return null;
  const map = new Map<number, Value>();
  for (let left = outer.argument; left > 0; left -= 1) {
    const label = integer();
    const found = label === null ? null : value();
    if (label === null || found === null || map.has(label)) return null;
    map.set(label, found);
  }
  return { map, length: at };
}
