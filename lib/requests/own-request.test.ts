import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { insertUserIdentity } from '../db/user-identities';
import { insertUser } from '../db/users';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveRequest } from './approve-request';
import { listApprovable } from './list-approvable';
import { viewRequest } from './view-request';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

const refusal = (code: string) => expect.objectContaining({ code });

/** Somebody's account; `account` and `verified` are what a provider says of them. */
async function account(
  login: string,
  { email = null, account: name = null, verified = null }: Partial<Record<string, string | null>>,
): Promise<void> {
  const at = new Date();
  const userId = `id-${login}`;
  await insertUser(house.ctx.db, {
    id: userId,
    login,
    displayName: login,
    email,
    passwordHash: null,
    roles: '["approver"]',
    disabledAt: null,
    sessionVersion: 1,
    createdAt: at,
    lastSignInAt: null,
  });
  if (name === null && verified === null) return;
  const identity = { issuer: 'https://sso.example.org', subject: login, userId, account: name };
  await insertUserIdentity(house.ctx.db, { ...identity, email: verified, createdAt: at, lastSeenAt: at });
}

describe.each(DATABASE_KINDS)('somebody with two accounts, on %s', (kind) => {
  it('approves once by both, where two people must: found by a mailbox, or by a name', async () => {
    house = await testHouse({ signer, realClock: true, kind, config: { approval: { count: 2 } } });
    await account('paula', { email: 'paula@example.org' });
    await account('p-1@sso', { account: 'pm', verified: 'Paula@Example.org' });
    await account('pm', {});
    await account('quentin', { email: 'quentin@example.org' });
    const approver = (login: string) => house.person(login, 'approver');
    const id = await submitOne(house.ctx);
    await approveRequest(approver('p-1@sso'), { id });
    for (const other of ['paula', 'pm']) {
      await expect(approveRequest(approver(other), { id })).rejects.toEqual(
        refusal('request.already-decided-by-you'),
      );
    }
    expect(await approveRequest(approver('quentin'), { id })).toEqual({ id, state: 'APPROVED' });
  });

  it('decides on no request of the other account, nor on one whose mailbox is theirs', async () => {
    house = await testHouse({ signer, realClock: true, kind });
    await account('paula', { email: 'paula@example.org' });
    await account('p-1@sso', { account: 'pm', verified: 'paula@example.org' });
    const paula = house.person('paula', 'approver');
    const asked = await submitOne(house.person('p-1@sso'));
    const mailed = await submitOne(house.ctx, { commonName: 'pmailed', email: 'paula@example.org' });
    const others = await submitOne(house.ctx, { commonName: 'other', email: 'other@example.org' });
    await house.ctx.db.prisma.request.updateMany({
      where: { id: { in: [mailed, others] } },
      data: { emailState: 'proven' },
    });
    for (const id of [asked, mailed]) {
      await expect(approveRequest(paula, { id })).rejects.toEqual(refusal('request.own'));
      expect(await viewRequest(paula, { id })).toMatchObject({ own: true });
    }
    const seen = [asked, mailed, others].map((id) => ({ id, version: 1 }));
    expect((await listApprovable(paula, { seen })).map(({ id }) => id)).toEqual([others]);
    expect(await approveRequest(paula, { id: others })).toMatchObject({ state: 'APPROVED' });
  });

  it('is not taken for others by an address that nobody has proven', async () => {
    house = await testHouse({ signer, realClock: true, kind });
    await account('paula', { email: 'paula@example.org' });
    const id = await submitOne(house.ctx, { email: 'paula@example.org' });
    expect(await approveRequest(house.person('paula', 'approver'), { id })).toMatchObject({
      state: 'APPROVED',
    });
  });
});

it('commands on the host approve once, whoever types them', async () => {
  house = await testHouse({ signer, realClock: true, config: { approval: { count: 2 } } });
  const host = house.as({ kind: 'host', name: 'root' });
  const id = await submitOne(house.ctx);
  await approveRequest(host, { id });
  await expect(approveRequest(host, { id })).rejects.toEqual(refusal('request.already-decided-by-you'));
});
