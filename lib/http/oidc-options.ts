import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';

import type { NextAuthOptions, TokenSet } from 'next-auth';

import type { OidcProvider } from '../config/sign-in';
import { HubgateError } from '../errors';
import type { Instance } from '../instance';
import { cookieTag, wireName } from './cookies';
import { nextAuthOptions } from './next-auth-options';
import { safeNext } from './safe-next';

/** A visit to the provider takes minutes when people look for their phone. */
const VISIT_SECONDS = 15 * 60;
/** A provider that takes longer is down. */
const PROVIDER_TIMEOUT_MS = 8000;

/** The cookie that keeps where to go afterwards, while the browser is at the provider. */
export const CALLBACK_COOKIE = '__Host-hubgate-callback';

type UserinfoRequest = {
  client: {
    userinfo: (tokens: TokenSet) => Promise<Record<string, unknown>>;
    issuer: { userinfo_endpoint?: string };
  };
  tokens: TokenSet & { claims: () => Record<string, unknown> };
};

/**
 * next-auth's options for one provider: discovery, PKCE, state and nonce are its work, and openid-client's
 * beneath it, which verifies signature, issuer, audience, nonce and times of the ID token (OpenID Connect
 * Core section 3.1.3.7).
 *
 * @param seen is told who came back, or what went wrong; next-auth's own session is never made
 */
export function oidcOptions(
  house: Instance,
  provider: OidcProvider,
  seen: { claims?: (claims: Record<string, unknown>) => void; failed?: (error: unknown) => void } = {},
): NextAuthOptions {
  const base = nextAuthOptions(house);
  const tag = cookieTag(house);
  const options = {
    httpOnly: true,
    secure: true,
    sameSite: 'lax' as const,
    path: '/',
    maxAge: VISIT_SECONDS,
  };
  const cookie = (name: string) => ({ name: wireName(`__Host-hubgate-oidc-${name}`, tag), options });
  const clientSecret = secretOf(house, provider);
  return {
    ...base,
    cookies: {
      ...base.cookies,
      pkceCodeVerifier: cookie('pkce'),
      state: cookie('state'),
      nonce: cookie('nonce'),
    },
    providers: [
      {
        id: provider.id,
        name: provider.label,
        type: 'oauth',
        wellKnown: `${provider.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
        issuer: provider.issuer,
        clientId: provider.clientId,
        ...(clientSecret === null
          ? { client: { token_endpoint_auth_method: 'none' as const } }
          : { clientSecret }),
        authorization: { params: { scope: provider.scopes } },
        checks: ['pkce', 'state', 'nonce'],
        idToken: true,
        httpOptions: { timeout: PROVIDER_TIMEOUT_MS },
        userinfo: { request: (context) => allClaims(context as unknown as UserinfoRequest) },
        profile: (claims: Record<string, unknown>) => ({ id: String(claims['sub']) }),
      },
    ],
    callbacks: {
      ...base.callbacks,
      redirect: ({ url, baseUrl }) => `${baseUrl}${safeNext(pathOf(url, baseUrl), '/')}`,
      signIn: ({ profile }) => {
        seen.claims?.({ ...profile });
        return '/'; // the portal begins the session itself: there may be a second factor to ask for
      },
    },
    logger: {
      error: (_code, metadata) => seen.failed?.(metadata instanceof Error ? metadata : metadata.error),
      warn: () => undefined,
      debug: () => undefined,
    },
  };
}

/** Claims of the ID token, and those that the provider keeps for its userinfo endpoint; the token's count. */
async function allClaims({ client, tokens }: UserinfoRequest): Promise<Record<string, unknown>> {
  const signed = tokens.claims();
  if (client.issuer.userinfo_endpoint === undefined) return signed;
  return { ...(await client.userinfo(tokens)), ...signed };
}

function pathOf(url: string, baseUrl: string): string | undefined {
  if (!URL.canParse(url, baseUrl)) return undefined;
  const { origin, pathname, search } = new URL(url, baseUrl);
  return origin === baseUrl ? pathname + search : undefined;
}

/** @throws {HubgateError} `config.missing-file` when the file of the secret cannot be read */
function secretOf(house: Pick<Instance, 'baseDir'>, { id, clientSecretFile }: OidcProvider): string | null {
  if (clientSecretFile === '') return null;
  const file = isAbsolute(clientSecretFile) ? clientSecretFile : resolve(house.baseDir, clientSecretFile);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new HubgateError(
      'config.missing-file',
      `signIn.oidc (${id}): clientSecretFile names ${file}, which cannot be read.`,
      { params: { file }, cause },
    );
  }
}
