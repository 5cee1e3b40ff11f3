import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { GET as begin } from '../../app/auth/oidc/[provider]/route';
import { POST as approve } from '../../app/api/v1/admin/requests/[id]/approve/route';
import { requirePermission } from '../identity/authorise';
import { HALF_COOKIE } from '../identity/half-sign-in';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { CookieJar } from '../testing/cookie-jar';
import { callRoute } from '../testing/house';
import { ProviderVisits } from '../testing/provider-visits';

const PORTAL = 'https://localhost:8443';

let visits: ProviderVisits;
beforeAll(async () => {
  visits = await ProviderVisits.open(begin);
});
afterAll(() => visits.remove());
beforeEach(() => visits.reset());

describe('approvers of a provider that asks for more', () => {
  it('may look, and decide only after the stronger way', async () => {
    visits.provider.claims = {
      sub: 'erna-1',
      preferred_username: 'erna',
      groups: ['pki-approvers'],
      acr: 'silver',
    };
    const { jar, url } = await visits.signIn('strong');
    expect(url.searchParams.get('acr_values')).toBeNull();
    expect((await visits.personOf(jar))?.session).toMatchObject({ stepUp: 'strong' });
    const decide = async (browser: CookieJar) => {
      const headers = { ...browser.header(), origin: PORTAL };
      const answer = await callRoute(visits.house, approve, {
        params: { id: 'R-00000000' },
        json: {},
        headers,
      });
      return ((await answer.json()) as { code: string }).code;
    };
    expect(await decide(jar)).toBe('auth.step-up');
    // Nor do they make an approver of somebody, or a token that decides, by their other roles.
    const weak = await visits.personOf(jar);
    const actor = { ...(weak as NonNullable<typeof weak>), roles: ['admin'] as const };
    for (const permission of ['people.manage', 'tokens.manage'] as const) {
      expect(() => requirePermission({ actor }, permission)).toThrow(
        expect.objectContaining({ code: 'auth.step-up' }),
      );
    }
    requirePermission({ actor }, 'people.read');
    const confirmed = new CookieJar();
    const again = await visits.start(confirmed, 'strong', '?confirm=yes&next=/admin');
    expect(again.searchParams.get('acr_values')).toBe('gold');
    visits.provider.claims = { ...visits.provider.claims, acr: 'gold' };
    const state = again.searchParams.get('state') ?? '';
    expect(await visits.comeBack(confirmed, 'strong', { code: visits.provider.codeFor(again), state })).toBe(
      '/admin',
    );
    expect((await visits.personOf(confirmed))?.session?.stepUp).toBeUndefined();
    expect(await decide(confirmed)).toBe('request.not-found');
    visits.provider.claims = { ...visits.provider.claims, acr: undefined, amr: ['pwd', 'otp'] };
    expect((await visits.personOf((await visits.signIn('strong')).jar))?.session?.stepUp).toBeUndefined();
  });

  it('count as two factors where the provider says so; otherwise the portal asks for its own', async () => {
    const { signIn: rules } = visits.house.instance.config;
    rules.secondFactor = 'approvers';
    try {
      visits.provider.claims = { sub: 'fina-1', groups: ['pki-approvers'], acr: 'gold' };
      expect((await visits.signIn('strong')).location).toBe('/admin');
      visits.provider.claims = { sub: 'gina-1', groups: ['pki-approvers'] };
      const { jar, location } = await visits.signIn('plain');
      expect(location).toBe('/sign-in/second');
      expect(visits.cookieOf(jar, HALF_COOKIE)).toMatch(/./);
      expect(visits.cookieOf(jar, SESSION_COOKIE)).toBeUndefined();
    } finally {
      rules.secondFactor = 'off';
    }
  });
});
