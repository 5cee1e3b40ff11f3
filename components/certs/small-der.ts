/** The little DER that an encrypted key file needs (X.690); everything larger is left to libraries. */

/** One element: tag, length, content. */
export function der(tag: number, ...contents: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  const lengthBytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  const whole = new Uint8Array(1 + lengthBytes.length + length);
  whole.set([tag, ...lengthBytes]);
  let at = 1 + lengthBytes.length;
  for (const part of contents) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export type DerElement = { tag: number; content: Uint8Array };

/**
 * The elements that follow one another in `bytes`, lengths up to two octets.
 * @throws {RangeError} when the bytes end too early or a length is longer
 */
export function derElements(bytes: Uint8Array): DerElement[] {
  const found: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    at += 2;
    if (length === 0x81) {
      length = bytes[at] ?? 0;
      at += 1;
    } else if (length === 0x82) {
      length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      at += 2;
    } else if (length > 0x7f) {
      throw new RangeError('a length of more than two octets');
    }
    if (at + length > bytes.length) throw new RangeError('the bytes end too early');
    found.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return found;
}

export const OCTETS = 0x04;
export const INTEGER = 0x02;
export const SEQUENCE = 0x30;
