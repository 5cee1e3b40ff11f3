import { afterEach, describe, expect, it } from 'vitest';

import { verifyAudit } from '../audit/verify-audit';
import type { Ctx } from '../ctx';
import { openDatabase, type Database } from '../db/client';
import { claimApproved } from '../db/request-claims';
import { inTransaction } from '../db/in-transaction';
import { startJobs } from '../jobs/start-jobs';
import type { SignerClient } from '../signer-client/client';
import { testHouse, type TestHouse, type TestHouseOptions } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner, type TestSignerOptions } from '../testing/signer';
import { approveRequest } from './approve-request';
import { approveRequests } from './approve-requests';
import { recoverSigning } from './recover-signing';
import { requestCounts } from './request-counts';
import { retryRequest } from './retry-request';
import { signDueRequests, signRequests } from './sign-requests';
import { viewRequest } from './view-request';
import { withdrawRequest } from './withdraw-request';

let signer: TestSigner | undefined;
let house: TestHouse | undefined;
const others: Database[] = [];
afterEach(async () => {
  await Promise.all(others.splice(0).map((db) => db.close()));
  await house?.close();
  await signer?.remove();
  house = signer = undefined;
});

async function open(
  options: TestHouseOptions = {},
  signerOptions: TestSignerOptions = {},
): Promise<{ house: TestHouse; signer: TestSigner; operator: Ctx }> {
  signer = await startTestSigner(signerOptions);
  const config = { requests: { openPerAddress: 1000 }, ...options.config };
  house = await testHouse({ signer, realClock: true, ...options, config });
  return { house, signer, operator: house.person('otto', 'operator', 'approver') };
}

async function approved(from: TestHouse, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n += 1)
    ids.push(await submitOne(from.ctx, { commonName: `user${n}`, email: null }));
  await approveRequests(from.person('paula', 'approver'), { ids });
  return ids;
}

/** The same house, whose signer answers otherwise. */
function withSigner(ctx: Ctx, change: Partial<SignerClient>): Ctx {
  return { ...ctx, signer: { ...ctx.signer, ...change } };
}

describe('a signer that cannot sign', () => {
  it('is locked: everything stays approved', async () => {
    const { house: here, operator, signer: at } = await open({}, { locked: true });
    const [id] = await approved(here, 1);
    await expect(allEvents(signRequests(operator, { all: true }))).rejects.toMatchObject({
      code: 'signer.locked',
    });
    expect(await requestCounts(operator)).toMatchObject({ APPROVED: 1, SIGNING: 0 });
    await at.operator.unlock(at.passphrase);
    expect(await allEvents(signRequests(operator, { all: true }))).toMatchObject([
      { id, state: 'ISSUED' },
      {},
    ]);
  });

  it('is down: everything stays approved', async () => {
    const { house: here, operator, signer: at } = await open();
    await approved(here, 1);
    await at.stop();
    await expect(allEvents(signRequests(operator, { all: true }))).rejects.toMatchObject({
      code: 'signer.down',
    });
    expect(await requestCounts(operator)).toMatchObject({ APPROVED: 1, SIGNING: 0 });
  });

  it('is locked between question and order: the batch goes back', async () => {
    const { house: here, operator, signer: at } = await open();
    await approved(here, 3);
    const status = await operator.signer.status();
    await at.operator.lock();
    const events = await allEvents(
      signRequests(withSigner(operator, { status: () => Promise.resolve(status) }), { all: true }),
    );
    expect(events).toMatchObject([
      { state: 'APPROVED', code: 'signer.locked' },
      { state: 'APPROVED', code: 'signer.locked' },
      { state: 'APPROVED', code: 'signer.locked' },
      { event: 'done', issued: 0, failed: 3 },
    ]);
  });

  it('has no room on its disk: what it did not sign goes back', async () => {
    const { house: here, operator } = await open();
    const ids = await approved(here, 2);
    const full = withSigner(operator, {
      async *signStream(orders) {
        const [first, second] = orders;
        if (!first || !second) throw new Error('two orders were expected');
        yield* await operator.signer.sign([first]);
        yield {
          outcome: 'refused',
          orderId: second.content.orderId,
          code: 'start.disk-full',
          message: 'There is no room.',
        };
      },
    });
    const events = await allEvents(signRequests(full, { all: true }));
    expect(events.slice(0, 2)).toMatchObject([
      { state: 'ISSUED' },
      { state: 'APPROVED', code: 'start.disk-full' },
    ]);
    await allEvents(signRequests(operator, { all: true }));
    expect(await requestCounts(operator)).toMatchObject({ ISSUED: ids.length, APPROVED: 0, FAILED: 0 });
  });

  it('refuses an order: the request fails with the reason and can be tried again', async () => {
    const { house: here, operator } = await open({ config: { pki: { accountPattern: '[A-Za-z]+' } } });
    const id = await submitOne(here.ctx, { commonName: 'Alice', email: null });
    await approveRequest(operator, { id });
    const events = await allEvents(signRequests(operator, { ids: [id] }));
    expect(events[0]).toMatchObject({ id, state: 'FAILED', code: 'request.common-name' });
    expect(await viewRequest(operator, { id })).toMatchObject({
      state: 'FAILED',
      failureCode: 'request.common-name',
      actions: expect.arrayContaining(['retry']),
    });
    expect(await retryRequest(operator, { id })).toEqual({ id, state: 'APPROVED' });
  });

  it('answers with the certificate of somebody else: it is never stored', async () => {
    const { house: here, operator } = await open();
    await approved(here, 2);
    const swapped = withSigner(operator, {
      async *signStream(orders) {
        const outcomes = await operator.signer.sign(orders);
        const [one, other] = outcomes;
        if (one?.outcome !== 'issued' || other?.outcome !== 'issued') throw new Error('not signed');
        yield { ...one, orderId: other.orderId };
        yield { ...other, orderId: one.orderId };
      },
    });
    const events = await allEvents(signRequests(swapped, { all: true }));
    expect(events.slice(0, 2).map((event) => 'code' in event && event.code)).toEqual([
      'signer.protocol',
      'signer.protocol',
    ]);
    expect(events.slice(0, 2)).toMatchObject([{ state: 'FAILED' }, { state: 'FAILED' }]);
    expect(await here.ctx.db.prisma.certificate.count()).toBe(0);
  });
});

describe('which requests are signed', () => {
  it('those named, and for the others a word why not', async () => {
    const { house: here, operator } = await open();
    const [one, two] = await approved(here, 2);
    const waiting = await submitOne(here.ctx, { commonName: 'zoe', email: null });
    const events = await allEvents(
      signRequests(operator, { ids: [one ?? '', waiting, 'R-00000000', one ?? ''] }),
    );
    expect(events).toEqual([
      {
        event: 'item',
        id: one,
        state: 'ISSUED',
        serial: expect.stringMatching(/^[0-9a-f]{40}$/),
        done: 1,
        total: 3,
      },
      { event: 'item', id: waiting, state: 'SUBMITTED', code: 'request.state', done: 2, total: 3 },
      { event: 'item', id: 'R-00000000', state: 'SUBMITTED', code: 'request.not-found', done: 3, total: 3 },
      { event: 'done', issued: 1, failed: 2 },
    ]);
    expect(await viewRequest(operator, { id: two ?? '' })).toMatchObject({ state: 'APPROVED' });
  });

  it('by the clock only when the time to undo is over', async () => {
    const { house: here } = await open();
    const [id] = await approved(here, 1);
    const clock = here.as({ kind: 'system', name: 'sign' });
    expect(await allEvents(signDueRequests(clock))).toEqual([{ event: 'done', issued: 0, failed: 0 }]);
    here.advance(10_000);
    expect(await allEvents(signDueRequests(clock))).toMatchObject([{ id, state: 'ISSUED' }, {}]);
  });

  it('nobody signs without the role', async () => {
    const { house: here } = await open();
    expect(() => signRequests(here.ctx, { all: true })).toThrow(
      expect.objectContaining({ code: 'auth.required' }),
    );
    expect(() => signRequests(here.person('bob'), { all: true })).toThrow(
      expect.objectContaining({ code: 'auth.forbidden' }),
    );
  });
});

describe.each(DATABASE_KINDS)('two processes and death on %s', (kind) => {
  it('of two web processes that sign everything at once none signs the same', async () => {
    const { house: here, operator } = await open({ kind });
    const ids = await approved(here, 30);
    const db = await openDatabase(here.config, here.paths);
    others.push(db);
    const both = await Promise.all([
      allEvents(signRequests(operator, { all: true })),
      allEvents(signRequests({ ...operator, db }, { all: true })),
    ]);
    const issued = both.flat().flatMap((event) => (event.event === 'item' ? [event.id] : []));
    expect(issued.sort()).toEqual([...ids].sort());
    expect(await here.ctx.db.prisma.certificate.count()).toBe(30);
  });

  it('what died between order and answer is stored, what died before it goes back', async () => {
    const { house: here, operator } = await open({ kind });
    const ids = await approved(here, 4);
    const claim = (limit: number) =>
      inTransaction(here.ctx.db, (tx) =>
        claimApproved(tx, { claimedBy: 'elsewhere:1:dead', now: new Date(0), limit }),
      );
    // Signed, but the answer never reached the database.
    const dying = withSigner(operator, {
      async *signStream(orders) {
        await operator.signer.sign(orders);
        yield* [];
        throw new Error('kill -9');
      },
    });
    await expect(allEvents(signRequests(dying, { ids: ids.slice(0, 2) }))).rejects.toThrow('kill -9');
    await claim(2);
    expect(await requestCounts(operator)).toMatchObject({ SIGNING: 4 });
    const stored = await recoverSigning(here.as({ kind: 'system', name: 'recover' }));
    expect(stored.map((one) => one.state).sort()).toEqual(['APPROVED', 'APPROVED', 'ISSUED', 'ISSUED']);
    expect(await requestCounts(operator)).toMatchObject({ SIGNING: 0, APPROVED: 2, ISSUED: 2 });
    expect(await verifyAudit(operator)).toMatchObject({ ok: true });
  });

  it('an answer that comes after the batch was given back is stored all the same', async () => {
    const { house: here, operator } = await open({ kind });
    const [id] = await approved(here, 1);
    const late = withSigner(operator, {
      async *signStream(orders) {
        await here.ctx.db.prisma.request.updateMany({ where: { id: id ?? '' }, data: { state: 'APPROVED' } });
        yield* operator.signer.signStream(orders);
      },
    });
    expect(await allEvents(signRequests(late, { all: true }))).toMatchObject([{ id, state: 'ISSUED' }, {}]);
    await expect(withdrawRequest(here.requester(id ?? ''), { id: id ?? '' })).rejects.toMatchObject({
      code: 'request.state',
    });
  });

  it('a signer killed in the middle of 200 ends with 200 certificates, one per request', async () => {
    const { house: here, operator, signer: at } = await open({ kind }, { child: true });
    const ids = await approved(here, 200);
    let answered = 0;
    const killing = withSigner(operator, {
      async *signStream(orders) {
        for await (const outcome of operator.signer.signStream(orders)) {
          answered += 1;
          if (answered === 20) await at.kill();
          yield outcome;
        }
      },
    });
    const events = await allEvents(signRequests(killing, { all: true }));
    expect(events.at(-1)).toMatchObject({ event: 'done' });
    expect((await requestCounts(operator)).ISSUED).toBeLessThan(200);
    await at.start();
    const clock = here.as({ kind: 'system', name: 'recover' });
    await recoverSigning(clock);
    await allEvents(signRequests(clock, { all: true }));
    expect(await requestCounts(operator)).toMatchObject({ ISSUED: 200, SIGNING: 0, APPROVED: 0, FAILED: 0 });
    const rows = await here.ctx.db.prisma.certificate.findMany({ select: { requestId: true, serial: true } });
    expect(rows.map((row) => row.requestId).sort()).toEqual([...ids].sort());
    const journal = await at.client.lookup(ids);
    const serials = journal.map((outcome) => (outcome.outcome === 'issued' ? outcome.serial : 'missing'));
    expect(serials.sort()).toEqual(rows.map((row) => row.serial).sort());
  }, 60_000);
});

it('the clocks sign what is approved, settle what is left over, and stop', async () => {
  const { house: here, operator } = await open({ config: { signing: { undoSeconds: 0 } } });
  await approved(here, 2);
  const jobs = startJobs({ ...here, db: here.ctx.db, signer: here.ctx.signer });
  for (let tries = 0; tries < 100 && (await requestCounts(operator)).ISSUED < 2; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await jobs.stop();
  expect(await requestCounts(operator)).toMatchObject({ ISSUED: 2 });
});
