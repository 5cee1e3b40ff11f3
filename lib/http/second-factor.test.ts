import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Ctx } from '../ctx';
import { insertUser } from '../db/users';
import { addPasskey } from '../identity/add-passkey';
import { beginPasskey } from '../identity/begin-passkey';
import { HALF_COOKIE, sealHalf } from '../identity/half-sign-in';
import { setPersonDisabled } from '../identity/person-access';
import { SESSION_COOKIE } from '../identity/session-cookie';
import { listAuditEvents } from '../testing/audit-rows';
import { makeAuthenticator, type Authenticator } from '../testing/authenticator';
import { answerTouch } from '../testing/enrolled';
import { openTestHouse, type TestHouse } from '../testing/house';
import { confirmed, inBrowser } from '../testing/session';
import { IDLE } from './action-state';
import { beginFactorTouchAction, touchFactorAction } from './second-factor';

// What Next gives to actions, for the call that is being made.
const browser = vi.hoisted(() => ({ headers: new Headers(), set: new Map<string, string>() }));
vi.mock('next/headers', () => ({
  headers: () => Promise.resolve(browser.headers),
  cookies: () =>
    Promise.resolve({
      get: () => undefined,
      set: (name: string, value: string) => browser.set.set(name, value),
    }),
}));

const FACTS = { method: 'password', secondFactor: false, acr: null, amr: [] };

describe('between the factors, a browser', () => {
  let house: TestHouse;
  let keys: Record<'anna' | 'otto', Authenticator>;

  beforeAll(async () => {
    house = await openTestHouse();
    keys = { anna: await owner('anna'), otto: await owner('otto') };
  });
  afterAll(() => house.remove());
  beforeEach(() => browser.set.clear());

  async function owner(name: string): Promise<Authenticator> {
    const id = `id-${name}`;
    await insertUser(house.ctx.db, {
      id,
      login: name,
      displayName: name,
      email: null,
      passwordHash: null,
      roles: '[]',
      disabledAt: null,
      sessionVersion: 1,
      createdAt: new Date(),
      lastSignInAt: null,
    });
    const ctx: Ctx = { ...house.ctx, actor: { kind: 'person', userId: id, name, roles: [] } };
    const key = makeAuthenticator();
    const { challenge } = await beginPasskey(await confirmed(ctx));
    await addPasskey(ctx, { name: 'key', answer: key.register(challenge) });
    return key;
  }

  /** This browser has shown somebody's first factor so long ago; null: nobody's. */
  async function half(name: string | null, secondsAgo = 0): Promise<void> {
    const { url } = house.instance.config.site;
    const headers = new Headers({
      host: new URL(url).host,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '192.0.2.7',
      'x-hubgate-transport': 'unix',
      origin: url,
    });
    if (name !== null) {
      const half = { userId: `id-${name}`, sessionVersion: 1, facts: FACTS, next: '/account' };
      const begun = new Date(Date.now() - secondsAgo * 1000);
      const sealed = await sealHalf(half, house.instance.secrets.session, begun);
      headers.set('cookie', `${inBrowser(house.instance, HALF_COOKIE)}=${sealed}`);
    }
    browser.headers = headers;
  }

  async function question() {
    const begun = await beginFactorTouchAction(IDLE, new FormData());
    if (begun.ok !== true) throw new Error(JSON.stringify(begun));
    return begun.value;
  }

  function touch(answer: unknown) {
    const form = new FormData();
    form.set('touch', JSON.stringify(answer));
    return touchFactorAction(IDLE, form);
  }

  it('hears which passkeys there are only after the first factor, and of its own person only', async () => {
    for (const [who, ago] of [
      [null, 0],
      ['anna', 301],
      ['nobody', 0],
    ] as const) {
      await half(who, ago);
      const answer = await beginFactorTouchAction(IDLE, new FormData());
      expect(answer).toMatchObject({ ok: false, code: 'auth.half-expired' });
      expect(JSON.stringify(answer)).not.toContain(keys.anna.credentialId);
    }
    await half('anna');
    expect((await question()).allow).toEqual([keys.anna.credentialId]);
  });

  it('gets a session by a touch, and the audit log says by which factor', async () => {
    await half('anna');
    const answer = answerTouch(keys.anna, await question());
    await expect(touch(answer)).rejects.toMatchObject({ digest: expect.stringContaining('/account') });
    expect(browser.set.get(inBrowser(house.instance, SESSION_COOKIE))).toMatch(/./);
    expect(browser.set.get(inBrowser(house.instance, HALF_COOKIE))).toBe('');
    const signIn = (await listAuditEvents(house.ctx.db)).find(({ action }) => action === 'person.sign-in');
    expect(JSON.stringify(signIn)).toContain('passkey');
    browser.set.clear();
    expect(await touch(answer)).toMatchObject({ ok: false, code: 'auth.passkey' });
    expect(browser.set.size).toBe(0);
  });

  it.each([
    ['in which nobody showed the first factor', null, 0, 'auth.half-expired'],
    ['that took more than five minutes', 'anna', 301, 'auth.half-expired'],
    ['in which somebody else showed the first factor', 'otto', 0, 'auth.passkey'],
  ])('%s gets none by a right touch', async (_what, who, ago, code) => {
    await half('anna');
    const answer = answerTouch(keys.anna, await question());
    await half(who, ago);
    expect(await touch(answer)).toMatchObject({ ok: false, code });
    expect(browser.set.size).toBe(0);
  });

  it('of somebody who was disabled meanwhile gets none', async () => {
    await half('otto');
    const answer = answerTouch(keys.otto, await question());
    await setPersonDisabled(house.ctx, { login: 'otto', disabled: true });
    expect(await touch(answer)).toMatchObject({ ok: false, code: 'auth.half-expired' });
    expect(await beginFactorTouchAction(IDLE, new FormData())).toMatchObject({ ok: false });
    expect(browser.set.size).toBe(0);
  });
});
