import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { signDueRequests } from '../requests/sign-requests';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { listAuditEvents } from '../testing/audit-rows';
import { answerTouch, enrolPasskey } from '../testing/enrolled';
import { allEvents, freshCsr } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveEvent, rejectEvent } from './approve-event';
import { approveEventTouched, beginEventTouch } from './event-touch';
import { invite } from './invite';
import { planEvent, type EventPlan } from './plan-event';
import { revokeEvent } from './revoke-event';
import { submitInvited } from './submit-invited';
import { viewEvent, viewEventForDecision } from './view-event';

// The portal's word about an event and the signer's, and what happens where they could come apart.

const DAY = 86_400_000;
let signer: TestSigner;
let house: TestHouse;
let olga: Ctx;
let anna: Ctx;

beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

async function open(kind: (typeof DATABASE_KINDS)[number]): Promise<void> {
  house = await testHouse({ signer, realClock: true, kind });
  olga = house.person('olga', 'operator');
  anna = house.person('anna', 'approver');
}

let made = 0;
function plan(input: Partial<EventPlan> = {}): EventPlan {
  made += 1;
  return {
    name: `Race ${made}`,
    startsAt: new Date(house.ctx.now().getTime() - 1000),
    endsAt: new Date(house.ctx.now().getTime() + 2 * DAY),
    hubs: [],
    people: { seats: 2 },
    spare: 0,
    ...input,
  };
}

const refusal = (code: string) => expect.objectContaining({ code });

/** Anna, while something happens between the signer's yes and the portal's own row. */
function annaWhile(then: () => Promise<unknown>): Ctx {
  const approve: Ctx['signer']['approveEvent'] = async (event) => {
    const state = await anna.signer.approveEvent(event);
    await then();
    return state;
  };
  return { ...anna, signer: { ...anna.signer, approveEvent: approve } };
}

/** Somebody who has read the event, when something happens to it before they go on. */
function afterReading(ctx: Ctx, then: () => Promise<unknown>): Ctx {
  const { prisma } = ctx.db;
  let first = true;
  const findUnique = async (query: Parameters<typeof prisma.trainingEvent.findUnique>[0]) => {
    const row = await prisma.trainingEvent.findUnique(query);
    if (first) {
      first = false;
      await then();
    }
    return row;
  };
  const instead = (target: object, name: string, value: unknown): unknown =>
    new Proxy(target, { get: (all, asked) => (asked === name ? value : Reflect.get(all, asked)) });
  const events = instead(prisma.trainingEvent, 'findUnique', findUnique);
  return { ...ctx, db: { ...ctx.db, prisma: instead(prisma, 'trainingEvent', events) as typeof prisma } };
}

const lost = () => Promise.reject(new HubgateError('signer.down', 'The answer was lost.'));

/** Participants of the plan that was approved get in, and it is that plan. */
async function opens(id: string, seats: number): Promise<void> {
  const { cards } = await invite(olga, { id, by: 'cards', who: 'waiting' });
  expect(cards).toHaveLength(seats);
  const secret = cards[0]?.link.split('#s=')[1] ?? '';
  await submitInvited(house.ctx, { secret, csr: freshCsr('x'), source: 'web' });
  const signed = await allEvents(signDueRequests(house.as({ kind: 'system', name: 'sign' })));
  expect(signed.at(-1)).toMatchObject({ event: 'done', issued: 1, failed: 0 });
}

describe.each(DATABASE_KINDS)('between the signer and the portal, on %s', (kind) => {
  it('a plan is not changed any more: what was approved is what goes on', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    const tried: unknown[] = [];
    const replan = () =>
      planEvent(olga, { id, ...plan({ people: { seats: 5 } }) }).catch((thrown) => tried.push(thrown));
    expect(await approveEvent(annaWhile(replan), { id })).toMatchObject({ state: 'APPROVED' });
    expect(tried).toEqual([refusal('event.state')]);
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'APPROVED', version: 1, seats: 2 });
    await opens(id, 2);
  });

  it('of two approvers at once one approves, and the other is told', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    const paula = afterReading(house.person('paula', 'approver'), () => approveEvent(anna, { id }));
    await expect(approveEvent(paula, { id })).rejects.toEqual(refusal('event.state'));
    const audited = (await listAuditEvents(house.database.db)).filter(
      ({ action }) => action === 'event.approve',
    );
    expect(audited.map(({ actor }) => actor)).toEqual(['person:anna']);
  });

  it('a rejection by somebody else comes too late', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    const tried: unknown[] = [];
    const reject = () =>
      rejectEvent(house.person('paula', 'approver'), { id, reason: 'No' }).catch((e) => tried.push(e));
    expect(await approveEvent(annaWhile(reject), { id })).toMatchObject({ state: 'APPROVED' });
    expect(tried).toEqual([refusal('event.state')]);
  });

  it('an answer that was lost leaves it to the same approver, who is told the same', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    await expect(approveEvent(annaWhile(lost), { id })).rejects.toEqual(refusal('signer.down'));
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'WAITING' });
    expect(await approveEvent(anna, { id })).toMatchObject({ state: 'APPROVED' });
    await opens(id, 2);
  });

  it('an answer that was lost is asked for again by whoever would change the plan', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    await expect(approveEvent(annaWhile(lost), { id })).rejects.toEqual(refusal('signer.down'));
    const change = () => planEvent(olga, { id, ...plan({ people: { seats: 5 } }) });
    // At once it may still be on its way.
    await expect(change()).rejects.toEqual(refusal('event.state'));
    house.advance(5 * 60_000);
    await expect(change()).rejects.toEqual(refusal('event.state'));
    house.advance(-5 * 60_000);
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'APPROVED', version: 1, seats: 2 });
    const said = (await listAuditEvents(house.database.db)).filter(
      ({ action }) => action === 'event.approve',
    );
    expect(said.map(({ actor, target }) => [actor, target])).toEqual([['system:event-approval', id]]);
    await opens(id, 2);
  });

  it('a signer that never heard of it leaves the plan free, and it is approved anew', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    const deaf: Ctx = { ...anna, signer: { ...anna.signer, approveEvent: lost } };
    await expect(approveEvent(deaf, { id })).rejects.toEqual(refusal('signer.down'));
    const change = plan({ people: { seats: 5 } });
    house.advance(5 * 60_000);
    await planEvent(olga, { id, ...change });
    house.advance(-5 * 60_000);
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'WAITING', version: 2, seats: 5 });
    // The approval of before is of another plan: the page that it was given on says so.
    await expect(approveEvent(anna, { id, version: 1 })).rejects.toEqual(refusal('event.state'));
    expect(await approveEvent(anna, { id, version: 2 })).toMatchObject({ state: 'APPROVED' });
    await opens(id, 5);
  });

  it('a signer that refuses leaves the plan free at once', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    const refuses = () => Promise.reject(new HubgateError('signer.refused', 'It would outlive the CA.'));
    const refused: Ctx = { ...anna, signer: { ...anna.signer, approveEvent: refuses } };
    await expect(approveEvent(refused, { id })).rejects.toEqual(refusal('signer.refused'));
    await planEvent(olga, { id, ...plan({ people: { seats: 3 } }) });
    expect(await approveEvent(anna, { id })).toMatchObject({ state: 'APPROVED' });
    await opens(id, 3);
  });

  it('it can be given up at any moment', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    await expect(approveEvent(annaWhile(lost), { id })).rejects.toEqual(refusal('signer.down'));
    expect(await revokeEvent(olga, { id, expectedCount: 0 })).toEqual({ count: 0 });
    expect(await signer.client.eventState(id)).toMatchObject({ closed: true });
  });
});

describe.each(DATABASE_KINDS)('an approval that no longer counts at the signer, on %s', (kind) => {
  /** As an operator does it: the signer's file, and a restart. */
  async function signerWants(approvalCount: number): Promise<void> {
    const file = join(signer.dir, 'policy.json');
    const policy = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    writeFileSync(file, JSON.stringify({ ...policy, approvalCount }));
    await signer.stop();
    await signer.start();
  }
  afterEach(() => signerWants(1));

  const wanting = (ctx: Ctx, count: number): Ctx => ({
    ...ctx,
    config: { ...ctx.config, approval: { ...ctx.config.approval, count } },
  });
  const answering = (ctx: Ctx, eventState: Ctx['signer']['eventState']): Ctx => ({
    ...ctx,
    signer: { ...ctx.signer, eventState },
  });

  it('is told to organiser and approvers, who approve the same plan again', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    await approveEvent(anna, { id });
    expect(await viewEvent(olga, { id })).toMatchObject({ fault: null });
    expect((await viewEventForDecision(anna, { id })).actions).not.toContain('approve');
    await expect(approveEvent(anna, { id })).rejects.toEqual(refusal('event.state'));

    await signerWants(2);
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'APPROVED', fault: 'approvals' });
    const [one, two] = [wanting(anna, 2), wanting(house.person('paula', 'approver'), 2)];
    expect((await viewEventForDecision(one, { id })).actions).toContain('approve');
    // Both do it anew: what stands from before is what does not count.
    expect(await approveEvent(one, { id, version: 1 })).toMatchObject({ state: 'APPROVED', missing: 1 });
    await expect(approveEvent(one, { id })).rejects.toEqual(refusal('request.already-decided-by-you'));
    expect(await viewEvent(olga, { id })).toMatchObject({ fault: 'approvals' });
    expect(await approveEvent(two, { id, version: 1 })).toMatchObject({ state: 'APPROVED', missing: 0 });
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'APPROVED', version: 1, fault: null });
    await opens(id, 2);
  });

  it('is never one of another plan', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    await approveEvent(anna, { id });
    const kept = await signer.client.eventState(id);
    const other = answering(anna, async () => ({ ...kept, digest: '0'.repeat(64) }));
    expect(await viewEventForDecision(other, { id })).toMatchObject({ fault: 'other-plan' });
    await expect(approveEvent(other, { id })).rejects.toEqual(refusal('event.state'));
    const former = answering(anna, async () => ({ ...kept, fault: 'former-ca' }));
    expect(await viewEventForDecision(former, { id })).toMatchObject({ fault: 'former-ca' });
    await expect(approveEvent(former, { id })).rejects.toEqual(refusal('event.state'));
  });

  it('is told of a plan that waits, too: of half an approval, and of one that is of another plan', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'WAITING', fault: null });
    await expect(approveEvent(annaWhile(lost), { id })).rejects.toEqual(refusal('signer.down'));
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'WAITING', fault: 'unfinished' });
    await approveEvent(anna, { id });
    const kept = await signer.client.eventState(id);
    // As after a database of before has been put back.
    const { id: waits } = await planEvent(olga, plan());
    const aged = answering(olga, async () => ({ ...kept, eventId: waits }));
    expect(await viewEvent(aged, { id: waits })).toMatchObject({ state: 'WAITING', fault: 'other-plan' });
  });

  it('is not claimed of a signer that does not answer, and is told of one that has forgotten', async () => {
    await open(kind);
    const { id } = await planEvent(olga, plan());
    await approveEvent(anna, { id });
    const down = answering(olga, () => Promise.reject(new HubgateError('signer.down', 'Nobody answers.')));
    expect(await viewEvent(down, { id })).toMatchObject({ fault: 'unknown' });
    const empty = answering(olga, () => Promise.reject(new HubgateError('event.not-found', 'Never heard.')));
    expect(await viewEvent(empty, { id })).toMatchObject({ fault: 'missing' });
    await revokeEvent(olga, { id, expectedCount: 0 });
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'CLOSED', fault: null });
  });
});

it('an approval by a passkey that was taken away is mended by the touch of another one', async () => {
  const strict = await startTestSigner({ policy: { approvalMode: 'passkey' } });
  try {
    house = await testHouse({
      signer: strict,
      realClock: true,
      config: { approval: { require: 'passkey' } },
    });
    olga = house.person('olga', 'operator');
    anna = house.person('anna', 'approver');
    const before = await enrolPasskey(anna, strict.operator);
    const { id } = await planEvent(olga, plan());
    const touch = async (key: typeof before) =>
      approveEventTouched(anna, {
        answer: answerTouch(key, await beginEventTouch(anna, { id, version: 1 })),
      });
    expect(await touch(before)).toMatchObject({ state: 'APPROVED', missing: 0 });
    await expect(beginEventTouch(anna, { id, version: 1 })).rejects.toEqual(refusal('event.state'));

    const [hers] = (await strict.client.approvers()).persons.flatMap(({ passkeys }) => passkeys);
    await strict.operator.removePasskey({ which: hers?.fingerprint ?? '', by: 'host:test' });
    const next = await enrolPasskey(anna, strict.operator);
    expect(await viewEvent(olga, { id })).toMatchObject({ fault: 'approvals' });
    expect(await touch(next)).toMatchObject({ state: 'APPROVED', missing: 0 });
    expect(await viewEvent(olga, { id })).toMatchObject({ fault: null });
    await opens(id, 2);
  } finally {
    await strict.remove();
  }
});
