import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Config } from '../config/schema';
import { GATE_ACCESS_HEADER } from '../hubs/gate-map-file';
import { barePage, wantsPage } from '../i18n/bare-page';
import { LANGUAGE_COOKIE, languageOf } from '../i18n/language-of';
import { LOCALES, type Locale } from '../i18n/locales';
import { translator } from '../i18n/translator';

/**
 * Answers that the front gives itself, when the web process cannot: to browsers a page that is whole in
 * itself, to callers of the API a problem of RFC 9457, to all others one sentence.
 */
const WORDED = new Set([400, 403, 405, 408, 413, 421, 502, 503, 504]);
/** It may be there in a moment: a browser asks again by itself. */
const PASSING = new Set([502, 503, 504]);
const RELOAD_SECONDS = 5;

type Site = Pick<Config['site'], 'name' | 'contact' | 'url' | 'languages'>;
type Reader = { readonly locale: Locale; readonly site: Site };
const readers = new WeakMap<ServerResponse, Reader>();

/** Chooses the language of such an answer, when its request comes in. */
export function speakTo(response: ServerResponse, site: Site): void {
  const { headers, url = '/' } = response.req;
  const chosen = new RegExp(`(?:^|;\\s*)${LANGUAGE_COOKIE}=([a-z]{2,8})(?:;|$)`).exec(headers.cookie ?? '');
  const locale = languageOf(
    {
      address: /[?&]lang=([a-z]{2,8})(?:&|$)/.exec(url)?.[1] ?? null,
      cookie: chosen?.[1],
      acceptLanguage: headers['accept-language'] ?? null,
    },
    site.languages,
  );
  readers.set(response, { locale, site });
}

const word = (status: number): string => (WORDED.has(status) ? String(status) : 'other');

const sentence = (status: number, locale: Locale): string => translator(locale)(`front.${word(status)}`);

/** Ends an answer with what the status means; does nothing once an answer has begun but to cut it off. */
export function answerPlainly(response: ServerResponse, status: number, location?: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { headers, body } = worded(response, status, location);
  response.writeHead(status, {
    ...headers,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(location === undefined ? {} : { location }),
    // RFC 9110 section 15.5.6: a 405 names what is answered.
    ...(status === 405 ? { allow: 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS' } : {}),
    ...(status === 502 || status === 503 ? { 'retry-after': '3' } : {}),
    // A body that was refused is still on its way: the connection cannot be used again.
    ...(status === 413 || status === 400 || status === 408 ? { connection: 'close' } : {}),
  });
  response.end(body);
}

function worded(
  response: ServerResponse,
  status: number,
  location: string | undefined,
): { headers: Record<string, string>; body: string } {
  const { method, url, headers } = response.req;
  const reader = readers.get(response);
  if (location === undefined && /^\/api\//.test(url ?? '')) return problem(status);
  if (location === undefined && reader !== undefined && wantsPage(headers.accept)) {
    return pageOf(reader, status, method === 'GET');
  }
  const locale = reader?.locale ?? LOCALES[0];
  return {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'content-language': locale },
    body: `${location ?? sentence(status, locale)}\n`,
  };
}

/** RFC 9457 section 4.2.1: `about:blank` where the status says all. In English, as all of the API's. */
function problem(status: number): { headers: Record<string, string>; body: string } {
  const title = STATUS_CODES[status] ?? 'Not available';
  const body = { type: 'about:blank', title, status, detail: sentence(status, LOCALES[0]) };
  return { headers: { 'content-type': 'application/problem+json' }, body: `${JSON.stringify(body)}\n` };
}

function pageOf({ locale, site }: Reader, status: number, mayReload: boolean) {
  const t = translator(locale);
  const reloads = mayReload && PASSING.has(status);
  return barePage({
    locale,
    site,
    title: t(`front.title.${word(status)}`),
    words: [
      t(`front.lede.${word(status)}`),
      ...(reloads ? [t('front.reloads', { seconds: RELOAD_SECONDS })] : []),
    ],
    again: mayReload && status !== 405,
    home: PASSING.has(status) ? null : site.url,
    ...(reloads ? { reloadSeconds: RELOAD_SECONDS } : {}),
  });
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
