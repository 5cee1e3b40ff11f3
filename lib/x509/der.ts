/**
 * A strict reader of DER (ITU-T X.690 section 10 and 11), written by hand so that it is cheap and
 * accepts nothing that has two encodings. It knows no schema: libraries read the meaning.
 */

/** Why bytes are not DER: `truncated` ends too early, `trailing` goes on behind the value. */
export type DerFault = 'truncated' | 'trailing' | 'malformed';

/** The bytes are not DER. A RangeError, since callers that made the bytes themselves have a bug. */
export class DerError extends RangeError {
  override readonly name = 'DerError';
  readonly fault: DerFault;

  constructor(fault: DerFault, message: string) {
    super(message);
    this.fault = fault;
  }
}

/** One value. `bytes` is the whole of it, header included; `children` is empty for primitives. */
export type DerNode = {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly content: Uint8Array;
  readonly children: readonly DerNode[];
};

/** Cuts its views of the source when they are asked for: most of a tree's values never are. */
class SourceNode implements DerNode {
  constructor(
    readonly tag: number,
    readonly children: readonly DerNode[],
    private readonly source: Uint8Array,
    private readonly start: number,
    private readonly contentStart: number,
    readonly end: number,
  ) {}

  get bytes(): Uint8Array {
    return this.source.subarray(this.start, this.end);
  }

  get content(): Uint8Array {
    return this.source.subarray(this.contentStart, this.end);
  }
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

// X.509 structures nest about ten deep; more is an attack on the stack.
const MAX_DEPTH = 24;

/**
 * Reads exactly one DER value.
 *
 * @throws {DerError} when the bytes are anything else
 */
export function readDer(bytes: Uint8Array): DerNode {
  const node = readNode(bytes, 0, bytes.length, 0);
  if (node.end !== bytes.length) {
    throw new DerError('trailing', `${bytes.length - node.end} bytes follow the value.`);
  }
  return node;
}

type Header = { tag: number; contentStart: number; end: number };

/** The header at `start` of a value that must end at `limit` or before. */
function readHeader(bytes: Uint8Array, start: number, limit: number, outermost: boolean): Header {
  const short = (): DerError =>
    new DerError(outermost ? 'truncated' : 'malformed', 'A value is longer than what holds it.');
  if (start + 2 > limit) throw short();
  const tag = bytes[start] as number;
  const first = bytes[start + 1] as number;
  if ((tag & 0x1f) === 0x1f) throw new DerError('malformed', 'Tags above 30 do not occur in X.509.');

  let length = first;
  let contentStart = start + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    // X.690 section 10.1: definite form, the fewest octets. Four octets would be over 16 MiB.
    if (octets === 0 || octets > 3) throw new DerError('malformed', 'A length is not in definite form.');
    length = 0;
    if (contentStart + octets > limit) throw short();
    for (let at = 0; at < octets; at++) length = length * 256 + (bytes[contentStart + at] as number);
    if (length < 0x80 || length < 2 ** (8 * (octets - 1))) {
      throw new DerError('malformed', 'A length is not in its shortest form.');
    }
    contentStart += octets;
  }
  const end = contentStart + length;
  if (end > limit) throw short();
  return { tag, contentStart, end };
}

const NO_CHILDREN: readonly DerNode[] = [];

function readNode(bytes: Uint8Array, start: number, limit: number, depth: number): SourceNode {
  if (depth > MAX_DEPTH) throw new DerError('malformed', 'The value is nested too deeply.');
  const { tag, contentStart, end } = readHeader(bytes, start, limit, depth === 0);
  if ((tag & 0x20) === 0) {
    // Of the application, context or private class the type is the schema's.
    if (tag < 0x40) checkPrimitive(tag, bytes.subarray(contentStart, end));
    return new SourceNode(tag, NO_CHILDREN, bytes, start, contentStart, end);
  }
  // Strings are primitive in DER; a constructed one has many encodings.
  if (tag < 0x40 && tag !== TAG.sequence && tag !== TAG.set) fail('A string');
  const children: DerNode[] = [];
  for (let at = contentStart; at < end;) {
    const child = readNode(bytes, at, end, depth + 1);
    children.push(child);
    at = child.end;
  }
  return new SourceNode(tag, children, bytes, start, contentStart, end);
}

/**
 * The values inside a constructed one, without looking into them: for lists too long to be read as a
 * tree. Each child is a view of the bytes, header included.
 *
 * @throws {DerError} when the bytes are not one value, or its content is not a row of whole values
 */
export function readDerParts(bytes: Uint8Array): Uint8Array[] {
  const whole = readHeader(bytes, 0, bytes.length, true);
  if (whole.end !== bytes.length) {
    throw new DerError('trailing', `${bytes.length - whole.end} bytes follow the value.`);
  }
  const parts: Uint8Array[] = [];
  for (let at = whole.contentStart; at < whole.end;) {
    const { end } = readHeader(bytes, at, whole.end, false);
    parts.push(bytes.subarray(at, end));
    at = end;
  }
  return parts;
}

/** The content of one value whose header was read before. */
export function contentOf(value: Uint8Array): Uint8Array {
  const { contentStart, end } = readHeader(value, 0, value.length, false);
  return value.subarray(contentStart, end);
}

/** Encodings of primitive universal types that DER narrows down (X.690 sections 8 and 11). */
function checkPrimitive(tag: number, content: Uint8Array): void {
  switch (tag) {
    case TAG.boolean:
      if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) fail('A BOOLEAN');
      return;
    case TAG.integer:
    case 0x0a: // ENUMERATED
      if (!isMinimalInteger(content)) fail('An INTEGER');
      return;
    case TAG.bitString:
      if (!isBitString(content)) fail('A BIT STRING');
      return;
    case TAG.null:
      if (content.length !== 0) fail('A NULL');
      return;
    case TAG.oid:
      if (!isOid(content)) fail('An OBJECT IDENTIFIER');
      return;
    case TAG.utcTime:
    case TAG.generalizedTime:
      if (!isTime(tag, content)) fail('A time');
      return;
    case TAG.universalString:
      if (content.length % 4 !== 0) fail('A UniversalString');
      return;
    case TAG.bmpString:
      if (content.length % 2 !== 0) fail('A BMPString');
      return;
    case 0x00:
      return fail('An end-of-contents mark');
    case 0x10: // SEQUENCE and SET are always constructed
    case 0x11:
      return fail('A SEQUENCE or SET');
  }
}

function fail(what: string): never {
  throw new DerError('malformed', `${what} is not encoded as DER demands.`);
}

function isMinimalInteger(content: Uint8Array): boolean {
  const [first, second] = content;
  if (first === undefined) return false;
  if (second === undefined) return true;
  return !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

function isBitString(content: Uint8Array): boolean {
  const unused = content[0];
  if (unused === undefined || unused > 7) return false;
  if (content.length === 1) return unused === 0;
  return ((content[content.length - 1] ?? 0) & ((1 << unused) - 1)) === 0;
}

/** To the second and in UTC (X.690 sections 11.7 and 11.8); of fractions only one that ends in no zero. */
function isTime(tag: number, content: Uint8Array): boolean {
  const text = String.fromCharCode(...content.subarray(0, 40));
  return tag === TAG.utcTime ? /^\d{12}Z$/.test(text) : /^\d{14}(\.\d*[1-9])?Z$/.test(text);
}

function isOid(content: Uint8Array): boolean {
  if (content.length === 0 || ((content[content.length - 1] ?? 0x80) & 0x80) !== 0) return false;
  let startsArc = true;
  for (const octet of content) {
    if (startsArc && octet === 0x80) return false; // a leading zero septet
    startsArc = (octet & 0x80) === 0;
  }
  return true;
}

/** The dotted form of an OBJECT IDENTIFIER's content. Arcs above 2^53 lose digits; none of ours has them. */
export function oidText(content: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const octet of content) {
    arc = arc * 128 + (octet & 0x7f);
    if ((octet & 0x80) === 0) {
      arcs.push(arc);
      arc = 0;
    }
  }
  const head = arcs[0] ?? 0;
  const top = Math.min(Math.floor(head / 40), 2);
  return [top, head - top * 40, ...arcs.slice(1)].join('.');
}

/**
 * Encodes a tree again, children before parents, with the shortest lengths. Equal to what was read
 * exactly when the bytes were DER, so a difference shows an encoder's fault.
 */
export function encodeDer(node: DerNode): Uint8Array {
  // DER is the shortest form: what was read has room for it.
  const room = new Uint8Array(node.bytes.length);
  return room.subarray(writeBefore(node, room, room.length));
}

/** Writes one value so that it ends before `end`, back to front, since a length is known last. Returns its start. */
function writeBefore(node: DerNode, room: Uint8Array, end: number): number {
  let start = end;
  if ((node.tag & 0x20) === 0) {
    start -= node.content.length;
    room.set(node.content, start);
  } else {
    for (let at = node.children.length - 1; at >= 0; at--) {
      start = writeBefore(node.children[at] as DerNode, room, start);
    }
  }
  let length = end - start;
  if (length < 0x80) {
    room[--start] = length;
  } else {
    let octets = 0;
    for (; length > 0; length >>>= 8, octets++) room[--start] = length & 0xff;
    room[--start] = 0x80 | octets;
  }
  room[--start] = node.tag;
  return start;
}

/** Tag and length in its shortest form (X.690 section 10.1). */
function header(tag: number, length: number): number[] {
  if (length < 0x80) return [tag, length];
  if (length < 0x100) return [tag, 0x81, length];
  if (length < 0x10000) return [tag, 0x82, length >> 8, length & 0xff];
  if (length > 0xffffff) throw new RangeError('A value of 16 MiB or more is not written.');
  return [tag, 0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
}

/** One value: tag, shortest length, content. */
export function derValue(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const length = contents.reduce((sum, part) => sum + part.length, 0);
  return concatBytes([Uint8Array.from(header(tag, length)), ...contents]);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

const HEX = Array.from({ length: 256 }, (_, octet) => octet.toString(16).padStart(2, '0'));

/** Lower-case hex without separators. */
export function toHex(bytes: Uint8Array): string {
  let text = '';
  for (const octet of bytes) text += HEX[octet];
  return text;
}

/** @throws {RangeError} when the text is not an even number of hex digits */
export function fromHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) throw new RangeError('This is not hexadecimal.');
  const bytes = new Uint8Array(text.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(text.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
