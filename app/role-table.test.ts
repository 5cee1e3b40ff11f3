/**
 * The role table, cell by cell: every page, route and action of the tree, as the file system has
 * them, called as a stranger, as somebody without a role, with each role, and with a pick-up secret.
 * What each needs stands in docs/roles.md; an address without a line there fails.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { ROLES, type Role } from '../lib/ctx';
import { insertUser } from '../lib/db/users';
import { planEvent } from '../lib/events/plan-event';
import { createApiToken } from '../lib/identity/api-tokens';
import { allows, PERMISSIONS, ROLE_TABLE, type Permission } from '../lib/identity/role-table';
import { readSession, sessionRules } from '../lib/identity/session';
import { SESSION_COOKIE } from '../lib/identity/session-cookie';
import { approveRequest } from '../lib/requests/approve-request';
import { signRequests } from '../lib/requests/sign-requests';
import { requesterCookie } from '../lib/http/requester-cookie';
import { callRoute, openTestHouse, type TestHouse } from '../lib/testing/house';
import { allEvents, submitOne } from '../lib/testing/requests';
import { inBrowser, sessionValue } from '../lib/testing/session';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
/** Who calls: `nobody` is signed in without a role, `holder` has shown the request's pick-up secret. */
const WHO = ['stranger', 'nobody', ...ROLES, 'holder'] as const;
type Who = (typeof WHO)[number];

// What Next gives to pages and actions, for the call that is being made.
const sent = vi.hoisted(() => ({ headers: new Headers() }));
vi.mock('next/headers', () => ({
  headers: () => Promise.resolve(sent.headers),
  cookies: () => Promise.resolve({ get: () => undefined, set: () => undefined }),
}));

type Place = { name: string; file: string; kind: 'page' | 'route' | 'action'; part: string };

/** Every page, route and action. */
async function places(): Promise<Place[]> {
  const files = readdirSync(join(ROOT, 'app'), { recursive: true, encoding: 'utf8' })
    .map((name) => `app/${name}`)
    .concat(readdirSync(join(ROOT, 'lib/http')).map((name) => `lib/http/${name}`))
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('.test.'))
    .sort();
  const found: Place[] = [];
  for (const file of files) {
    const address = `/${file
      .split('/')
      .slice(1, -1)
      .filter((part) => !part.startsWith('('))
      .join('/')}`;
    if (file.endsWith('/page.tsx')) {
      await load(file);
      found.push({ name: address, file, kind: 'page', part: 'default' });
    } else if (file.endsWith('/route.ts')) {
      for (const part of Object.keys(await load(file)).filter((name) => METHODS.includes(name))) {
        found.push({ name: `${part} ${address}`, file, kind: 'route', part });
      }
    } else if (/^['"]use server['"]/.test(readFileSync(join(ROOT, file), 'utf8'))) {
      for (const part of Object.keys(await load(file))) {
        found.push({ name: `${part} (${file})`, file, kind: 'action', part });
      }
    }
  }
  return found;
}

const load = (file: string): Promise<Record<string, unknown>> =>
  import(/* @vite-ignore */ join(ROOT, file)) as Promise<Record<string, unknown>>;

/** The rows of a table of docs/roles.md, by its first heading cell. */
function rowsOf(heading: string): string[][] {
  const lines = readFileSync(join(ROOT, 'docs/roles.md'), 'utf8').split('\n');
  const start = lines.findIndex((line) => line.startsWith('|') && line.split('|')[1]?.trim() === heading);
  const rows: string[][] = [];
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break;
    rows.push(
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replace(/^`|`$/g, '')),
    );
  }
  return rows;
}

const needs = new Map<string, string>(
  ['page', 'route', 'action'].flatMap((kind) =>
    rowsOf(kind).map(([name = '', access = '']) => [`${kind} ${name}`, access] as const),
  ),
);

let house: TestHouse;
let all: Place[];
let id: string;
let serial: string;
let event: string;
let tokens: Map<Who, string>;

beforeAll(async () => {
  vi.stubEnv('__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS', 'true'); // as next.config.js says for the build
  house = await openTestHouse();
  all = await places();
  for (const who of WHO) {
    await insertUser(house.ctx.db, {
      id: `id-${who}`,
      login: who,
      displayName: who,
      email: null,
      passwordHash: null,
      roles: JSON.stringify(rolesOfCaller(who)),
      disabledAt: null,
      sessionVersion: 1,
      createdAt: new Date(),
      lastSignInAt: null,
    });
  }
  tokens = new Map();
  for (const who of [...ROLES, 'nobody'] as const) {
    const made = await createApiToken(house.ctx, { name: who, roles: rolesOfCaller(who), expiresAt: null });
    tokens.set(who, made.token);
  }
  id = await submitOne({ ...house.ctx, actor: { kind: 'visitor', addressKey: 'k' } });
  await approveRequest(house.ctx, { id });
  const [signed] = await allEvents(signRequests(house.ctx, { ids: [id] }));
  serial = signed?.event === 'item' ? (signed.serial ?? '') : '';
  ({ id: event } = await planEvent(house.ctx, {
    name: 'Course',
    startsAt: new Date(),
    endsAt: new Date(Date.now() + 86_400_000),
    hubs: [],
    people: { seats: 1 },
    spare: 0,
  }));
  const { hubsDir } = house.instance.paths;
  mkdirSync(hubsDir, { recursive: true });
  writeFileSync(join(hubsDir, 'astro.hub'), 'https://gate.localhost:8444/astro,Astronomy\n');
  // Every page and route of the tree is compiled here.
}, 180_000);
afterAll(() => house.remove());

const rolesOfCaller = (who: Who): Role[] => ROLES.filter((role) => role === who);

/** What a browser of this person sends. */
async function browserOf(who: Who): Promise<Headers> {
  const { session } = house.instance.secrets;
  const cookies: string[] = [];
  if (who === 'holder') {
    const [pair = ''] = requesterCookie(id, session, new Date()).split(';');
    const at = pair.indexOf('=');
    cookies.push(`${inBrowser(house.instance, pair.slice(0, at))}${pair.slice(at)}`);
  } else if (who !== 'stranger') {
    const user = { id: `id-${who}`, sessionVersion: 1, displayName: who };
    cookies.push(`${inBrowser(house.instance, SESSION_COOKIE)}=${await sessionValue(house.instance, user)}`);
  }
  const { url } = house.instance.config.site;
  return new Headers({
    host: new URL(url).host,
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '192.0.2.7',
    'x-hubgate-transport': 'unix',
    origin: url,
    ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }),
  });
}

/** Values for the folders in brackets. */
function paramsOf(file: string): Record<string, string> {
  return {
    ...(file.includes('[id]') ? { id: file.includes('/events/') ? event : id } : {}),
    ...(file.includes('[serial]') ? { serial } : {}),
    ...(file.includes('[name]') ? { name: 'astro' } : {}),
    ...(file.includes('[hub]') ? { hub: 'astro' } : {}),
    ...(file.includes('[file]') ? { file: 'certificate.pem' } : {}),
  };
}

async function isSignedIn(headers: Headers): Promise<boolean> {
  const { config, db, secrets } = house.instance;
  const value = headers.get('cookie')?.split('=')[1];
  const rules = sessionRules(config, secrets.session);
  return (await readSession(db, value, rules, new Date())) !== null;
}

type Outcome = 'let in' | 'sign in first' | 'refused';

const REFUSALS: Record<string, Outcome> = {
  'auth.required': 'sign in first',
  'auth.forbidden': 'refused',
  'request.not-found': 'refused',
};

async function callPage(place: Place, who: Who): Promise<Outcome> {
  sent.headers = await browserOf(who);
  const { default: page } = (await load(place.file)) as {
    default: (props: { params: Promise<unknown>; searchParams: Promise<unknown> }) => unknown;
  };
  try {
    await page({ params: Promise.resolve(paramsOf(place.file)), searchParams: Promise.resolve({}) });
    return 'let in';
  } catch (thrown) {
    const { digest = '' } = thrown as { digest?: string };
    if (/^NEXT_REDIRECT;[^;]*;\/sign-in\?next=/.test(digest)) return 'sign in first';
    if (digest.startsWith('NEXT_REDIRECT')) return 'let in';
    if (/^NEXT_HTTP_ERROR_FALLBACK;40[34]$/.test(digest)) return 'refused';
    throw thrown;
  }
}

const callAction = async (place: Place, who: Who): Promise<Outcome> =>
  REFUSALS[(await actionCode(place, await browserOf(who))) ?? ''] ?? 'let in';

/** The code with which an action refuses, or nothing. */
async function actionCode(place: Place, headers: Headers): Promise<string | undefined> {
  sent.headers = headers;
  const run = (await load(place.file))[place.part] as (...args: unknown[]) => Promise<unknown>;
  const form = new FormData();
  form.set('id', id);
  let code: string | undefined;
  try {
    const state = (await (run.length === 1 ? run(form) : run({ ok: null }, form))) as
      { code?: string } | undefined;
    code = state?.code;
  } catch (thrown) {
    const { digest = '' } = thrown as { digest?: string };
    if (!digest.startsWith('NEXT_REDIRECT')) throw thrown;
    code = /[?&]problem=([a-z.-]+)/.exec(digest)?.[1];
  }
  return code;
}

const callRouteAs = async (place: Place, headers: Headers): Promise<Outcome> =>
  REFUSALS[(await routeCode(place, headers)) ?? ''] ?? 'let in';

/** The code with which a route refuses, or nothing. */
async function routeCode(place: Place, headers: Headers): Promise<string | undefined> {
  const handler = (await load(place.file))[place.part] as Parameters<typeof callRoute>[1];
  const answer = await callRoute(house, handler, {
    method: place.part,
    headers: Object.fromEntries(headers),
    params: paramsOf(place.file),
  });
  if (answer.headers.get('content-type')?.startsWith('application/problem+json') !== true) {
    await answer.body?.cancel();
    return undefined;
  }
  return ((await answer.json()) as { code?: string }).code;
}

/** What the table says for this caller. */
function expected(access: string, who: Who): Outcome {
  if (access === 'public' || access === 'owner') return 'let in';
  const signedIn = who !== 'stranger' && who !== 'holder';
  if (access === 'requester') return who === 'holder' ? 'let in' : 'refused';
  if (!signedIn) return 'sign in first';
  return access === 'signed-in' || allows(rolesOfCaller(who), access as Permission) ? 'let in' : 'refused';
}

describe('the role table', () => {
  it('is the one that people read', () => {
    const yes = (permission: Permission) => ROLES.map((role) => (allows([role], permission) ? 'yes' : '–'));
    expect(rowsOf('permission')).toEqual(PERMISSIONS.map((one) => [one, ...yes(one)]));
  });

  it('names for every page, route and action what it needs, and nothing that is gone', () => {
    expect(all.length).toBeGreaterThan(80);
    expect([...needs.keys()].sort()).toEqual(all.map(({ kind, name }) => `${kind} ${name}`).sort());
    for (const access of needs.values()) {
      expect(['public', 'owner', 'requester', 'signed-in', ...PERMISSIONS]).toContain(access);
    }
  });

  it('is what routes and actions declare', async () => {
    const declared: [string, unknown][] = [];
    for (const { kind, name, file, part } of all.filter((one) => one.kind !== 'page')) {
      const made = (await load(file))[part] as { access?: unknown; spec?: { access?: unknown } };
      declared.push([`${kind} ${name}`, kind === 'route' ? made.spec?.access : made.access]);
    }
    expect(declared).toEqual(declared.map(([name]) => [name, needs.get(name)]));
  });

  it('gives no permission to a role twice or to none', () => {
    for (const roles of Object.values(ROLE_TABLE)) expect(new Set<Role>(roles).size).toBe(roles.length);
  });
});

describe.each(WHO)('called by %s', (who) => {
  it('every page lets in or refuses as the table says', async () => {
    const wrong: string[] = [];
    for (const place of all.filter((one) => one.kind === 'page')) {
      const access = needs.get(`page ${place.name}`) ?? '';
      const outcome = await callPage(place, who);
      const want = expected(access, who);
      // Public pages may have nothing to show here; /admin/… catches what does not exist at all.
      if (outcome === 'refused' && (access === 'public' || place.name === '/admin/[...rest]')) continue;
      if (outcome !== want) wrong.push(`${place.name}: ${outcome}, not ${want}`);
    }
    expect(wrong).toEqual([]);
  });

  it('every action lets in or refuses as the table says', async () => {
    const wrong: string[] = [];
    for (const place of all.filter((one) => one.kind === 'action')) {
      const outcome = await callAction(place, who);
      const want = expected(needs.get(`action ${place.name}`) ?? '', who);
      if (outcome !== want) wrong.push(`${place.name}: ${outcome}, not ${want}`);
    }
    expect(wrong).toEqual([]);
  });

  it('every route lets in or refuses as the table says, by session and by token', async () => {
    const wrong: string[] = [];
    // next-auth answers for itself, and knows no roles: lib/http/next-auth-options.test.ts.
    const routes = all.filter((one) => one.kind === 'route' && !one.file.includes('[...nextauth]'));
    for (const place of routes) {
      const access = needs.get(`route ${place.name}`) ?? '';
      const want = expected(access, who);
      const outcome = await callRouteAs(place, await browserOf(who));
      // Without a pick-up secret a program is told to send it.
      if (access === 'requester' && want === 'refused' && outcome === 'sign in first') continue;
      if (outcome !== want) wrong.push(`${place.name}: ${outcome}, not ${want}`);
      const token = tokens.get(who);
      if (token === undefined || access === 'requester') continue;
      const byToken = await callRouteAs(place, new Headers({ authorization: `Bearer ${token}` }));
      if (byToken !== want) wrong.push(`${place.name} by token: ${byToken}, not ${want}`);
    }
    expect(wrong).toEqual([]);
  });
});

/**
 * Changing routes that a page of another site may call: OCSP reads no cookie and changes nothing; next-auth
 * signs out by a token of its own only (lib/http/next-auth-options.test.ts).
 */
const NO_ORIGIN_ASKED = ['POST /ocsp/[[...request]]', 'POST /api/auth/[...nextauth]'];

/** Actions whose refusal nobody hears: the session has to be there still. */
const SILENT = ['signOut (app/admin/session-actions.ts)', 'signInAgain (app/admin/session-actions.ts)'];

describe.each([
  ['another site', { origin: 'https://evil.example' }],
  ['the gate, where notebooks run scripts of others', { origin: 'https://gate.localhost:8444' }],
  ['a frame that is nobody’s', { origin: 'null' }],
  ['a page that does not say which', {}],
  ['a page of the same site only', { 'sec-fetch-site': 'same-site' }],
])('called with cookies by %s', (_what, from) => {
  /** The browser of somebody who may, with what a page of another origin cannot change. */
  const elsewhere = async (access: string): Promise<Headers> => {
    const asked = access === 'public' || access === 'owner' ? 'signed-in' : access;
    const headers = await browserOf(WHO.find((who) => expected(asked, who) === 'let in') ?? 'stranger');
    headers.delete('origin');
    for (const [name, value] of Object.entries(from)) headers.set(name, value);
    return headers;
  };

  it('no action acts', async () => {
    const acted: string[] = [];
    for (const place of all.filter((one) => one.kind === 'action')) {
      const headers = await elsewhere(needs.get(`action ${place.name}`) ?? '');
      const code = await actionCode(place, headers);
      const refused = SILENT.includes(place.name) ? await isSignedIn(headers) : code === 'auth.wrong-origin';
      if (!refused) acted.push(`${place.name}: ${code}`);
    }
    expect(acted).toEqual([]);
  });

  it('no route that changes anything acts', async () => {
    const acted: string[] = [];
    const changing = all.filter(({ kind, part }) => kind === 'route' && !/^(GET|HEAD|OPTIONS)$/.test(part));
    expect(changing.length).toBeGreaterThan(15);
    for (const place of changing.filter(({ name }) => !NO_ORIGIN_ASKED.includes(name))) {
      const code = await routeCode(place, await elsewhere(needs.get(`route ${place.name}`) ?? ''));
      if (code !== 'auth.wrong-origin') acted.push(`${place.name}: ${code}`);
    }
    expect(acted).toEqual([]);
  });
});
