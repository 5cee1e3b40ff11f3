import { frontTrust, type FrontTrust, type HeaderBag } from '../client-cert/front-trust';
import type { Actor, Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { LANGUAGE_COOKIE, languageOf } from '../i18n/language-of';
import { agentName } from '../identity/agent-name';
import { readApiToken } from '../identity/read-api-token';
import { readSession, sessionRules, type Person } from '../identity/session';
import { SESSION_COOKIE } from '../identity/session-cookie';
import type { Instance } from '../instance';
import type { Locale } from '../i18n/locales';
import { addressKey, visitorAddress } from './address';
import { cookieTag, ownCookies } from './cookies';
import { LANGUAGE_HEADER } from './language';
import { requestIdOf } from './request-id';
import { requesterCookieParts, requestIdsOf } from './requester-cookie';
import { allowsSignIn, siteRole, type SiteRole } from './site';

/** Who calls and how, before anything was decided. */
export type Caller = {
  readonly site: SiteRole;
  readonly trust: FrontTrust;
  readonly requestId: string;
  readonly addressKey: string;
  /** Cookies of other portals under this host name are left out. */
  readonly cookies: ReadonlyMap<string, string>;
  readonly bearer: string | null;
  /** In which language the answer is. */
  readonly locale: Locale;
  /** The browser in two words; nothing is decided by it. */
  readonly agent: string;
};

/** Reads what the headers say. Nothing is looked up. */
export function readCaller(headers: HeaderBag, instance: Instance): Caller {
  const { config, secrets } = instance;
  const trust = frontTrust(headers, secrets.front);
  const cookies = ownCookies(headers.get('cookie'), cookieTag(instance));
  const authorization = /^Bearer +([A-Za-z0-9._~+/=-]{8,512})$/i.exec(headers.get('authorization') ?? '');
  return {
    site: siteRole(headers.get('host'), headers.get('x-forwarded-proto'), config),
    trust,
    requestId: requestIdOf(headers.get('x-request-id')),
    addressKey: addressKey(visitorAddress(headers, trust), secrets.quota),
    cookies,
    bearer: authorization?.[1] ?? null,
    locale: languageOf(
      {
        address: headers.get(LANGUAGE_HEADER),
        cookie: cookies.get(LANGUAGE_COOKIE),
        acceptLanguage: headers.get('accept-language'),
      },
      config.site.languages,
    ),
    agent: agentName(headers.get('user-agent') ?? ''),
  };
}

/** What every rule gets, for this actor. */
export function makeCtx(instance: Instance, caller: Caller, actor: Actor): Ctx {
  const { config, paths, db, signer } = instance;
  return {
    actor,
    now: () => new Date(),
    requestId: caller.requestId,
    locale: caller.locale,
    config,
    paths,
    db,
    signer,
  };
}

/**
 * The signed-in person, or null. `seen`: a person opened a page or sent a form; what a page asks for by
 * itself keeps no session alive. A session counts on the portal's own name only: where hubs are
 * served, notebooks run strangers' scripts, which could act with it.
 */
export function callerPerson(
  instance: Instance,
  caller: Caller,
  options: { seen: boolean } = { seen: true },
): Promise<Person | null> {
  if (!allowsSignIn(caller.site)) return Promise.resolve(null);
  const cookie = caller.cookies.get(SESSION_COOKIE);
  const rules = sessionRules(instance.config, instance.secrets.session);
  return readSession(instance.db, cookie, rules, new Date(), options);
}

/** The API token's actor, or null where no bearer was sent. @throws `auth.token` when it is not valid */
export async function callerToken(instance: Instance, caller: Caller, now: Date): Promise<Actor | null> {
  if (caller.bearer === null) return null;
  const actor = await readApiToken(instance.db, caller.bearer, now);
  if (actor === null) {
    throw new HubgateError('auth.token', 'This API token is unknown, expired or revoked. Make a new one.');
  }
  return actor;
}

/** The requests whose pick-up secret this browser has shown. */
export function callerRequests(instance: Instance, caller: Caller, now: Date): string[] {
  return requestIdsOf(caller.cookies, instance.secrets.session, now);
}

/** The requests' cookie for this caller's browser, once the pick-up secret was right. */
export function grantCookie(instance: Instance, requestId: string, now: Date) {
  return requesterCookieParts(requestId, instance.secrets.session, now);
}
