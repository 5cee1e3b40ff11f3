import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { GET, POST } from '../../app/ocsp/[[...request]]/route';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { certIdOf, readResponse } from '../testing/ocsp';
import { encodeOcspRequest } from '../x509/ocsp-request';
import { ocspError } from '../x509/ocsp-response';

let house: TestHouse;
let serial: string;
let request: Uint8Array;

beforeAll(async () => {
  house = await openTestHouse();
  serial = (await house.signer.client.status()).responders[0]?.serial ?? '';
  request = encodeOcspRequest(certIdOf(house.signer.ca.signing, serial));
});
afterAll(() => house.remove());

const HTTP = 'http://localhost:8080';
const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());
const path = () => `/ocsp/${encodeURIComponent(Buffer.from(request).toString('base64'))}`;

describe('/ocsp at the portal itself', () => {
  it.each([
    ['POST', () => callRoute(house, POST, { method: 'POST', path: '/ocsp', body: request, origin: HTTP })],
    ['GET', () => callRoute(house, GET, { path: path(), origin: HTTP })],
    ['GET over https', () => callRoute(house, GET, { path: path() })],
  ])('answers %s', async (_name, call) => {
    const response = await call();
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/ocsp-response');
    expect(response.headers.get('cache-control')).toBe('max-age=3600, public, no-transform, must-revalidate');
    const { ca } = house.signer;
    expect(readResponse(await bytesOf(response), ca).statuses).toEqual({ [serial]: 'good' });
  });

  it('answers 304 and HEAD without the answer', async () => {
    const etag = (await callRoute(house, GET, { path: path() })).headers.get('etag') ?? '';
    const same = await callRoute(house, GET, { path: path(), headers: { 'if-none-match': etag } });
    expect([same.status, (await bytesOf(same)).length]).toEqual([304, 0]);
    const head = await callRoute(house, GET, { method: 'HEAD', path: path() });
    expect([head.status, (await bytesOf(head)).length]).toEqual([200, 0]);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(500);
  });

  it('says that a request is none, and takes no large ones', async () => {
    const nonsense = await callRoute(house, POST, { method: 'POST', path: '/ocsp', body: 'x' });
    expect(await bytesOf(nonsense)).toEqual(ocspError('malformedRequest'));
    expect(nonsense.headers.get('cache-control')).toBe('no-store');
    const large = await callRoute(house, POST, { method: 'POST', path: '/ocsp', body: new Uint8Array(9000) });
    expect(large.status).toBe(413);
  });

  it('is not on the canary', async () => {
    const canary = house.instance.config.site.canaryUrl;
    expect((await callRoute(house, GET, { path: path(), origin: canary })).status).toBe(404);
  });
});
