import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { POST as approve } from '../../app/api/v1/admin/requests/[id]/approve/route';
import { GET as adminRequests } from '../../app/api/v1/admin/requests/route';
import { GET as byCertificate } from '../../app/auth/certificate/sign-in/route';
import { redeemSetupLink } from '../identity/redeem-setup-link';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { createPersonLink } from '../identity/setup-link';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { inBrowser, sessionValue } from '../testing/session';

const PORTAL = 'https://localhost:8443';
const GATE = 'https://gate.localhost:8444';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

/** Somebody with this role, and the cookie of a session of theirs. */
async function signedIn(login: string): Promise<string> {
  const link = await createPersonLink(house.ctx, { roles: ['approver'] });
  const user = await redeemSetupLink(house.ctx, {
    secret: link.url.split('#s=')[1] ?? '',
    login,
    displayName: login,
    email: null,
    password: 'seven green lanterns float',
  });
  return `${inBrowser(house.instance, SESSION_COOKIE)}=${await sessionValue(house.instance, user)}`;
}

describe('a session', () => {
  it('counts on the portal’s name only, and needs the portal’s origin to change anything', async () => {
    const cookie = await signedIn('paula');
    expect((await callRoute(house, adminRequests, { headers: { cookie } })).status).toBe(200);
    expect((await callRoute(house, adminRequests, { origin: GATE, headers: { cookie } })).status).toBe(401);
    expect(
      (await callRoute(house, adminRequests, { origin: 'https://x.example', headers: { cookie } })).status,
    ).toBe(401);

    const change = { params: { id: 'R-00000000' }, json: {} };
    const from = async (headers: Record<string, string>) =>
      (
        (await (await callRoute(house, approve, { ...change, headers: { cookie, ...headers } })).json()) as {
          code: string;
        }
      ).code;
    expect(await from({ origin: 'https://evil.example' })).toBe('auth.wrong-origin');
    expect(await from({ origin: GATE })).toBe('auth.wrong-origin');
    expect(await from({ origin: 'null' })).toBe('auth.wrong-origin');
    expect(await from({})).toBe('auth.wrong-origin');
    expect(await from({ origin: PORTAL })).toBe('request.not-found');
    expect(await from({ 'sec-fetch-site': 'same-origin' })).toBe('request.not-found');
  });

  it('is not replaced by a link that leads to the sign-in by certificate', async () => {
    const path = '/auth/certificate/sign-in?next=%2Fhubs';
    const cross = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    const stranger = await callRoute(house, byCertificate, { path, headers: cross });
    expect(stranger.headers.get('location')).toBe('/sign-in?problem=auth.no-certificate');
    const cookie = await signedIn('quentin');
    const known = await callRoute(house, byCertificate, { path, headers: { ...cross, cookie } });
    expect(known.headers.get('location')).toBe('/hubs');
    expect(known.headers.getSetCookie()).toEqual([]);
  });
});
