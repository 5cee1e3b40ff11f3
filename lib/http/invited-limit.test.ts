import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { POST } from '../../app/api/v1/requests/route';
import { approveEvent } from '../events/approve-event';
import { invite } from '../events/invite';
import { planEvent } from '../events/plan-event';
import { openTestHouse, type TestHouse } from '../testing/house';
import { freshCsr } from '../testing/requests';
import { toPem } from '../x509/pem';

// A class sits behind one address; so does whoever would flood the portal from there.

const USUAL = 240;
let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.remove());

const ask = (body: unknown) =>
  POST(
    new Request('https://localhost:8443/api/v1/requests', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        host: 'localhost:8443',
        'x-forwarded-proto': 'https',
      },
      body: JSON.stringify(body),
    }),
    { params: Promise.resolve({}) },
  );

async function flood(calls: number, body: unknown): Promise<Map<number, number>> {
  const answers = new Map<number, number>();
  for (let n = 0; n < calls; n += 1) {
    const { status } = await ask(body);
    answers.set(status, (answers.get(status) ?? 0) + 1);
  }
  return answers;
}

const auditRows = () => house.ctx.db.prisma.auditEvent.count();

async function links(seats: number): Promise<string[]> {
  const at = Date.now();
  const { id } = await planEvent(house.ctx, {
    name: 'Class',
    startsAt: new Date(at - 1000),
    endsAt: new Date(at + 86_400_000),
    hubs: [],
    people: { seats },
    spare: 0,
  });
  await approveEvent(house.ctx, { id });
  return (await invite(house.ctx, { id, by: 'cards', who: 'waiting' })).cards.map(({ link }) => link);
}

describe('strangers of one address', () => {
  it('have the usual limit, whatever they write for an invitation, and fill no audit log', async () => {
    const before = await auditRows();
    const answers = await flood(USUAL + 60, { csr: 'x', invitation: 'ABCDEFGHJKMNPQRSTVWX' });
    expect(answers.get(429) ?? 0).toBeGreaterThan(30);
    expect(answers.get(404)).toBeGreaterThanOrEqual(USUAL);
    expect(await auditRows()).toBe(before);
    // A body that cannot be read is charged, too.
    expect([...(await flood(20, { csr: 1 })).keys()]).toContain(429);
  });

  it('who hold invitations get through meanwhile', async () => {
    const [first, second] = await links(2);
    const csr = toPem('CERTIFICATE REQUEST', freshCsr('x'));
    expect([...(await flood(20, { csr, invitation: 'x' })).keys()]).toContain(429);
    const before = await auditRows();
    expect((await ask({ csr: 'x', invitation: first })).status).toBe(400);
    expect(await auditRows()).toBe(before + 1);
    expect((await ask({ csr, invitation: first })).status).toBe(201);
    // Used: no pass to more than others have.
    expect([...(await flood(20, { csr, invitation: first })).keys()]).toContain(429);
    expect((await ask({ csr: toPem('CERTIFICATE REQUEST', freshCsr('y')), invitation: second })).status).toBe(
      201,
    );
  });
});
