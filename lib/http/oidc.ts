import type { OidcProvider } from '../config/sign-in';
import { HubgateError, isHubgateError } from '../errors';
import { signInWithProvider } from '../identity/sign-in-with-provider';
import type { Instance } from '../instance';
import { callNextAuth } from './call-next-auth';
import { makeCtx, type Caller } from './caller';
import { cookieTag, hostCookie, wireName } from './cookies';
import { log } from './log';
import { CALLBACK_COOKIE, oidcOptions } from './oidc-options';
import { safeNext } from './safe-next';
import { afterFirstFactor, homeOf } from './start-session';

/** The provider of this id. @throws {HubgateError} `http.not-found` */
export function providerOf(house: Pick<Instance, 'config'>, id: string): OidcProvider {
  const provider = house.config.signIn.oidc.find((one) => one.id === id);
  if (provider !== undefined) return provider;
  throw new HubgateError('http.not-found', 'There is no such way to sign in.');
}

/**
 * Leads the browser to the provider. `confirm`: to the stronger way that approvals need, also when it has
 * a session there.
 */
export async function startOidc(
  house: Instance,
  caller: Caller,
  input: { provider: OidcProvider; next: string; confirm: boolean },
): Promise<Response> {
  const { provider, next, confirm } = input;
  let failure: unknown = null;
  const options = oidcOptions(house, provider, { failed: (error) => (failure = error) });
  const csrf = await callNextAuth(options, { action: 'csrf', method: 'GET', cookies: {} });
  const { csrfToken = '' } = csrf.body as { csrfToken?: string };
  const answer = await callNextAuth(options, {
    action: 'signin',
    provider: provider.id,
    method: 'POST',
    query: confirm ? strongerWay(provider) : {},
    body: { csrfToken, callbackUrl: `${house.config.site.url}${safeNext(next, '/')}` },
    cookies: cookiesOf(csrf.cookies),
  });
  if (failure !== null || answer.redirect === null) {
    log(house.config).warn(
      { requestId: caller.requestId, provider: provider.id, err: failure },
      'a provider of identities does not answer',
    );
    return backToSignIn('auth.provider-down', provider.id);
  }
  return redirectTo(answer.redirect, answer.cookies);
}

/**
 * The browser comes back from the provider: whoever it is gets a session, or is asked for the second
 * factor. A call-back counts in the browser that began it only, and once: state, nonce and PKCE verifier
 * are in cookies that end with it.
 */
export async function finishOidc(
  house: Instance,
  caller: Caller,
  input: { provider: OidcProvider; query: Record<string, string> },
): Promise<Response> {
  const { provider, query } = input;
  let claims: Record<string, unknown> | null = null;
  let failure: unknown = null;
  const options = oidcOptions(house, provider, {
    claims: (found) => (claims = found),
    failed: (error) => (failure = error),
  });
  const kept = Object.fromEntries(decoded(caller.cookies, cookieTag(house)));
  const answer = await callNextAuth(options, {
    action: 'callback',
    provider: provider.id,
    method: 'GET',
    query,
    cookies: kept,
  });
  if (claims === null) {
    log(house.config).warn(
      { requestId: caller.requestId, provider: provider.id, err: failure },
      'a sign-in by a provider of identities was refused',
    );
    return backToSignIn(
      isNetworkError(failure) ? 'auth.provider-down' : 'auth.provider-answer',
      provider.id,
      [...answer.cookies],
    );
  }
  const ctx = makeCtx(house, caller, { kind: 'visitor', addressKey: caller.addressKey });
  try {
    const { user, facts } = await signInWithProvider(ctx, { provider, claims });
    const wanted = (kept[wireName(CALLBACK_COOKIE, cookieTag(house))] ?? '').slice(
      house.config.site.url.length,
    );
    const next = wanted === '/' ? homeOf(user) : safeNext(wanted, homeOf(user));
    const onward = await afterFirstFactor({ instance: house, caller, ctx }, { user, facts, next });
    const own = onward.cookies.map(({ name, value, maxAgeSeconds }) =>
      hostCookie(name, value, maxAgeSeconds),
    );
    return redirectTo(onward.location, [...answer.cookies, ...own]);
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return backToSignIn(error.code, provider.id, answer.cookies);
  }
}

/** OpenID Connect Core section 3.1.2.1: which `acr` is wanted; where only `amr` counts, the way is walked anew. */
function strongerWay({ approverAcr }: OidcProvider): Record<string, string> {
  return approverAcr.length > 0 ? { acr_values: approverAcr.join(' ') } : { prompt: 'login' };
}

function isNetworkError(error: unknown): boolean {
  const { code = '', cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string' && /^(?:ECONN|ETIMEDOUT|ENOTFOUND|EAI_|EHOSTUNREACH)/.test(code)) return true;
  return cause !== undefined && cause !== error && isNetworkError(cause);
}

function backToSignIn(code: string, provider: string, cookies: readonly string[] = []): Response {
  const query = new URLSearchParams({ problem: code, provider });
  return redirectTo(`/sign-in?${query}`, cookies);
}

function redirectTo(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
  for (const cookie of cookies) headers.append('set-cookie', cookie);
  return new Response(null, { status: 303, headers });
}

/** Name and value of Set-Cookie values, for the next step of the same call. */
function cookiesOf(set: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    set.map((one) => {
      const [pair = ''] = one.split(';');
      const at = pair.indexOf('=');
      return [pair.slice(0, at), decodeURIComponent(pair.slice(at + 1))];
    }),
  );
}

/** What next-auth kept in this browser, under the names that its options have. */
function* decoded(cookies: ReadonlyMap<string, string>, tag: string): Iterable<[string, string]> {
  for (const [name, value] of cookies) {
    if (!name.startsWith('__Host-hubgate-oidc-') && name !== CALLBACK_COOKIE) continue;
    try {
      yield [wireName(name, tag), decodeURIComponent(value)];
    } catch {
      // Not a value that next-auth made.
    }
  }
}
