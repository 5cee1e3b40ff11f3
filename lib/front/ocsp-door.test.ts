import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openResponder, type Responder } from '../responder/responder';
import { certIdOf, readResponse } from '../testing/ocsp';
import { encodeOcspRequest } from '../x509/ocsp-request';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { openOcspDoor, type OcspDoor } from './ocsp-door';

const silent = { info: () => undefined, warn: () => undefined };
let signer: TestSigner;
let responder: Responder;
let server: Server;
let door: OcspDoor;
let port: number;
let ocsp: string;

beforeAll(async () => {
  signer = await startTestSigner();
  responder = openResponder({ signer: signer.client, now: Date.now, log: silent });
  server = createServer({ headersTimeout: 1000, connectionsCheckingInterval: 200 }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => response.end(`node ${request.method} ${request.url} ${body}\n`));
  });
  door = openOcspDoor(server, responder, Date.now);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  const serial = (await signer.client.status()).responders[0]?.serial ?? '';
  const request = encodeOcspRequest(certIdOf(signer.ca.signing, serial));
  ocsp = `/ocsp/${encodeURIComponent(Buffer.from(request).toString('base64'))}`;
});
afterAll(async () => {
  door.cut();
  server.closeAllConnections();
  server.close();
  responder.stop();
  await signer.remove();
});

const get = (path: string, ...headers: string[]): string =>
  [`GET ${path} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');

/** What comes back for these pieces, one turn apart, until the other side ends or `enough` is there. */
function speak(pieces: readonly string[], enough: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const socket = connect(port, '127.0.0.1', () => {
      const send = (at: number): void => {
        const piece = pieces[at];
        if (piece === undefined) return;
        socket.write(piece, 'latin1');
        setTimeout(() => send(at + 1), 30);
      };
      send(0);
    });
    socket.on('data', (chunk) => {
      said += chunk.toString('latin1');
      if (enough.test(said)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(said));
  });
}

describe('the door for OCSP on the http port', () => {
  it('answers OCSP and leaves everything else to the server', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}${ocsp}`);
    expect(answer.headers.get('content-type')).toBe('application/ocsp-response');
    readResponse(Buffer.from(await answer.arrayBuffer()), {
      signing: signer.ca.signing,
      root: signer.ca.root,
    });
    expect(await (await fetch(`http://127.0.0.1:${port}/ca`)).text()).toBe('node GET /ca \n');
    const posted = await fetch(`http://127.0.0.1:${port}/x`, { method: 'POST', body: 'y'.repeat(50_000) });
    expect(await posted.text()).toBe(`node POST /x ${'y'.repeat(50_000)}\n`);
  });

  it('hands a connection over when it asks for something else, whatever is on the way', async () => {
    const said = await speak([get(ocsp), get(ocsp) + get('/ca'), get('/crl', 'Connection: close')], /\/crl/);
    expect(said.match(/application\/ocsp-response/g)).toHaveLength(2);
    expect(said.match(/node GET \/ca/g)).toHaveLength(1);
    expect(said).toContain('node GET /crl');
    expect(said.indexOf('node GET /ca')).toBeGreaterThan(said.lastIndexOf('application/ocsp-response'));
  });

  it.each(['/ocspx', '/ocs', '/OCSP/x', '/'])('does not take %s for OCSP', async (path) => {
    expect(await (await fetch(`http://127.0.0.1:${port}${path}`)).text()).toBe(`node GET ${path} \n`);
  });

  it('leaves a beginning that is too short to tell to the server, which answers too', async () => {
    const said = await speak(['G', `${get('/ca').slice(1)}`], /node/);
    expect(said).toContain('node GET /ca');
  });

  it("keeps the server's own limit on slow headers", async () => {
    const started = performance.now();
    const said = await speak(['GET /ca HTTP/1.1\r\nHost: x\r\n'], /408/);
    expect(said).toContain('408');
    expect(performance.now() - started).toBeLessThan(5000);
  });

  it('cuts a connection that says nothing', async () => {
    const started = performance.now();
    expect(await speak([], /./)).toBe('');
    expect(performance.now() - started).toBeGreaterThan(9000);
  }, 20_000);
});
