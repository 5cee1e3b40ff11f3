import { NextResponse, type NextRequest } from 'next/server';

import { addressLanguage, HERE_HEADER, LANGUAGE_HEADER, languageCookie } from '#lib/http/language';
import { nameRefusal } from '#lib/http/name-refusal';
import { contentSecurityPolicy, strictTransport } from '#lib/http/security-headers';
import { pagePath, routeFor, SAID_HEADER, WORDLESS_HEADER } from '#lib/http/site-routing';
import { requestOrigin, siteRole } from '#lib/http/site';
import { requestIdOf } from '#lib/http/request-id';
import { instance } from '#lib/instance';

/**
 * In front of every page: which name this is and what it serves, the nonce of the content security
 * policy, the request id. Route handlers under /api and the downloads decide for themselves.
 */
export async function proxy(request: NextRequest): Promise<NextResponse> {
  const { config } = await instance();
  const host = request.headers.get('host');
  const proto = request.headers.get('x-forwarded-proto');
  const { pathname, search } = request.nextUrl;
  const requestId = requestIdOf(request.headers.get('x-request-id'));
  const decision = routeFor({
    site: siteRole(host, proto, config),
    path: pathname,
    search,
    method: request.method,
    accept: request.headers.get('accept'),
    wordless: request.headers.get(WORDLESS_HEADER),
    config,
  });
  if (decision.kind === 'redirect') {
    return new NextResponse(null, {
      status: decision.status,
      headers: { location: decision.location, 'cache-control': 'no-store', 'x-request-id': requestId },
    });
  }
  if (decision.kind === 'refuse') {
    const asked = { headers: request.headers, search: request.nextUrl.searchParams };
    const { headers, body } = nameRefusal(asked, { why: decision.why, requestId }, config);
    return new NextResponse(body, { status: decision.status, headers });
  }

  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy(nonce, config, requestOrigin(host, proto));
  const forwarded = new Headers(request.headers);
  // Next puts the nonce of this header on its own scripts; pages read x-nonce.
  forwarded.set('content-security-policy', policy);
  forwarded.set('x-nonce', nonce);
  forwarded.set('x-request-id', requestId);

  // What the address says about the language, for this page and, as a cookie, for the next ones.
  const language = addressLanguage(request.nextUrl.searchParams, config.site.languages);
  forwarded.delete(LANGUAGE_HEADER);
  forwarded.delete(WORDLESS_HEADER);
  if (language !== null) forwarded.set(LANGUAGE_HEADER, language);
  forwarded.set(HERE_HEADER, pagePath(pathname, search));

  let response: NextResponse;
  if (decision.kind === 'rewrite') {
    const url = request.nextUrl.clone();
    url.pathname = decision.path;
    response = NextResponse.rewrite(url, {
      request: { headers: forwarded },
      ...(decision.status === undefined ? {} : { status: decision.status }),
    });
  } else {
    response = NextResponse.next({ request: { headers: forwarded } });
  }
  const { headers } = response;
  // Its status has words already: bin/spoken-errors.mjs lets it pass.
  if (decision.kind === 'rewrite' && decision.status !== undefined) headers.set(SAID_HEADER, '1');
  headers.set('content-security-policy', policy);
  headers.set('x-request-id', requestId);
  if (language !== null) headers.append('set-cookie', languageCookie(language));
  headers.set('x-content-type-options', 'nosniff');
  headers.set('x-frame-options', 'DENY');
  // Not no-referrer: browsers would then send `Origin: null` with forms, and every form be refused.
  headers.set('referrer-policy', 'same-origin');
  headers.set('cross-origin-opener-policy', 'same-origin');
  headers.set('permissions-policy', 'camera=(), microphone=(), geolocation=()');
  const transport = strictTransport(requestOrigin(host, proto));
  if (transport !== null) headers.set('strict-transport-security', transport);
  return response;
}

export const config = {
  // Not for route handlers (their bodies would be buffered) nor for files with a hash in their name.
  // Whole names: `/metricsX` is a page like any other, with the policy. One literal, or Next cannot read it.
  matcher: [
    '/((?!api/|_next/static/|_next/image$|fonts/|(?:healthz|readyz|metrics)$|(?:crl|ca)/[^/]+$|ocsp(?:/|$)|trust/(?:nonce|proof|return)$|auth/certificate(?:/start|/finish)?$).*)',
  ],
};
