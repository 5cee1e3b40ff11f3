import { afterAll, beforeAll, expect, it } from 'vitest';

import { openTestHouse, type TestHouse } from '../testing/house';
import { allEvents, submitOne } from '../testing/requests';
import { approvalProgress } from './approval-progress';
import { approveRequest } from './approve-request';
import { signRequests } from './sign-requests';
import { unapproveRequest } from './unapprove-request';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

it('follows what was approved together: until when it can be undone, and what became of it', async () => {
  const ids = [
    await submitOne(house.ctx, { commonName: 'ann' }),
    await submitOne(house.ctx, { commonName: 'ben' }),
  ];
  const now = new Date();
  const at = (seconds: number) => ({ ...house.ctx, now: () => new Date(now.getTime() + seconds * 1000) });
  await approveRequest(at(0), { id: ids[0] ?? '' });
  await approveRequest(at(4), { id: ids[1] ?? '' });
  expect(await approvalProgress(house.ctx, { ids })).toEqual({
    waiting: 2,
    signing: 0,
    signed: 0,
    failed: 0,
    signAt: new Date(now.getTime() + 14_000).toISOString(),
  });
  await unapproveRequest(house.ctx, { id: ids[1] ?? '' });
  await allEvents(signRequests(house.ctx, { ids: [ids[0] ?? ''] }));
  expect(await approvalProgress(house.ctx, { ids })).toMatchObject({ waiting: 0, signed: 1, signAt: null });
});

it('is for those who may read requests', async () => {
  const actor = { kind: 'visitor' as const, addressKey: 'k' };
  await expect(approvalProgress({ ...house.ctx, actor }, { ids: [] })).rejects.toMatchObject({
    code: 'auth.required',
  });
});
