import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { findRequest } from '../db/requests';
import { insertUserIdentity } from '../db/user-identities';
import { insertUser } from '../db/users';
import { heldNames } from '../events/event-names';
import { testHouse, type TestHouse } from '../testing/ctx';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveRequest } from './approve-request';
import { signRequests } from './sign-requests';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

const provider = (id: string) => ({
  id,
  label: id,
  issuer: `https://${id}.example.org`,
  clientId: 'x',
});
const open = async (...ids: string[]) => {
  house = await testHouse({ signer, realClock: true, config: { signIn: { oidc: ids.map(provider) } } });
};
const TAKEN = { code: 'request.takeover-needs-confirmation' };

/** Somebody who has signed in by a provider, under this account name. */
async function at(id: string, account: string): Promise<Ctx> {
  const now = new Date();
  const login = `${account}@${id}`;
  await insertUser(house.ctx.db, {
    id: `id-${login}`,
    login,
    displayName: account,
    email: null,
    passwordHash: null,
    roles: '["approver"]',
    disabledAt: null,
    sessionVersion: 1,
    createdAt: now,
    lastSignInAt: null,
  });
  await insertUserIdentity(house.ctx.db, {
    ...{ issuer: provider(id).issuer, subject: login, userId: `id-${login}`, account, email: null },
    ...{ createdAt: now, lastSeenAt: now },
  });
  return house.person(login);
}

async function certified(ctx: Ctx, commonName: string): Promise<void> {
  const id = await submitOne(ctx, { commonName });
  const anna = house.person('anna', 'approver');
  await approveRequest(anna, { id });
  await allEvents(signRequests(anna, { ids: [id] }));
}

describe('the name of somebody who signs in here', () => {
  it('is theirs before they have a certificate: a stranger’s wish for it is a takeover', async () => {
    await open('campus');
    await at('campus', 'erna');
    const id = await submitOne(house.ctx, { commonName: 'erna' });
    const row = await findRequest(house.ctx.db, id);
    expect(row).toMatchObject({ finding: 'bad' });
    expect(row?.checks).toContain('person:erna@campus');
    await expect(approveRequest(house.person('anna', 'approver'), { id })).rejects.toMatchObject(TAKEN);
  });

  it('is the own one for who is signed in as them', async () => {
    await open('campus');
    const erna = await at('campus', 'erna');
    const row = await findRequest(house.ctx.db, await submitOne(erna, { commonName: 'erna' }));
    expect(row).toMatchObject({ finding: 'clean', accountProof: 'sign-in' });
  });

  it('is on no list of an event', async () => {
    await open('campus');
    await at('campus', 'erna');
    expect(await heldNames(house.ctx.db, ['erna', 'erna@campus', 'otto'], 'E-00000000')).toEqual([
      'erna',
      'erna@campus',
    ]);
  });
});

describe('of two providers with one name', () => {
  it('the second person takes nothing over unseen', async () => {
    await open('campus', 'guests');
    await certified(await at('campus', 'alice'), 'alice');
    const id = await submitOne(await at('guests', 'alice'), { commonName: 'alice' });
    expect(await findRequest(house.ctx.db, id)).toMatchObject({ finding: 'bad', accountProof: 'none' });
    await expect(approveRequest(house.person('anna', 'approver'), { id })).rejects.toMatchObject(TAKEN);
  });

  it('also where both are said to name the centre’s accounts', async () => {
    const both = ['campus', 'guests'].map((id) => ({ ...provider(id), provesAccount: true }));
    house = await testHouse({ signer, realClock: true, config: { signIn: { oidc: both } } });
    await certified(await at('campus', 'alice'), 'alice');
    const id = await submitOne(await at('guests', 'alice'), { commonName: 'alice' });
    expect(await findRequest(house.ctx.db, id)).toMatchObject({ finding: 'bad', accountProof: 'sign-in' });
  });
});
