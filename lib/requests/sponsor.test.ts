import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveRequest } from './approve-request';
import { sponsorRequest, viewForSponsor } from './sponsor';
import { viewOwnRequest } from './view-own-request';
import { viewRequest } from './view-request';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

async function open(kind: 'sqlite' | 'postgresql', sponsors = 'roles'): Promise<string> {
  house = await testHouse({ kind, signer, realClock: true, config: { requests: { sponsors } } });
  return submitOne(house.ctx, { commonName: 'greta', note: 'Visiting the astro group' });
}
const refused = (code: string) => expect.objectContaining({ code });

describe.each(DATABASE_KINDS)('a sponsor, on %s', (kind) => {
  it('vouches in their own name, and the approver and the guest see it', async () => {
    const id = await open(kind);
    const own = () => viewOwnRequest(house.requester(id), { id });
    expect(await own()).toMatchObject({ sponsor: null, sponsorPath: `/sponsor/${id}` });
    const staff = house.person('stella', 'auditor');
    expect(await viewForSponsor(staff, { id })).toMatchObject({
      commonName: 'greta',
      own: false,
      sponsor: null,
    });
    await sponsorRequest(staff, { id, vouch: true, note: ' Guest of my group ' });
    expect(await viewForSponsor(staff, { id })).toMatchObject({ sponsor: { name: 'stella', mine: true } });
    const seen = await viewRequest(house.person('paula', 'approver'), { id });
    expect(seen).toMatchObject({ sponsor: { name: 'stella', note: 'Guest of my group' }, version: 1 });
    expect(seen.checks).toContainEqual(
      expect.objectContaining({ code: 'request.sponsor', ok: true, level: 'info' }),
    );
    expect(seen.timeline.map(({ what }) => what)).toEqual(['submitted', 'sponsored']);
    // The guest reads who, and not what was said to the approver.
    const guest = await own();
    expect(guest).toMatchObject({ sponsor: { name: 'stella' } });
    expect(JSON.stringify(guest)).not.toContain('my group');
  });

  it('makes no finding clean', async () => {
    const id = await open(kind);
    const paula = house.person('paula', 'approver');
    const before = await viewRequest(paula, { id });
    await sponsorRequest(house.person('stella', 'auditor'), { id, vouch: true });
    expect((await viewRequest(paula, { id })).finding).toBe(before.finding);
  });

  it('may take it back, and nobody for them', async () => {
    const id = await open(kind);
    const stella = house.person('stella', 'auditor');
    await sponsorRequest(stella, { id, vouch: true });
    await sponsorRequest(house.person('mallory', 'operator'), { id, vouch: false });
    expect((await viewForSponsor(stella, { id })).sponsor).not.toBeNull();
    await sponsorRequest(stella, { id, vouch: false });
    expect((await viewForSponsor(stella, { id })).sponsor).toBeNull();
  });

  it('is a person who is signed in, allowed to, and somebody else', async () => {
    const id = await open(kind);
    const token = { kind: 'token', tokenId: 't', name: 'ci', madeBy: 'user:x', roles: ['approver'] } as const;
    for (const actor of [house.ctx.actor, token, { kind: 'host', name: 'root' } as const]) {
      const ctx = house.as(actor);
      await expect(sponsorRequest(ctx, { id, vouch: true })).rejects.toEqual(refused('auth.required'));
      await expect(viewForSponsor(ctx, { id })).rejects.toEqual(refused('auth.required'));
    }
    await expect(sponsorRequest(house.person('guest2'), { id, vouch: true })).rejects.toEqual(
      refused('auth.forbidden'),
    );
    const alice = house.person('alice', 'auditor');
    const own = await submitOne(alice, { commonName: 'alice' });
    await expect(sponsorRequest(alice, { id: own, vouch: true })).rejects.toEqual(refused('request.own'));
    await expect(sponsorRequest(alice, { id: 'R-00000000', vouch: true })).rejects.toEqual(
      refused('request.not-found'),
    );
    await approveRequest(house.person('paula', 'approver'), { id });
    await expect(sponsorRequest(alice, { id, vouch: true })).rejects.toEqual(refused('request.state'));
  });

  it.each([
    ['everybody', 'done'],
    ['nobody', 'auth.forbidden'],
  ])('with sponsors = %s: %s', async (sponsors, outcome) => {
    const id = await open(kind, sponsors);
    const done = sponsorRequest(house.person('member'), { id, vouch: true }).then(
      () => 'done',
      ({ code }: { code: string }) => code,
    );
    expect(await done).toBe(outcome);
    const { sponsorPath } = await viewOwnRequest(house.requester(id), { id });
    expect(sponsorPath === null).toBe(sponsors === 'nobody');
  });
});
