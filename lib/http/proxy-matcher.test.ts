import { unstable_doesMiddlewareMatch } from 'next/experimental/testing/server';
import { describe, expect, it } from 'vitest';

import { config } from '../../proxy';

const goesThrough = (path: string) =>
  unstable_doesMiddlewareMatch({ config, nextConfig: {}, url: `https://localhost:8443${path}` });

describe('the proxy, which sets the content policy and keeps pages to their names', () => {
  it.each([
    ...['/', '/ca', '/certs', '/admin', '/status/cert-check', '/gate-refused', '/nothing'],
    ...['/metricsX', '/healthzX', '/readyz2', '/metrics/x', '/_next/imageX', '/_next/staticX', '/fontsX'],
    ...['/authX', '/auth/nothing', '/auth/certificateX', '/trust/nothing', '/ca/a/b', '/crl/a/b', '/apiX'],
    ...['/ocspX', '/OCSP'],
  ])('stands before %s', (path) => {
    expect(goesThrough(path)).toBe(true);
  });

  it.each([
    ...['/api/v1/requests', '/api/cert-check', '/healthz', '/readyz', '/metrics', '/metrics?x=1'],
    ...['/_next/static/chunks/a.js', '/fonts/x.woff2', '/ca/root-ca.crt', '/crl/root-ca.crl'],
    ...['/ocsp', '/ocsp/MEUw', '/ocsp/ME/w', '/ocsp/ME%2Fw'],
    ...['/trust/nonce', '/trust/proof', '/trust/return', '/auth/certificate'],
    ...['/auth/certificate/start', '/auth/certificate/finish'],
  ])('leaves %s to its route', (path) => {
    expect(goesThrough(path)).toBe(false);
  });
});
