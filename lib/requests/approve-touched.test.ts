import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import type { Authenticator } from '../testing/authenticator';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse, type TestHouseOptions } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { answerTouch, enrolPasskey } from '../testing/enrolled';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveRequest } from './approve-request';
import { approveRequests } from './approve-requests';
import { approveTouched } from './approve-touched';
import { beginTouch } from './begin-touch';
import { editRequest } from './edit-request';
import { listApprovable } from './list-approvable';
import { signRequests } from './sign-requests';
import { viewRequest } from './view-request';
import { withdrawRequest } from './withdraw-request';

let signer: TestSigner;
let house: TestHouse;
let paula: Ctx;
let key: Authenticator;

beforeAll(async () => {
  signer = await startTestSigner({ policy: { approvalMode: 'passkey' } });
});
afterEach(async () => {
  for (const { id } of (await signer.client.approvers()).persons) {
    await signer.operator.removePasskey({ which: id, by: 'host:test' });
  }
  await house.close();
});
afterAll(() => signer.remove());

const refusal = (code: string) => expect.objectContaining({ code });

async function open(options: TestHouseOptions & { count?: number } = {}): Promise<void> {
  const { count = 1, ...rest } = options;
  const config = { approval: { require: 'passkey', count }, ...rest.config };
  house = await testHouse({ signer, realClock: true, ...rest, config });
  paula = house.person('paula', 'approver');
  key = await enrolPasskey(paula, signer.operator);
}

/** Waiting, clean requests of different people. */
async function waiting(...names: string[]): Promise<{ id: string; version: number }[]> {
  const requests = [];
  for (const commonName of names)
    requests.push({ id: await submitOne(house.ctx, { commonName }), version: 1 });
  return requests;
}

async function signed(ids: readonly string[]) {
  const events = await allEvents(signRequests(house.person('otto', 'operator'), { ids }));
  return events.flatMap((event) => (event.event === 'item' ? [event] : []));
}

describe.each(DATABASE_KINDS)('a touch on %s', (kind) => {
  it('approves one request, and the signer signs it', async () => {
    await open({ kind });
    const [one] = await waiting('alice');
    if (!one) throw new Error('no request');
    const wish = await beginTouch(paula, { requests: [{ ...one, vouchEmail: true }], single: true });
    expect(wish).toMatchObject({ count: 1, rpId: 'localhost', allow: [key.credentialId], skipped: [] });
    const answer = answerTouch(key, wish);
    const approved = await approveTouched(paula, { answer, comment: 'Known' });
    expect(approved).toEqual({ single: true, results: [{ id: one.id, state: 'APPROVED' }] });
    const [event] = await signed([one.id]);
    expect(event).toMatchObject({ state: 'ISSUED' });
    const view = await viewRequest(paula, { id: one.id });
    expect(view.emailState).toBe('vouched');
    expect(view.approvals).toMatchObject([{ approver: 'person:paula', comment: 'Known' }]);
    const decided = (await listAuditEvents(house.database.db)).find(
      ({ action }) => action === 'request.approve',
    );
    expect(decided?.data).toContain(key.credentialId);
    // The same touch once more.
    await expect(approveTouched(paula, { answer })).rejects.toEqual(refusal('approval.touch'));
  });

  it('approves a selection, without what changed in between', async () => {
    await open({ kind });
    const requests = await waiting('ann', 'ben', 'cleo', 'dora');
    const [ann, ben, cleo, dora] = requests.map(({ id }) => id) as [string, string, string, string];
    const wish = await beginTouch(paula, { requests, single: false });
    expect(wish.count).toBe(4);
    await editRequest(paula, { id: ben, version: 1, commonName: 'benjamin' });
    await withdrawRequest(house.requester(dora), { id: dora });
    const { results } = await approveTouched(paula, { answer: answerTouch(key, wish) });
    expect(new Map(results.map((one) => [one.id, one.code ?? one.state]))).toEqual(
      new Map([
        [ann, 'APPROVED'],
        [ben, 'request.version'],
        [cleo, 'APPROVED'],
        [dora, 'request.state'],
      ]),
    );
    expect((await signed([ann, cleo])).map(({ state }) => state)).toEqual(['ISSUED', 'ISSUED']);
  });
});

describe('what a touch is begun for', () => {
  it('is clean, unchanged, of others, and there', async () => {
    await open();
    const [one] = await waiting('alice');
    const own = { id: await submitOne(paula, { commonName: 'paula' }), version: 1 };
    // Two people ask for one name: a finding of both, of the first one since the second came.
    const contested = { id: await submitOne(house.ctx, { commonName: 'carl' }), version: 1 };
    const takeover = {
      id: await submitOne(house.ctx, { commonName: 'carl', email: 'b@example.org' }),
      version: 1,
    };
    const stale = { id: (await waiting('eve'))[0]?.id ?? '', version: 7 };
    const gone = { id: 'R-00000000', version: 1 };
    if (!one) throw new Error('no request');
    const requests = [one, own, contested, takeover, stale, gone];
    const { count, skipped } = await beginTouch(paula, { requests, single: false });
    expect(new Map(skipped.map((each) => [each.id, each.code]))).toEqual(
      new Map([
        [own.id, 'request.own'],
        [contested.id, 'request.flagged'],
        [takeover.id, 'request.flagged'],
        [stale.id, 'request.version'],
        [gone.id, 'request.not-found'],
      ]),
    );
    expect(count).toBe(1);
    for (const [request, code] of [
      [own, 'request.own'],
      [stale, 'request.version'],
      [gone, 'request.not-found'],
    ] as const) {
      await expect(beginTouch(paula, { requests: [request], single: true })).rejects.toEqual(refusal(code));
    }
    await expect(beginTouch(paula, { requests: [], single: false })).rejects.toEqual(refusal('http.invalid'));
    const listed = await listApprovable(paula, { all: 'clean' });
    expect(listed.map(({ id }) => id)).not.toContain(own.id);
    expect(listed.map(({ id }) => id)).toContain(one.id);
    const seen = await listApprovable(paula, { seen: [stale, own] });
    expect(seen).toMatchObject([{ id: stale.id, version: 7 }]);
  });

  it('is asked of approvers who have an accepted passkey', async () => {
    await open();
    const requests = await waiting('alice');
    const input = { requests, single: false };
    await expect(beginTouch(house.person('bob'), input)).rejects.toEqual(refusal('auth.forbidden'));
    await expect(beginTouch(house.as({ kind: 'host', name: 'root' }), input)).rejects.toEqual(
      refusal('auth.required'),
    );
    await expect(beginTouch(house.person('rita', 'approver'), input)).rejects.toEqual(
      refusal('passkey.not-found'),
    );
    await signer.operator.removePasskey({ which: 'paula', by: 'host:test' });
    await expect(beginTouch(paula, input)).rejects.toEqual(refusal('passkey.not-accepted'));
  });
});

describe('a touch that is refused', () => {
  it('is of somebody else, for something else, too late, or of a passkey that was ended', async () => {
    await open();
    const before = await beginTouch(paula, { requests: await waiting('bob'), single: true });
    await approveTouched(paula, { answer: answerTouch(key, before) });
    const requests = await waiting('alice');
    const begin = () => beginTouch(paula, { requests, single: false });
    const rita = house.person('rita', 'approver');
    const ritas = await enrolPasskey(rita, signer.operator);
    const refused = (who: Ctx, answer: Parameters<typeof approveTouched>[1]['answer'], code: string) =>
      expect(approveTouched(who, { answer })).rejects.toEqual(refusal(code));

    await refused(rita, answerTouch(key, await begin()), 'approval.touch');
    await refused(rita, answerTouch(ritas, await begin()), 'approval.touch');
    await refused(paula, answerTouch(ritas, await begin()), 'approval.touch');
    await refused(paula, { id: key.credentialId, ...key.touch('AAAA') }, 'approval.touch');
    const { challenge } = await begin();
    await refused(paula, { id: key.credentialId, ...key.touch(challenge, { flags: 1 }) }, 'approval.touch');
    await refused(
      paula,
      { id: key.credentialId, ...key.touch(challenge, { counter: 1 }) },
      'signer.approval',
    );

    // What was touched for bob's request counts neither again nor for alice's.
    const [bob] = await waiting('bob2');
    const question = await beginTouch(paula, { requests: bob ? [bob] : [], single: true });
    const answer = answerTouch(key, question);
    expect((await approveTouched(paula, { answer })).results).toMatchObject([{ id: bob?.id }]);
    await begin();
    await refused(paula, answer, 'approval.touch');

    const late = answerTouch(key, await begin());
    house.advance(11 * 60_000);
    await refused(paula, late, 'approval.touch');
    const ended = answerTouch(key, await begin());
    await signer.operator.removePasskey({ which: 'paula', by: 'host:test' });
    await refused(paula, ended, 'signer.approval');
    expect((await viewRequest(paula, { id: requests[0]?.id ?? '' })).state).toBe('SUBMITTED');
  });

  it('needs the signer, and waits for it', async () => {
    await open();
    const requests = await waiting('alice');
    const wish = await beginTouch(paula, { requests, single: false });
    const answer = answerTouch(key, wish);
    await signer.stop();
    await expect(approveTouched(paula, { answer })).rejects.toEqual(refusal('signer.down'));
    await signer.start();
    expect((await approveTouched(paula, { answer })).results).toMatchObject([{ state: 'APPROVED' }]);
  });
});

describe('where approvals need a touch', () => {
  it('nothing else approves: no session, token or command', async () => {
    await open();
    const [one] = await waiting('alice');
    if (!one) throw new Error('no request');
    for (const ctx of [
      paula,
      house.as({ kind: 'token', tokenId: 't', name: 't', madeBy: 'user:id-rita', roles: ['approver'] }),
      house.as({ kind: 'host', name: 'root' }),
    ]) {
      await expect(approveRequest(ctx, { id: one.id })).rejects.toEqual(refusal('approval.passkey-required'));
    }
    const { results } = await approveRequests(paula, { ids: [one.id] });
    expect(results).toMatchObject([{ code: 'approval.passkey-required' }]);
  });

  it('two people, each with a touch; a session of before does not add up', async () => {
    await open({ count: 2 });
    const requests = await waiting('alice');
    const id = requests[0]?.id ?? '';
    const before: Ctx = { ...house.person('sam', 'approver') };
    const lax = {
      ...before,
      config: { ...before.config, approval: { require: 'session' as const, count: 2 } },
    };
    expect(await approveRequest(lax, { id })).toEqual({ id, state: 'SUBMITTED' });
    const rita = house.person('rita', 'approver');
    const ritas = await enrolPasskey(rita, signer.operator);
    const first = await beginTouch(paula, { requests, single: true });
    expect((await approveTouched(paula, { answer: answerTouch(key, first) })).results).toMatchObject([
      { state: 'SUBMITTED' },
    ]);
    const again = await beginTouch(paula, { requests, single: true });
    await expect(approveTouched(paula, { answer: answerTouch(key, again) })).rejects.toEqual(
      refusal('request.already-decided-by-you'),
    );
    const second = await beginTouch(rita, { requests, single: true });
    expect((await approveTouched(rita, { answer: answerTouch(ritas, second) })).results).toMatchObject([
      { state: 'APPROVED' },
    ]);
    expect(await signed([id])).toMatchObject([{ state: 'ISSUED' }]);
  });

  it('what the signer does not count goes back to the queue', async () => {
    await open();
    const [byTouch, bySession] = await waiting('alice', 'bob');
    if (!byTouch || !bySession) throw new Error('no requests');
    const wish = await beginTouch(paula, { requests: [byTouch], single: true });
    await approveTouched(paula, { answer: answerTouch(key, wish) });
    await signer.operator.removePasskey({ which: 'paula', by: 'host:test' });
    const lax = {
      ...paula,
      config: { ...paula.config, approval: { require: 'session' as const, count: 1 } },
    };
    await approveRequest(lax, { id: bySession.id });
    const events = await signed([byTouch.id, bySession.id]);
    expect(events.map(({ state, code }) => `${state} ${code ?? ''}`)).toEqual([
      'SUBMITTED signer.approval',
      'SUBMITTED signer.approval',
    ]);
    expect((await viewRequest(paula, { id: byTouch.id })).version).toBe(2);
  });
});
