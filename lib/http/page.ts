import { headers as nextHeaders } from 'next/headers';
import { forbidden, notFound, redirect } from 'next/navigation';
import { cache } from 'react';

import { existsSync } from 'node:fs';

import type { ClientCertificateStatus } from '../client-cert/status';
import type { Config } from '../config/schema';
import type { Ctx, Translate } from '../ctx';
import { MESSAGES } from '../i18n/catalogue';
import type { Locale } from '../i18n/locales';
import { translator } from '../i18n/translator';
import { allows, type Permission } from '../identity/role-table';
import type { Person } from '../identity/session';
import { instance } from '../instance';
import { isOwnRequest } from '../requests/list-own-requests';
import { callerPerson, callerRequests, grantCookie, makeCtx, readCaller } from './caller';
import { callerOwner, freshHolder, visitorCertificate } from './caller-owner';
import { HERE_HEADER, inLanguage } from './language';
import { mailboxCookieParts, mailboxOf } from './mailbox-cookie';
import { allowsSignIn, type SiteRole } from './site';
import { requireSignInHost, setCookies } from './start-session';
import { TRUST_COOKIE } from './trust-cookie';

/** The way to a page in another language, named in that language. */
export type LanguageLink = { readonly locale: Locale; readonly name: string; readonly href: string };

/** What every page of the portal gets; made once per call. */
export type Page = {
  /** Acts as the signed-in person, or as a visitor. */
  readonly ctx: Ctx;
  readonly site: SiteRole;
  readonly locale: Locale;
  /** This page in each language that the site offers; empty where there is but one. */
  readonly languages: readonly LanguageLink[];
  readonly t: Translate;
  readonly person:
    | (Pick<Person, 'userId' | 'name' | 'roles'> & {
        /** The provider at which they must show more before they decide; null where nothing lacks. */
        readonly stepUp: string | null;
      })
    | null;
  /** The certificate shown here, or handed over from the gate's name. */
  readonly visitor: ClientCertificateStatus;
  /** For `<script nonce>`; the CSP allows no other inline script. */
  readonly nonce: string;
  readonly evaluation: boolean;
  readonly demo: boolean;
  readonly config: Config;
  /** Requests whose pick-up secret this browser has shown, newest cookie last. */
  readonly requestIds: readonly string[];
  /** A proof brought back from the canary without JavaScript, to be sent along with a request. */
  readonly trustProof: string | null;
  /** ctx of a requester; null when this browser has not shown the request's secret, and nobody is signed in who sent it. */
  readonly asRequester: (requestId: string) => Promise<Ctx | null>;
  /** ctx of whoever this browser proved to be by any means: for their own certificates. */
  readonly asOwner: Ctx;
  /**
   * ctx of the holder of the certificate that this browser showed a few minutes ago at most.
   *
   * @throws {HubgateError} `auth.no-certificate`, `certificate.state`, `auth.wrong-host` on a name that
   *   carries hubs: their notebooks could ask for certificates of whoever looks at them
   */
  readonly asHolder: () => Ctx;
  /** The mailbox that this browser proved by a link a few minutes ago. */
  readonly mailbox: string | null;
};

/** Opens the page: who is there, in which language, on which name. One lookup per call, shared by layout and page. */
export const openPage = cache(async (): Promise<Page> => {
  const house = await instance();
  const headers = await nextHeaders();
  const caller = readCaller(headers, house);
  const now = new Date();
  const person = await callerPerson(house, caller);
  const ctx = makeCtx(house, caller, person ?? { kind: 'visitor', addressKey: caller.addressKey });
  const requestIds = callerRequests(house, caller, now);
  const visitor = await visitorCertificate(headers, caller, house, ctx);
  const { locale } = caller;
  return {
    ctx,
    site: caller.site,
    locale,
    languages: languageLinks(headers.get(HERE_HEADER) ?? '/', house.config.site.languages),
    t: translator(locale),
    person: person === null ? null : viewed(person),
    visitor,
    nonce: headers.get('x-nonce') ?? '',
    evaluation: existsSync(house.paths.evaluationMarker),
    demo: existsSync(house.paths.demoMarker),
    config: house.config,
    requestIds,
    trustProof: caller.cookies.get(TRUST_COOKIE) ?? null,
    asRequester: async (requestId) =>
      requestIds.includes(requestId) || (await isOwnRequest(ctx, requestId))
        ? makeCtx(house, caller, { kind: 'requester', requestId, addressKey: caller.addressKey })
        : null,
    asHolder: () => {
      requireSignInHost(caller.site, house);
      return makeCtx(house, caller, freshHolder(visitor, caller, now));
    },
    asOwner: makeCtx(house, caller, callerOwner(house, caller, { person, certificate: visitor, now })),
    mailbox: mailboxOf(caller.cookies, house.secrets.session, now),
  };
});

/** The language of this answer, for the frame of all pages: cheaper than the whole page. */
export const pageLocale = cache(
  async (): Promise<Locale> => readCaller(await nextHeaders(), await instance()).locale,
);

function languageLinks(here: string, offered: readonly Locale[]): LanguageLink[] {
  if (offered.length < 2) return [];
  return offered.map((locale) => ({
    locale,
    name: MESSAGES[locale].common.language.self,
    href: inLanguage(here, locale),
  }));
}

function viewed({ userId, name, roles, session }: Person): NonNullable<Page['person']> {
  return { userId, name, roles, stepUp: session?.stepUp ?? null };
}

/**
 * Opens a page for people with the permission, or for everybody who is signed in; strangers are led
 * to the sign-in and back, and others read that their roles do not reach (403). On a name that carries
 * hubs there is no such page.
 *
 * @param here the page's own path, to return to after signing in
 */
export async function requirePage(
  access: Permission | 'signed-in',
  here = '/admin',
): Promise<Page & { person: NonNullable<Page['person']> }> {
  const page = await openPage();
  if (!allowsSignIn(page.site)) notFound();
  const { person } = page;
  if (person === null) redirect(`/sign-in?next=${encodeURIComponent(here)}`);
  if (access !== 'signed-in' && !allows(person.roles, access)) forbidden();
  return { ...page, person };
}

/**
 * Lets this browser see a request from now on: call it in a server action that just submitted it
 * (a page cannot set cookies).
 */
export async function rememberRequest(requestId: string): Promise<void> {
  await setCookies([grantCookie(await instance(), requestId, new Date())]);
}

/** Lets this browser act for a mailbox for some minutes: call it once the secret sent there was right. */
export async function rememberMailbox(email: string): Promise<void> {
  const { secrets } = await instance();
  await setCookies([mailboxCookieParts(email, secrets.session, new Date())]);
}
