import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { decide as decideByForm } from '../../app/admin/actions';
import queuePage from '../../app/admin/page';
import { POST as approve } from '../../app/api/v1/admin/requests/[id]/approve/route';
import { GET as list } from '../../app/api/v1/admin/requests/route';
import type { Ctx, Role } from '../ctx';
import { insertUser } from '../db/users';
import { createApiToken } from '../identity/api-tokens';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { unapproveRequest } from '../requests/unapprove-request';
import { viewRequest } from '../requests/view-request';
import { IDLE } from './action-state';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';
import { submitOne } from '../testing/requests';
import { inBrowser, sessionValue } from '../testing/session';

// What Next gives to pages and actions, for the call that is being made.
const sent = vi.hoisted(() => ({ headers: new Headers() }));
vi.mock('next/headers', () => ({
  headers: () => Promise.resolve(sent.headers),
  cookies: () => Promise.resolve({ get: () => undefined, set: () => undefined }),
}));

let house: TestHouse;
let id: string;
beforeAll(async () => {
  vi.stubEnv('__NEXT_EXPERIMENTAL_AUTH_INTERRUPTS', 'true'); // as next.config.js says for the build
  house = await openTestHouse();
  id = await submitOne(
    { ...house.ctx, actor: { kind: 'visitor', addressKey: 'k' } },
    { commonName: 'alice' },
  );
});
afterAll(() => house.remove());

async function person(login: string, roles: Role[]): Promise<{ ctx: Ctx; headers: Record<string, string> }> {
  const user = {
    id: `id-${login}`,
    login,
    displayName: login,
    email: null,
    passwordHash: null,
    sessionVersion: 1,
  };
  const times = { disabledAt: null, createdAt: new Date(), lastSignInAt: null };
  await insertUser(house.ctx.db, { ...user, ...times, roles: JSON.stringify(roles) });
  const cookie = `${inBrowser(house.instance, SESSION_COOKIE)}=${await sessionValue(house.instance, user)}`;
  const actor = { kind: 'person', userId: user.id, name: login, roles } as const;
  return { ctx: { ...house.ctx, actor }, headers: { cookie, origin: house.instance.config.site.url } };
}

/** The role alone: without what the portal does besides, which is to end the sessions. */
async function setRoles(login: string, roles: Role[]): Promise<void> {
  const data = { roles: JSON.stringify(roles) };
  await house.ctx.db.prisma.user.update({ where: { id: `id-${login}` }, data });
}

const decide = async (headers: Record<string, string>) => {
  const answer = await callRoute(house, approve, { params: { id }, json: {}, headers });
  return [answer.status, ((await answer.json()) as { code?: string }).code];
};
const stateNow = async () => (await viewRequest(house.ctx, { id })).state;

/** The same browser at a page and its form. */
function atDesk(headers: Record<string, string>): void {
  const { host } = new URL(house.instance.config.site.url);
  const from = { host, 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7' };
  sent.headers = new Headers({ ...from, 'x-hubgate-transport': 'unix', ...headers });
}

async function openQueue(headers: Record<string, string>): Promise<string> {
  atDesk(headers);
  try {
    await queuePage({ searchParams: Promise.resolve({}) });
    return 'shown';
  } catch (thrown) {
    return (thrown as { digest?: string }).digest ?? 'failed';
  }
}

async function sendForm(headers: Record<string, string>, decision: string): Promise<string> {
  atDesk(headers);
  const form = new FormData();
  const fields = { id, version: '1', decision, reason: 'no', question: 'who?' };
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  try {
    const state = await decideByForm(IDLE, form);
    return state.ok === false ? state.code : 'done';
  } catch (thrown) {
    return (thrown as { digest?: string }).digest ?? 'failed';
  }
}

describe('an approver', () => {
  it('sees and decides nothing any more on the page that is still open', async () => {
    const { headers } = await person('pia', ['approver']);
    expect(await openQueue(headers)).toBe('shown');
    await setRoles('pia', []);
    expect(await openQueue(headers)).toBe('NEXT_HTTP_ERROR_FALLBACK;403');
    for (const decision of ['approve', 'reject', 'ask']) {
      expect(await sendForm(headers, decision), decision).toBe('auth.forbidden');
    }
    expect(await stateNow()).toBe('SUBMITTED');
    // The form itself is whole: with the role it decides.
    await setRoles('pia', ['approver']);
    expect(await sendForm(headers, 'approve')).toMatch(/^NEXT_REDIRECT/);
    expect(await stateNow()).toBe('APPROVED');
    await unapproveRequest(house.ctx, { id });
  });

  it('decides nothing any more once the role is taken away, in the session in which they had it', async () => {
    const { headers } = await person('paula', ['approver', 'auditor']);
    expect((await callRoute(house, list, { headers })).status).toBe(200);
    await setRoles('paula', ['auditor']);
    expect(await decide(headers)).toEqual([403, 'auth.forbidden']);
    await setRoles('paula', []);
    expect(await decide(headers)).toEqual([403, 'auth.forbidden']);
    expect((await callRoute(house, list, { headers })).status).toBe(403);
    expect(await stateNow()).toBe('SUBMITTED');
  });

  it('is no longer one by a token of somebody who was demoted', async () => {
    const { ctx } = await person('adele', ['admin']);
    const { token } = await createApiToken(ctx, { name: 'script', roles: ['approver'], expiresAt: null });
    const headers = { authorization: `Bearer ${token}` };
    expect((await callRoute(house, list, { headers })).status).toBe(200);
    await setRoles('adele', ['auditor']);
    expect(await decide(headers)).toEqual([401, 'auth.token']);
    expect(await stateNow()).toBe('SUBMITTED');
  });
});

describe('a token', () => {
  it('past its end opens nothing, with the role of old', async () => {
    const end = new Date(Date.now() + 400);
    const { token } = await createApiToken(house.ctx, { name: 'short', roles: ['approver'], expiresAt: end });
    const headers = { authorization: `Bearer ${token}` };
    expect((await callRoute(house, list, { headers })).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, end.getTime() - Date.now() + 5));
    expect(await decide(headers)).toEqual([401, 'auth.token']);
    // Nor does a session beside it make up for a token that does not count.
    const { headers: session } = await person('petra', ['approver']);
    expect(await decide({ ...session, ...headers })).toEqual([401, 'auth.token']);
    expect(await stateNow()).toBe('SUBMITTED');
  });
});
