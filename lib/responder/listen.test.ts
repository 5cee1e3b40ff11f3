import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { certIdOf, readResponse } from '../testing/ocsp';
import { encodeOcspRequest } from '../x509/ocsp-request';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { ocspError } from '../x509/ocsp-response';
import { listenForOcsp, type ListeningResponder } from './listen';
import { openResponder, type Responder } from './responder';

const run = promisify(execFile);
const silent = { info: () => undefined, warn: () => undefined };
const folder = mkdtempSync(join(tmpdir(), 'hubgate-ocsp-'));
const path = join(folder, 'ocsp.sock');
let signer: TestSigner;
let responder: Responder;
let listening: ListeningResponder;
let request: Uint8Array;
let serial: string;

beforeAll(async () => {
  signer = await startTestSigner();
  responder = openResponder({ signer: signer.client, now: Date.now, log: silent });
  writeFileSync(path, 'left by a dead process');
  listening = await listenForOcsp({ path, responder, now: Date.now });
  serial = (await signer.client.status()).responders[0]?.serial ?? ''; // any certificate that was issued
  request = encodeOcspRequest(certIdOf(signer.ca.signing, serial));
  writeFileSync(join(folder, 'request.der'), request);
});
afterAll(async () => {
  await listening.close(100);
  responder.stop();
  await signer.remove();
  rmSync(folder, { recursive: true, force: true });
});

type Answer = { status: number; headers: Map<string, string>; body: Buffer };

async function curl(...args: string[]): Promise<Answer> {
  const { stdout } = await run('curl', ['-s', '-i', '--unix-socket', path, ...args], {
    encoding: 'buffer',
    cwd: folder,
  });
  return parse(stdout);
}

function parse(bytes: Buffer): Answer {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  return { status: Number(first.split(' ')[1]), headers, body: bytes.subarray(end + 4) };
}

/** Everything that comes back for these bytes until the other side ends. */
function speak(...pieces: (string | Uint8Array)[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket: Socket = connect(path, () => {
      for (const piece of pieces) socket.write(piece);
    });
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks)));
  });
}

const base64 = () => Buffer.from(request).toString('base64');
const post = (...more: string[]) =>
  curl(
    '--data-binary',
    '@request.der',
    '-H',
    'Content-Type: application/ocsp-request',
    ...more,
    'http://x/ocsp',
  );

describe('OCSP over HTTP', () => {
  it('listens for the group of the front, in place of what was left there', () => {
    expect(statSync(path).mode & 0o777).toBe(0o660);
    expect(statSync(path).isSocket()).toBe(true);
  });

  it('answers POST and GET alike, with what RFC 5019 tells caches', async () => {
    const posted = await post();
    const got = await curl(`http://x/ocsp/${encodeURIComponent(base64())}`);
    expect(got.body).toEqual(posted.body);
    for (const { status, headers, body } of [posted, got]) {
      const read = readResponse(body, { signing: signer.ca.signing, root: signer.ca.root });
      expect(read.statuses).toEqual({ [serial]: 'good' });
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('application/ocsp-response');
      expect(headers.get('cache-control')).toBe('max-age=3600, public, no-transform, must-revalidate');
      expect(headers.get('last-modified')).toBe(read.thisUpdate.toUTCString());
      expect(headers.get('expires')).toBe(read.nextUpdate.toUTCString());
      expect(headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/);
      expect(Math.abs(Date.parse(headers.get('date') ?? '') - Date.now())).toBeLessThan(3000);
    }
  });

  it('says that nothing changed, and answers HEAD without the answer', async () => {
    const url = `http://x/ocsp/${base64()}`;
    const { headers, body } = await curl(url);
    const again = await curl('-H', `If-None-Match: "other", ${headers.get('etag') ?? ''}`, url);
    expect(again.status).toBe(304);
    expect(again.body).toHaveLength(0);
    expect(again.headers.get('cache-control')).toMatch(/^max-age=/);
    const head = await curl('-I', url);
    expect(head.status).toBe(200);
    expect(head.headers.get('content-length')).toBe(String(body.length));
  });

  it('lets nobody keep what is for one client, and little of what it does not know', async () => {
    const unknown = Buffer.from(encodeOcspRequest(certIdOf(signer.ca.signing, '05'))).toString('base64');
    expect((await curl(`http://x/ocsp/${encodeURIComponent(unknown)}`)).headers.get('cache-control')).toBe(
      'max-age=300, public, no-transform, must-revalidate',
    );
    for (const rest of ['', '/', '/no-base64', '/AAAA', '/%']) {
      const { status, headers, body } = await curl(`http://x/ocsp${rest}`);
      expect(status).toBe(200);
      expect(body).toEqual(Buffer.from(ocspError('malformedRequest')));
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.has('etag')).toBe(false);
    }
  });

  it('answers one request after the other on a connection, however they arrive', async () => {
    const one = Buffer.concat([
      Buffer.from(`POST /ocsp HTTP/1.1\r\nHost: x\r\nContent-Length: ${request.length}\r\n\r\n`),
      request,
    ]);
    const last = `GET /ocsp/${base64()} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    const answers = await speak(one, Buffer.concat([one, one.subarray(0, 20)]), one.subarray(20), last);
    expect(answers.toString('latin1').match(/HTTP\/1\.1 200 OK/g)).toHaveLength(4);
    expect(answers.toString('latin1').match(/Connection: keep-alive/g)).toHaveLength(3);
  });

  it('tells a client that waits for it to go on', async () => {
    const answer = await post('-v', '-H', 'Expect: 100-continue', '--expect100-timeout', '10');
    expect(answer.status).toBe(100); // the first head that curl shows
    expect(parse(answer.body).status).toBe(200);
  });

  it.each([
    ['another place', 'GET /admin HTTP/1.1\r\nHost: x\r\n\r\n', 404],
    ['a body too long', 'POST /ocsp HTTP/1.1\r\nContent-Length: 8193\r\n\r\n', 413],
    ['chunks', 'POST /ocsp HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 411],
    ['another method', 'DELETE /ocsp HTTP/1.1\r\n\r\n', 405],
    ['no HTTP at all', '\x16\x03\x01\r\n\r\n', 400],
    ['a head that never ends', `GET /ocsp/${'A'.repeat(9000)}`, 431],
  ])('refuses %s and ends the connection', async (_name, bytes, status) => {
    const answer = parse(await speak(bytes, 'GET /ocsp/AAAA HTTP/1.1\r\n\r\n'));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('connection')).toBe('close');
  });

  it('cuts a client that sends a request byte by byte', async () => {
    const started = performance.now();
    const socket = connect(path);
    const trickle = setInterval(() => socket.write('a'), 200);
    socket.write('GET /ocsp/');
    await new Promise((resolve) => socket.on('error', () => undefined).on('close', resolve));
    clearInterval(trickle);
    expect(performance.now() - started).toBeGreaterThan(9000);
    expect(performance.now() - started).toBeLessThan(15_000);
  }, 20_000);

  it('does not pile up answers for a client that does not read', async () => {
    const many = `GET /ocsp/${base64()} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(40);
    const socket = connect(path);
    socket.pause();
    await new Promise((resolve) => socket.once('connect', resolve));
    let sent = 0;
    // Stops taking more: the kernel's buffers are full, and ours hold a chunk's answers.
    while (socket.writableLength < 1024 * 1024 && sent < 50_000) {
      socket.write(many);
      sent += 40;
      if (sent % 4000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(socket.writableLength).toBeGreaterThanOrEqual(1024 * 1024);
    socket.destroy();
  });
});
