import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { GATE_ACCESS_HEADER } from '../hubs/gate-map-file';
import { LOCALES, type Locale } from '../i18n/locales';
import { translator } from '../i18n/translator';
import { wantedLanguage } from '../i18n/wanted-language';

/**
 * Answers that the front gives itself, when the web process cannot. Plain text: whoever reads it may
 * be a program, and nothing that styles a page can be loaded at this moment.
 */
const WORDED = new Set([400, 403, 405, 408, 413, 421, 502, 503, 504]);
const languages = new WeakMap<ServerResponse, Locale>();

/** Chooses the language of such an answer, when its request comes in. @param offered `site.languages` */
export function speakTo(response: ServerResponse, offered: readonly Locale[]): void {
  languages.set(response, wantedLanguage(response.req.headers['accept-language'] ?? null, offered));
}

const sentence = (status: number, locale: Locale): string =>
  translator(locale)(`front.${WORDED.has(status) ? status : 'other'}`);

/** Ends an answer with one sentence; does nothing once an answer has begun but to cut it off. */
export function answerPlainly(response: ServerResponse, status: number, location?: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const locale = languages.get(response) ?? LOCALES[0];
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-language': locale,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(location === undefined ? {} : { location }),
    // RFC 9110 section 15.5.6: a 405 names what is answered.
    ...(status === 405 ? { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } : {}),
    ...(status === 502 || status === 503 ? { 'retry-after': '3' } : {}),
    // A body that was refused is still on its way: the connection cannot be used again.
    ...(status === 413 || status === 400 || status === 408 ? { connection: 'close' } : {}),
  });
  response.end(`${location ?? sentence(status, locale)}\n`);
}

/** Which access.map decides here; GATE_ACCESS_PATH of lib/hubs/gate-map-file.ts says what for. */
export function answerAccessVersion(response: ServerResponse, version: string | undefined): void {
  response.writeHead(204, { 'cache-control': 'no-store', [GATE_ACCESS_HEADER]: version ?? 'none' });
  response.end();
}

/** A client that was refused has this long to close its side; after that the connection is cut. */
const GOODBYE_MS = 2000;

/** The same on a connection that asked for an upgrade; no person reads it. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  if (!socket.writable) return;
  const cut = setTimeout(() => socket.destroy(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(cut));
  socket.resume();
  socket.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n${sentence(status, LOCALES[0])}\n`,
  );
}
