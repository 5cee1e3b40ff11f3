import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Config } from '../config/schema';
import { nextAuthRoute } from '../http/next-auth-route';
import { readSession, sessionRules, type Person } from '../identity/session';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { CookieJar } from './cookie-jar';
import { callRoute, openTestHouse, type TestHouse } from './house';
import { startTestProvider, type TestProvider } from './identity-provider';
import { inBrowser } from './session';

const PORTAL = 'https://localhost:8443';
const CLIENT = 'hubgate';

/** A house whose people sign in by a provider of identities, and a browser's steps on that way. */
export class ProviderVisits {
  private constructor(
    readonly house: TestHouse,
    readonly provider: TestProvider,
    private readonly begin: Parameters<typeof callRoute>[1],
    readonly remove: () => Promise<void>,
  ) {}

  /** Four ways to one provider: `plain`, `nested` (groups in an object), `strong` (approvers show more), `down`. `begin` is the route. */
  static async open(begin: Parameters<typeof callRoute>[1]): Promise<ProviderVisits> {
    const before = process.env['NEXTAUTH_URL'];
    process.env['NEXTAUTH_URL'] = PORTAL; // as lib/instance.ts sets it
    const dir = mkdtempSync(join(tmpdir(), 'hubgate-oidc-'));
    writeFileSync(join(dir, 'secret'), 'client-secret\n');
    const provider = await startTestProvider(CLIENT);
    const common = {
      label: 'Test',
      issuer: provider.issuer,
      clientId: CLIENT,
      clientSecretFile: join(dir, 'secret'),
      roles: { approver: ['pki-approvers'], admin: ['pki-admins'] },
    };
    const oidc = [
      { ...common, id: 'plain' },
      { ...common, id: 'nested', groupsClaim: 'realm_access.roles', allowedGroups: ['staff', 'pki-admins'] },
      { ...common, id: 'strong', approverAcr: ['gold'], approverAmr: ['otp'] },
      { ...common, id: 'down', issuer: 'http://127.0.0.1:9' },
    ];
    const house = await openTestHouse({
      config: { signIn: { secondFactor: 'off', oidc } } as unknown as Partial<Config>,
    });
    return new ProviderVisits(house, provider, begin, async () => {
      if (before === undefined) delete process.env['NEXTAUTH_URL'];
      else process.env['NEXTAUTH_URL'] = before;
      await house.remove();
      await provider.stop();
      rmSync(dir, { recursive: true, force: true });
    });
  }

  /** An honest provider again, that says nothing of anybody yet. */
  reset(): void {
    Object.assign(this.provider, { claims: {}, userinfo: {}, foreignKey: false, broken: false });
  }

  async start(jar: CookieJar, id: string, query = ''): Promise<URL> {
    const call = { path: `/auth/oidc/${id}${query}`, params: { provider: id }, headers: jar.header() };
    return new URL(whereTo(jar.take(await callRoute(this.house, this.begin, call))), PORTAL);
  }

  async comeBack(jar: CookieJar, id: string, query: Record<string, string>): Promise<string> {
    const headers = {
      ...jar.header(),
      host: new URL(PORTAL).host,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '192.0.2.7',
      'x-hubgate-transport': 'unix',
    };
    const address = `https://0.0.0.0:3000/api/auth/callback/${id}?${new URLSearchParams(query).toString()}`;
    const context = { params: Promise.resolve({ nextauth: ['callback', id] }) };
    return whereTo(jar.take(await nextAuthRoute(new Request(address, { headers }), context)));
  }

  /** The whole way, as a browser walks it. */
  async signIn(id = 'plain', query = ''): Promise<{ jar: CookieJar; location: string; url: URL }> {
    const jar = new CookieJar();
    const url = await this.start(jar, id, query);
    const state = url.searchParams.get('state') ?? '';
    const location = await this.comeBack(jar, id, { code: this.provider.codeFor(url), state });
    return { jar, location, url };
  }

  /** What the jar holds under one of the portal's names. */
  cookieOf(jar: CookieJar, name: string): string | undefined {
    return jar.cookies.get(inBrowser(this.house.instance, name));
  }

  personOf(jar: CookieJar): Promise<Person | null> {
    const { config, secrets } = this.house.instance;
    const rules = sessionRules(config, secrets.session);
    return readSession(this.house.ctx.db, this.cookieOf(jar, SESSION_COOKIE), rules, new Date());
  }
}

function whereTo(answer: Response): string {
  const location = answer.headers.get('location');
  if (answer.status === 303 && location !== null) return location;
  throw new Error(`the browser was not led on: ${answer.status}`);
}
