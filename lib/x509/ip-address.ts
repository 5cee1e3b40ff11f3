import { isIPv4, isIPv6 } from 'node:net';

/**
 * The octets of an IP address, 4 or 16, as certificates carry them (RFC 5280 section 4.2.1.6).
 *
 * @throws {RangeError} when the text is no address; zones (`%eth0`) are not part of one
 */
export function ipOctets(text: string): Uint8Array {
  if (isIPv4(text)) return Uint8Array.from(text.split('.').map(Number));
  if (!isIPv6(text) || text.includes('%')) throw new RangeError(`Not an IP address: ${JSON.stringify(text)}`);
  // The URL parser writes every IPv6 form in hextets, the dotted tail too.
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return Uint8Array.from(
    [...left, ...zeros, ...right].flatMap((hextet) => {
      const value = parseInt(hextet, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

/** The text of 4 or 16 octets: dotted, or RFC 5952. @throws {RangeError} for another length */
export function ipText(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) throw new RangeError('An IP address has 4 or 16 octets.');
  const hextets = Array.from({ length: 8 }, (_, at) =>
    (((octets[2 * at] ?? 0) << 8) | (octets[2 * at + 1] ?? 0)).toString(16),
  );
  return new URL(`http://[${hextets.join(':')}]/`).hostname.slice(1, -1);
}

/**
 * Address and mask, 8 or 32 octets, as name constraints carry a network (RFC 5280 section 4.2.1.10).
 *
 * @param network `10.1.0.0/16` or `2001:db8::/32`
 * @throws {RangeError} when it is none, or has bits set behind its prefix
 */
export function networkOctets(network: string): Uint8Array {
  const slash = network.indexOf('/');
  const address = ipOctets(slash < 0 ? network : network.slice(0, slash));
  const bits = slash < 0 ? address.length * 8 : Number(network.slice(slash + 1));
  if (!Number.isInteger(bits) || bits < 0 || bits > address.length * 8) {
    throw new RangeError(`Not a network: ${JSON.stringify(network)}`);
  }
  const mask = address.map((_, at) => (0xff00 >> Math.min(8, Math.max(0, bits - 8 * at))) & 0xff);
  if (address.some((octet, at) => (octet & ~(mask[at] ?? 0)) !== 0)) {
    throw new RangeError(`Bits are set behind the prefix of ${JSON.stringify(network)}`);
  }
  return Uint8Array.from([...address, ...mask]);
}
