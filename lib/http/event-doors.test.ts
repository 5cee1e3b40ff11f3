import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { POST as approve } from '../../app/api/v1/admin/events/[id]/approve/route';
import { GET as show } from '../../app/api/v1/admin/events/[id]/route';
import type { Actor } from '../ctx';
import { insertUser } from '../db/users';
import { planEvent } from '../events/plan-event';
import { createApiToken } from '../identity/api-tokens';
import { callRoute, openTestHouse, type TestHouse } from '../testing/house';

let house: TestHouse;
let headers: { authorization: string };
beforeAll(async () => {
  house = await openTestHouse();
  const user = { id: 'id-paula', login: 'paula', displayName: 'Paula', email: null, passwordHash: null };
  const rest = { sessionVersion: 1, disabledAt: null, createdAt: new Date(), lastSignInAt: null };
  await insertUser(house.ctx.db, { ...user, ...rest, roles: '["admin"]' });
  const actor: Actor = { kind: 'person', userId: 'id-paula', name: 'paula', roles: ['admin'] };
  const { token } = await createApiToken(
    { ...house.ctx, actor },
    { name: 'script', roles: ['approver'], expiresAt: null },
  );
  headers = { authorization: `Bearer ${token}` };
});
afterAll(() => house.remove());

const plan = (seats: number, id?: string) =>
  planEvent(house.ctx, {
    ...(id === undefined ? {} : { id }),
    name: 'Course',
    startsAt: new Date(),
    endsAt: new Date(Date.now() + 86_400_000),
    hubs: [],
    people: { seats },
    spare: 0,
  });

describe('POST /api/v1/admin/events/{id}/approve', () => {
  it('approves the plan that was read, and no other', async () => {
    const { id } = await plan(1);
    const read = async () =>
      (await (await callRoute(house, show, { params: { id }, headers })).json()) as {
        version: number;
        seats: number;
      };
    const decide = async (json: object) => {
      const answer = await callRoute(house, approve, { params: { id }, headers, json });
      const { code, state, field } = (await answer.json()) as Record<string, unknown>;
      return [answer.status, code ?? state, field];
    };
    const seen = await read();
    expect(seen).toMatchObject({ version: 1, seats: 1 });
    expect(await decide({})).toEqual([400, 'http.invalid', 'version']);
    await plan(900, id);
    expect(await decide({ version: seen.version })).toEqual([409, 'event.state', undefined]);
    expect(await decide({ version: (await read()).version })).toEqual([200, 'APPROVED', undefined]);
  });
});
