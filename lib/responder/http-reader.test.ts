import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { HEADER_MAX_BYTES, OcspHttpReader, type ReadEvent } from './http-reader';
import { isOcspTarget } from './ocsp-target';

const BODY_MAX = 100;
const reader = () => new OcspHttpReader({ isOurs: isOcspTarget, bodyMaxBytes: BODY_MAX });

/** Everything that these bytes make, handed over in these pieces. */
function events(...chunks: Uint8Array[]): ReadEvent[] {
  const one = reader();
  const found: ReadEvent[] = [];
  for (const chunk of chunks) {
    one.push(Buffer.from(chunk));
    for (let event = one.next(); event !== null; event = one.next()) {
      found.push(event);
      if (event.kind === 'refused' || event.kind === 'elsewhere') return found;
    }
  }
  return found;
}
const text = (...lines: string[]): Buffer => Buffer.from(lines.join('\r\n'), 'latin1');
const GET = text('GET /ocsp/MEUw HTTP/1.1', 'Host: x', 'If-None-Match: "a"', '', '');
const POST = text('POST /ocsp HTTP/1.1', 'Host: x', 'Content-Length: 3', '', 'abc');

describe('a request', () => {
  it('is read with what OCSP needs of it', () => {
    expect(events(GET)).toMatchObject([
      {
        kind: 'request',
        request: { method: 'GET', target: '/ocsp/MEUw', ifNoneMatch: '"a"', keepAlive: true },
      },
    ]);
    expect(events(POST)).toMatchObject([{ request: { method: 'POST', body: Buffer.from('abc') } }]);
  });

  it('is the same in whatever pieces it comes, and so are those behind it', () => {
    const whole = Buffer.concat([POST, GET, POST]);
    const expected = events(whole);
    expect(expected).toHaveLength(3);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: whole.length }), { maxLength: 12 }), (cuts) => {
        const places = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const chunks = places.slice(1).map((end, at) => whole.subarray(places[at], end));
        expect(JSON.stringify(events(...chunks))).toBe(JSON.stringify(expected));
      }),
    );
  });

  it.each([
    ['HTTP/1.1', [], true],
    ['HTTP/1.1', ['Connection: close'], false],
    ['HTTP/1.1', ['Connection: TE, Close'], false],
    ['HTTP/1.0', [], false],
    ['HTTP/1.0', ['Connection: Keep-Alive'], true],
  ])('of %s with %j keeps the connection: %s', (version, headers, keepAlive) => {
    const bytes = text(`GET /ocsp/MEUw ${version}`, ...headers, '', '');
    expect(events(bytes)).toMatchObject([{ request: { keepAlive } }]);
  });

  it('that waits for "100 Continue" hears it, unless its body is there already', () => {
    const head = text('POST /ocsp HTTP/1.1', 'Expect: 100-continue', 'Content-Length: 3', '', '');
    expect(events(head, Buffer.from('abc')).map(({ kind }) => kind)).toEqual(['continue', 'request']);
    expect(events(Buffer.concat([head, Buffer.from('abc')])).map(({ kind }) => kind)).toEqual(['request']);
  });

  it.each([['GET / HTTP/1.1'], ['GET /ocspx HTTP/1.1'], ['POST /certs HTTP/1.1'], ['OPTIONS /ca HTTP/1.1']])(
    'for another place is left as it came: %s',
    (line) => {
      const one = reader();
      const bytes = text(line, 'Content-Length: 100000', '', 'rest');
      one.push(bytes);
      expect(one.next()).toEqual({ kind: 'elsewhere' });
      expect(one.rest).toEqual(bytes);
    },
  );
});

describe('what has two readings is refused', () => {
  const post = (...headers: string[]) => text('POST /ocsp HTTP/1.1', ...headers, '', 'abc');
  it.each([
    ['two lengths', post('Content-Length: 3', 'Content-Length: 3'), 400],
    ['a list of lengths', post('Content-Length: 3, 3'), 400],
    ['a length with a sign', post('Content-Length: +3'), 400],
    ['a length in hex', post('Content-Length: 0x3'), 400],
    ['a length without digits', post('Content-Length:'), 400],
    ['chunks', post('Transfer-Encoding: chunked'), 411],
    ['a length and chunks', post('Content-Length: 3', 'Transfer-Encoding: chunked'), 411],
    ['no length', post('Host: x'), 411],
    ['a body too long', post(`Content-Length: ${BODY_MAX + 1}`), 413],
    ['a blank before the colon', post('Content-Length : 3'), 400],
    ['a folded header', post('X: a', ' b', 'Content-Length: 3'), 400],
    ['a header without a name', post(': 3', 'Content-Length: 3'), 400],
    ['a bare line feed', post('X: a\nContent-Length: 3'), 400],
    ['a bare carriage return', post('X: a\rContent-Length: 3'), 400],
    ['a zero byte', post('X: a\0', 'Content-Length: 3'), 400],
    ['a method of our own', text('BREW /ocsp HTTP/1.1', '', ''), 405],
    ['another version', text('GET /ocsp/x HTTP/2.0', '', ''), 505],
    ['no version', text('GET /ocsp/x', '', ''), 400],
    ['an absolute address', text('GET http://x/ocsp/x HTTP/1.1', '', ''), 400],
    ['two blanks', text('GET  /ocsp/x HTTP/1.1', '', ''), 400],
    ['a head without end', Buffer.alloc(HEADER_MAX_BYTES + 1, 'a'), 431],
    ['a head too long', text('GET /ocsp/x HTTP/1.1', `X: ${'a'.repeat(HEADER_MAX_BYTES)}`, '', ''), 431],
  ])('%s', (_name, bytes, status) => {
    expect(events(bytes)).toEqual([{ kind: 'refused', status }]);
  });

  it("and strangers' bytes are requests within limits or a refusal", () => {
    const piece = fc.oneof(
      fc.constantFrom('GET', 'POST', ' ', '/ocsp', '/', 'HTTP/1.1', '\r\n', '\r\n\r\n', ':', '\n', '\0'),
      fc.constantFrom('Content-Length: 3', 'Content-Length: 99', 'Transfer-Encoding: chunked', 'Host: x'),
      fc.string({ unit: 'binary', maxLength: 8 }),
    );
    const mutated = fc
      .tuple(fc.nat(), fc.uint8Array({ maxLength: 3 }), fc.nat({ max: 3 }))
      .map(([at, by, cut]) => {
        const place = at % POST.length;
        return Buffer.concat([POST.subarray(0, place), by, POST.subarray(place + cut)]);
      });
    const input = fc.oneof(
      mutated,
      fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.from(pieces.join(''), 'latin1')),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(input, (bytes) => {
        for (const event of events(bytes)) {
          if (event.kind !== 'request') continue;
          expect(['GET', 'HEAD', 'POST']).toContain(event.request.method);
          expect(isOcspTarget(event.request.target)).toBe(true);
          expect(event.request.body.length).toBeLessThanOrEqual(BODY_MAX);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
