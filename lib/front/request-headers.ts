import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';

import { mapKeyOfName } from '../hubs/gate-map-file';
import type { ShownCertificate } from './shown-certificate';

/** RFC 9110 section 7.6.1, and what proxies have used besides. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
]);

/**
 * Headers that only a front may set, with `_` read as `-`: some servers take `X_SSL_Client_Verify`
 * for the same header. `x-middleware-…` and `x-invoke-…` are Next's own (CVE-2025-29927); `proxy`
 * becomes HTTP_PROXY in CGI-like backends (CVE-2016-5385).
 */
const FRONT_ONLY =
  /^(?:x-ssl-.*|ssl-client-.*|x-client-cert.*|client-cert(?:-chain)?|x-hubgate-.*|x-forwarded-.*|forwarded|x-real-ip|x-scheme|x-middleware-.*|x-invoke-.*|x-nextjs-.*|proxy)$/;

/** Cookies of the portal: no hub ever sees or sets one. */
const PORTAL_COOKIE = /^(?:__(?:host|secure)-)?(?:hubgate|next-auth)/i;

/** Where a request came in, for the headers that say so. */
export type Arrival = {
  proto: 'http' | 'https';
  peerAddress: string;
  shown: ShownCertificate;
};

/**
 * A client's headers without what only the front may say and without what is for one hop only
 * (also headers that `Connection` names: they are dropped before ours are added, so that a client
 * cannot make ours vanish).
 */
export function clientHeaders(request: IncomingMessage): OutgoingHttpHeaders {
  const named = new Set(
    (request.headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()),
  );
  const kept = new Map<string, string[]>(); // a header may be called `constructor`
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] ?? '').toLowerCase();
    if (HOP_BY_HOP.has(name) || FRONT_ONLY.test(name.replaceAll('_', '-'))) continue;
    if (named.has(name) && name !== 'host' && name !== 'content-length') continue;
    kept.set(name, [...(kept.get(name) ?? []), request.rawHeaders[index + 1] ?? '']);
  }
  return Object.fromEntries(
    // One Cookie header, RFC 9112 allows several only in HTTP/2; the others keep their number.
    [...kept].map(([name, values]) => [
      name,
      values.length === 1 || name === 'cookie' ? values.join('; ') : values,
    ]),
  );
}

/** The headers by which the web process and the hubs learn who is there; the same as Apache's. */
export function identityHeaders(arrival: Arrival): OutgoingHttpHeaders {
  const { shown } = arrival;
  const certificate: OutgoingHttpHeaders =
    shown.verify === 'NONE'
      ? { 'x-ssl-client-verify': 'NONE' }
      : {
          'x-ssl-client-verify': shown.verify === 'SUCCESS' ? 'SUCCESS' : `FAILED:${shown.reason}`,
          'x-ssl-client-cert': shown.pem,
          'x-ssl-client-s-dn': shown.subject,
          'x-ssl-client-i-dn': shown.issuer,
          'x-ssl-client-serial': shown.serial,
          'x-ssl-client-start': shown.notBefore,
          'x-ssl-client-end': shown.notAfter,
        };
  return {
    ...certificate,
    'x-forwarded-proto': arrival.proto,
    'x-forwarded-for': arrival.peerAddress,
    // JupyterHub: configurable-http-proxy appends to X-Forwarded-Proto, X-Scheme wins over it.
    'x-scheme': arrival.proto,
  };
}

/** To the web process: everything, with the secret by which it believes the front over TCP too. */
export function portalHeaders(
  request: IncomingMessage,
  arrival: Arrival,
  secret: string,
): OutgoingHttpHeaders {
  return { ...clientHeaders(request), ...identityHeaders(arrival), 'x-hubgate-front': secret };
}

/** To a hub: never the front's secret, never a cookie of the portal. */
export function hubHeaders(request: IncomingMessage, arrival: Arrival): OutgoingHttpHeaders {
  const { cookie, ...headers } = clientHeaders(request);
  const foreign = typeof cookie === 'string' ? withoutPortalCookies(cookie) : '';
  const { shown } = arrival;
  // For hubs that bind the name that signs in to the certificate (deploy/jupyterhub).
  const account =
    shown.verify === 'SUCCESS' && shown.commonName !== null
      ? { 'x-ssl-client-cn': mapKeyOfName(shown.commonName) }
      : {};
  return {
    ...headers,
    ...(foreign === '' ? {} : { cookie: foreign }),
    ...identityHeaders(arrival),
    ...account,
  };
}

/** The value of a Cookie header without the portal's own. */
export function withoutPortalCookies(value: string): string {
  return value
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && !PORTAL_COOKIE.test(pair))
    .join('; ');
}

/** Headers of an answer, without those for one hop; of a hub's, without cookies named like the portal's. */
export function answerHeaders(
  answer: IncomingMessage,
  from: 'portal' | 'hub',
  hsts: string | null,
): OutgoingHttpHeaders {
  const kept = new Map<string, string[]>(); // a header may be called `constructor`
  for (let index = 0; index + 1 < answer.rawHeaders.length; index += 2) {
    const name = (answer.rawHeaders[index] ?? '').toLowerCase();
    const value = answer.rawHeaders[index + 1] ?? '';
    if (HOP_BY_HOP.has(name) || name === 'strict-transport-security') continue;
    if (from === 'hub' && name === 'set-cookie' && PORTAL_COOKIE.test(value.trim())) continue;
    // With it a notebook's script could install a worker for `/` in the browser of whoever looks at it,
    // which from then on answers for all hubs and for the gate's own pages.
    if (from === 'hub' && name === 'service-worker-allowed') continue;
    kept.set(name, [...(kept.get(name) ?? []), value]);
  }
  return { ...Object.fromEntries(kept), ...(hsts === null ? {} : { 'strict-transport-security': hsts }) };
}

const ONE_YEAR_SECONDS = 31_536_000;

/**
 * Strict-Transport-Security (RFC 6797) for an https origin, or null: it holds for a host name on all
 * its ports, so on localhost or beside an http address on an unusual port it would lock people out.
 */
export function hstsFor(origin: string): string | null {
  const { hostname, port } = new URL(origin);
  const local = hostname === 'localhost' || hostname.endsWith('.localhost') || /^[\d.]+$|^\[/.test(hostname);
  return local || port !== '' ? null : `max-age=${ONE_YEAR_SECONDS}`;
}
