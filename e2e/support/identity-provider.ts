import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import Provider, { interactionPolicy } from 'oidc-provider';

/** A real OpenID provider with a page to sign in on, and people in groups. */
export type IdentityProvider = {
  issuer: string;
  /** Tells it where its client lives. */
  serve: (portalUrl: string) => void;
  /** Nobody answers at its address, until `up`. */
  down: () => Promise<void>;
  up: () => Promise<void>;
  stop: () => Promise<void>;
};

export const CLIENT_SECRET = 'a-secret-of-the-test';
const SCOPES = 'openid profile email groups';

/**
 * @param people account to groups; a lone text is what some providers send for a single group
 */
export async function startIdentityProvider(
  people: Record<string, { groups?: string[] | string }>,
): Promise<IdentityProvider> {
  let provider: Provider | null = null;
  let answer: ReturnType<Provider['callback']> = () => undefined;
  const server = createServer((request, response) => {
    if (provider !== null && request.url?.startsWith('/interaction/')) {
      void interact(provider, request, response);
    } else answer(request, response);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const issuer = `http://127.0.0.1:${port}`;
  return {
    issuer,
    serve: (portalUrl) => {
      provider = makeProvider(issuer, portalUrl, people);
      answer = provider.callback();
    },
    down: close,
    up: () => listen(port),
    stop: close,
  };
}

function makeProvider(
  issuer: string,
  portalUrl: string,
  people: Record<string, { groups?: string[] | string }>,
): Provider {
  const { Check, base } = interactionPolicy;
  const policy = base();
  // As Keycloak's levels of authentication: a session of the lower level is asked for the second factor.
  policy
    .get('login')
    .checks.add(
      new Check('stronger_way', 'the second factor is wanted', ({ oidc }) =>
        oidc.params['acr_values'] === 'gold' && oidc.session.acr !== 'gold'
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT,
      ),
    );
  const provider: Provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'hubgate',
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${portalUrl}/api/auth/callback/op`],
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    scopes: SCOPES.split(' '),
    claims: { openid: ['sub', 'acr', 'amr'], profile: ['preferred_username', 'name'], groups: ['groups'] },
    acrValues: ['silver', 'gold'],
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['test'] },
    features: { devInteractions: { enabled: false } },
    interactions: { policy, url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_ctx: unknown, accountId: string) => ({
      accountId,
      claims: () =>
        Promise.resolve({ sub: `sub-${accountId}`, preferred_username: accountId, ...people[accountId] }),
    }),
    loadExistingGrant: async ({
      oidc,
    }: {
      oidc: { client: { clientId: string }; session: { accountId?: string } };
    }) => {
      const grant = new provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(SCOPES);
      await grant.save();
      return grant;
    },
  });
  return provider;
}

async function interact(
  provider: Provider,
  request: IncomingMessage,
  response: Parameters<Provider['interactionFinished']>[1],
): Promise<void> {
  if (request.method === 'GET') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>The University</title><h1>The University</h1><form method="post">
      <label>Account <input name="account"></label>
      <button name="way" value="silver">Password</button>
      <button name="way" value="gold">Password and token</button></form>`);
    return;
  }
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const form = new URLSearchParams(text);
  const acr = form.get('way') ?? '';
  const amr = acr === 'gold' ? ['pwd', 'otp'] : ['pwd'];
  await provider.interactionFinished(request, response, {
    login: { accountId: form.get('account') ?? '', acr, amr },
  });
}
