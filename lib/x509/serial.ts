import { toHex } from './der';

/** RFC 5280 section 4.1.2.2: at most 20 octets, positive. */
export const SERIAL_OCTETS = 20;

/**
 * A serial number: 20 octets of which 158 bits are random (CA/Browser Forum Baseline Requirements
 * section 7.1 asks for 64).
 *
 * The top bit is cleared, so that the INTEGER is positive without a 21st octet; the next is set, so
 * that every serial has the same length in certificates, in Apache's maps and on paper.
 *
 * @param random 20 bytes from the operating system's generator
 * @returns 40 lower-case hex digits
 * @throws {RangeError} when `random` has another length
 */
export function newSerial(random: Uint8Array): string {
  if (random.length !== SERIAL_OCTETS) throw new RangeError(`A serial takes ${SERIAL_OCTETS} random bytes.`);
  const octets = Uint8Array.from(random);
  octets[0] = ((octets[0] ?? 0) & 0x3f) | 0x40;
  return toHex(octets);
}
