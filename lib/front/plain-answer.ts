import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { GATE_ACCESS_HEADER } from '../hubs/gate-map-file';

/**
 * Answers that the front gives itself, when the web process cannot. Plain text: whoever reads it may
 * be a program, and nothing that styles a page can be loaded at this moment.
 */
const TEXTS: Readonly<Record<number, string>> = {
  400: 'This request cannot be understood.',
  403: 'This hub cannot be entered with the certificate that was shown, or without one.',
  405: 'This method is not answered here.',
  408: 'The request took too long to arrive.',
  413: 'The request is larger than this portal takes.',
  421: 'This name is not served at this port.',
  502: 'What should answer here is not running at the moment. Please try again in a few seconds.',
  503: 'Hubgate is starting. Please try again in a few seconds.',
  504: 'What should answer here did not answer in time. Please try again.',
};

/** Ends an answer with one sentence; does nothing once an answer has begun but to cut it off. */
export function answerPlainly(response: ServerResponse, status: number, location?: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(location === undefined ? {} : { location }),
    // RFC 9110 section 15.5.6: a 405 names what is answered.
    ...(status === 405 ? { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } : {}),
    ...(status === 502 || status === 503 ? { 'retry-after': '3' } : {}),
    // A body that was refused is still on its way: the connection cannot be used again.
    ...(status === 413 || status === 400 || status === 408 ? { connection: 'close' } : {}),
  });
  response.end(`${location === undefined ? (TEXTS[status] ?? 'Not available.') : location}\n`);
}

/** Which access.map decides here; GATE_ACCESS_PATH of lib/hubs/gate-map-file.ts says what for. */
export function answerAccessVersion(response: ServerResponse, version: string | undefined): void {
  response.writeHead(204, { 'cache-control': 'no-store', [GATE_ACCESS_HEADER]: version ?? 'none' });
  response.end();
}

/** A client that was refused has this long to close its side; after that the connection is cut. */
const GOODBYE_MS = 2000;

/** The same on a connection that asked for an upgrade. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  if (!socket.writable) return;
  const cut = setTimeout(() => socket.destroy(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(cut));
  socket.resume();
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n${TEXTS[status] ?? 'Not available.'}\n`,
  );
}
