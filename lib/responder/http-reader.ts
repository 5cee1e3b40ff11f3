/**
 * Reads HTTP/1.1 (RFC 9112) as far as OCSP needs it: GET, HEAD and POST with a Content-Length. Node's
 * own server spends most of an answer's time on what OCSP does not use; this takes a third of it.
 * Whatever has two readings is refused, and the connection ends, since nothing behind it can be
 * trusted to begin where a request begins.
 */

/** A GET carries some 100 octets of base64 in its address; clients send few headers. */
export const HEADER_MAX_BYTES = 8 * 1024;

export type OcspHttpRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST';
  /** As it stands in the request line, not decoded. */
  readonly target: string;
  /** Empty but for POST. */
  readonly body: Uint8Array;
  /** Of If-None-Match, when there is one. */
  readonly ifNoneMatch: string | null;
  /** The client may send another request on this connection. */
  readonly keepAlive: boolean;
};

/** What the bytes so far make. `elsewhere`: a request for another place, of which nothing was taken. */
export type ReadEvent =
  | { readonly kind: 'request'; readonly request: OcspHttpRequest }
  | { readonly kind: 'elsewhere' }
  /** The client wants to hear "100 Continue" before it sends the body. */
  | { readonly kind: 'continue' }
  | { readonly kind: 'refused'; readonly status: 400 | 405 | 411 | 413 | 431 | 505 };

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const REQUEST_LINE = /^([A-Z]{1,20}) (\/[\x21-\x7e]*) HTTP\/(\d)\.(\d)$/;
/** RFC 9110 section 5.1: a token, a colon right behind it, a value of visible characters. */
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\x80-\xff\t]*?)[ \t]*$/;

type Head = Omit<OcspHttpRequest, 'body'> & { length: number; expects: boolean };
type Refused = Extract<ReadEvent, { kind: 'refused' }>;
type Elsewhere = Extract<ReadEvent, { kind: 'elsewhere' }>;
/** What is read here: which targets, and how large a body. */
export type ReaderLimits = { isOurs: (target: string) => boolean; bodyMaxBytes: number };

/** One connection's bytes, cut into requests. After `refused` and `elsewhere` it must not be asked again. */
export class OcspHttpReader {
  readonly #limits: ReaderLimits;
  #pending: Buffer = Buffer.alloc(0);
  #head: Head | null = null;

  constructor(limits: ReaderLimits) {
    this.#limits = limits;
  }

  /** True while a request has begun and is not whole: what a time limit is measured on. */
  get midRequest(): boolean {
    return this.#pending.length > 0 || this.#head !== null;
  }

  /** What has come and is not part of a request yet. */
  get rest(): Buffer {
    return this.#pending;
  }

  push(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
  }

  /** The next event; null when more bytes are needed. */
  next(): ReadEvent | null {
    if (this.#head === null) {
      const end = this.#pending.indexOf(END_OF_HEAD);
      if (end > HEADER_MAX_BYTES || (end < 0 && this.#pending.length > HEADER_MAX_BYTES)) return refused(431);
      if (end < 0) return null;
      const head = readHead(this.#pending.toString('latin1', 0, end), this.#limits);
      if ('kind' in head) return head;
      this.#pending = this.#pending.subarray(end + END_OF_HEAD.length);
      this.#head = head;
      if (head.expects && this.#pending.length < head.length) return { kind: 'continue' };
    }
    const { length, expects: _expects, ...head } = this.#head;
    if (this.#pending.length < length) return null;
    const body = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    this.#head = null;
    return { kind: 'request', request: { ...head, body } };
  }
}

function readHead(text: string, { isOurs, bodyMaxBytes }: ReaderLimits): Head | Refused | Elsewhere {
  const [first = '', ...lines] = text.split('\r\n');
  const [, method, target, major, minor] = REQUEST_LINE.exec(first) ?? [];
  if (method === undefined || target === undefined) return refused(400);
  if (!isOurs(target)) return { kind: 'elsewhere' };
  if (major !== '1') return refused(505);
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return refused(405);

  let length: number | null = null;
  let connection = '';
  let ifNoneMatch: string | null = null;
  let expects = false;
  for (const line of lines) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined) return refused(400);
    switch (name.toLowerCase()) {
      case 'content-length':
        // RFC 9112 section 6.3: two lengths are how requests are smuggled.
        if (length !== null || !/^\d{1,9}$/.test(value)) return refused(400);
        length = Number(value);
        break;
      case 'transfer-encoding':
        return refused(411);
      case 'connection':
        connection += `,${value.toLowerCase()}`;
        break;
      case 'if-none-match':
        ifNoneMatch = ifNoneMatch === null ? value : `${ifNoneMatch},${value}`;
        break;
      case 'expect':
        expects = value.toLowerCase() === '100-continue';
        break;
    }
  }
  if (method === 'POST' && length === null) return refused(411);
  if ((length ?? 0) > bodyMaxBytes) return refused(413);
  const keepAlive =
    minor === '0' ? /,\s*keep-alive\s*(?:,|$)/.test(connection) : !/,\s*close\s*(?:,|$)/.test(connection);
  return { method, target, ifNoneMatch, keepAlive, length: length ?? 0, expects };
}

const refused = (status: Refused['status']): Refused => ({ kind: 'refused', status });
