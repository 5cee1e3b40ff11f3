import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DATABASE_KINDS } from '../testing/database';
import { openTestHouse, type TestHouse } from '../testing/house';
import { allEvents, submitOne } from '../testing/requests';
import { blockKey } from '../certificates/block-key';
import { approveRequest } from './approve-request';
import { listApprovable } from './list-approvable';
import { listRequests } from './list-requests';
import { requestCounts } from './request-counts';
import { signRequests } from './sign-requests';
import { withdrawRequest } from './withdraw-request';

describe.each(DATABASE_KINDS)('findings of waiting requests on %s', (database) => {
  let house: TestHouse;
  beforeAll(async () => {
    house = await openTestHouse({ database });
  });
  afterAll(() => house.remove());

  const waiting = async (id: string) => {
    const { items } = await listRequests(house.ctx, { state: 'SUBMITTED', limit: 200 });
    const item = items.find((one) => one.id === id);
    const failed = item?.checks.filter(({ ok }) => !ok).map(({ code }) => code) ?? [];
    return { finding: item?.finding, failed, said: JSON.stringify(item?.checks) };
  };

  it('follow what becomes of other requests for the same name', async () => {
    const first = await submitOne(house.ctx, { commonName: 'mrojas' });
    expect(await waiting(first)).toMatchObject({ finding: 'clean' });
    const second = await submitOne(house.ctx, { commonName: 'mrojas' });
    const wanted = await waiting(first);
    expect(wanted.failed).toContain('request.name-wanted');
    expect(await requestCounts(house.ctx)).toMatchObject({ clean: 0, flagged: 2 });

    await withdrawRequest(
      { ...house.ctx, actor: { kind: 'requester', requestId: second, addressKey: 'k' } },
      { id: second },
    );
    expect(await waiting(first)).toMatchObject({ finding: 'clean' });
    expect((await listApprovable(house.ctx, { all: 'clean' })).map(({ id }) => id)).toContain(first);

    const third = await submitOne(house.ctx, { commonName: 'mrojas' });
    await approveRequest(house.ctx, { id: third });
    await allEvents(signRequests(house.ctx, { ids: [third] }));
    const held = await waiting(first);
    expect(held.finding).toBe('bad');
    expect(held.failed).toContain('request.name-held');
    expect(held.failed).not.toContain('request.name-wanted');
    expect(await house.ctx.db.prisma.findingChange.count()).toBe(0);
  });

  it('follow a key that became known to others', async () => {
    const id = await submitOne(house.ctx, { commonName: 'jsoto' });
    const row = await house.ctx.db.prisma.request.findUniqueOrThrow({ where: { id } });
    expect(await waiting(id)).toMatchObject({ finding: 'clean' });
    await blockKey(house.ctx, { spkiSha256: row.spkiSha256, reason: 'found on a forum' });
    const { finding, failed } = await waiting(id);
    expect(finding).toBe('bad');
    expect(failed).toContain('key.compromised');
  });

  it('leave requests for other names as they are', async () => {
    const id = await submitOne(house.ctx, { commonName: 'pperez' });
    const before = await waiting(id);
    await submitOne(house.ctx, { commonName: 'cmunoz' });
    expect(await waiting(id)).toEqual(before);
  });
});
