import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { certificateOfRequest } from '../db/certificates';
import { findRequest } from '../db/requests';
import { testHouse, type TestHouse } from '../testing/ctx';
import { listAuditEvents } from '../testing/audit-rows';
import { DATABASE_KINDS } from '../testing/database';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveRequest } from './approve-request';
import { signRequests } from './sign-requests';
import { canStartAgain, supersedeRequest } from './start-again';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

const requester = (requestId: string): Ctx => house.as({ kind: 'requester', requestId, addressKey: 'k' });
const BY = 'R-LATER000';

describe.each(DATABASE_KINDS)('a request whose key is lost, on %s', (kind) => {
  it.each(['SUBMITTED', 'APPROVED'])('is withdrawn for a later one while it is %s', async (state) => {
    house = await testHouse({ signer, realClock: true, kind });
    const id = await submitOne(house.ctx);
    if (state === 'APPROVED') await approveRequest(house.person('paula', 'approver'), { id });
    expect(await canStartAgain(requester(id), { id })).toBe(true);
    await supersedeRequest(requester(id), { id, by: BY });
    expect(await findRequest(house.ctx.db, id)).toMatchObject({ state: 'WITHDRAWN', signAfter: null });
    const last = (await listAuditEvents(house.ctx.db)).at(-1);
    expect(last).toMatchObject({ action: 'request.withdraw', target: id });
    expect(last?.data).toContain(BY);
    expect(await canStartAgain(requester(id), { id })).toBe(false);
    await supersedeRequest(requester(id), { id, by: BY }); // over already
  });

  it('has its certificate revoked as superseded once that is there', async () => {
    house = await testHouse({ signer, realClock: true, kind });
    const id = await submitOne(house.ctx, { commonName: 'lost' });
    await approveRequest(house.person('paula', 'approver'), { id });
    await allEvents(signRequests(house.person('olga', 'operator'), { ids: [id] }));
    expect(await canStartAgain(requester(id), { id })).toBe(true);
    await supersedeRequest(requester(id), { id, by: BY });
    expect(await certificateOfRequest(house.ctx.db, id)).toMatchObject({
      state: 'REVOKED',
      revocationReason: 'superseded',
    });
    expect(await canStartAgain(requester(id), { id })).toBe(false);
  });

  it('is nobody else’s to replace', async () => {
    house = await testHouse({ signer, realClock: true, kind });
    const id = await submitOne(house.ctx);
    const other = await submitOne(house.ctx, { commonName: 'mallory' });
    await expect(supersedeRequest(requester(other), { id, by: other })).rejects.toMatchObject({
      code: 'request.not-found',
    });
    await expect(canStartAgain(requester(other), { id })).rejects.toMatchObject({
      code: 'request.not-found',
    });
    expect(await findRequest(house.ctx.db, id)).toMatchObject({ state: 'SUBMITTED' });
  });
});
