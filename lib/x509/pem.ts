/**
 * PEM in and out (RFC 7468). Runs in browsers too: no node: modules here.
 */

const BASE64_LINE = 64; // RFC 7468 section 2: generators wrap at exactly 64 characters

/**
 * Writes DER as one PEM block with LF line ends and a closing line end.
 *
 * @param label e.g. `CERTIFICATE`, `CERTIFICATE REQUEST`, `ENCRYPTED PRIVATE KEY`
 */
export function toPem(label: string, der: Uint8Array): string {
  const base64 = toBase64(der);
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += BASE64_LINE) lines.push(base64.slice(at, at + BASE64_LINE));
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/**
 * Reads the first PEM block with this label; text around it is ignored.
 *
 * @throws {RangeError} when there is none or its body is not base64
 */
export function fromPem(text: string, label: string): Uint8Array {
  const first = fromPemAll(text, label)[0];
  if (first === undefined) throw new RangeError(`There is no PEM block "${label}" in this text.`);
  return first;
}

/**
 * Reads every PEM block with this label, in order. An empty list when there is none.
 *
 * @throws {RangeError} when a body is not base64
 */
export function fromPemAll(text: string, label: string): Uint8Array[] {
  return pemBlocks(text)
    .filter((block) => block.label === label)
    .map((block) => decodeBase64(block.body));
}

export type PemBlock = { label: string; body: string };

/** All PEM blocks of a text with their labels, bodies not yet decoded. Linear in the text's length. */
export function pemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let at = 0;
  for (;;) {
    const begin = text.indexOf('-----BEGIN ', at);
    if (begin < 0) return blocks;
    const labelEnd = text.indexOf('-----', begin + 11);
    if (labelEnd < 0) return blocks;
    const label = text.slice(begin + 11, labelEnd);
    if (label.length > 64 || /[\r\n]/.test(label)) {
      at = begin + 11;
      continue;
    }
    const end = text.indexOf(`-----END ${label}-----`, labelEnd + 5);
    if (end < 0) {
      at = labelEnd + 5;
      continue;
    }
    blocks.push({ label, body: text.slice(labelEnd + 5, end) });
    at = end + label.length + 14;
  }
}

/**
 * Decodes base64 with white space in it.
 *
 * @throws {RangeError} when a character does not belong there
 */
export function decodeBase64(text: string): Uint8Array {
  const compact = text.replace(/[\s]+/g, '');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(compact) || compact.length % 4 !== 0) {
    throw new RangeError('This is not base64.');
  }
  const binary = atob(compact);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** Base64 without line ends. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  // In slices: a spread of many arguments overflows the stack.
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(binary);
}
