import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { testHouse, type TestHouse, type TestHouseOptions } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { allEvents, freshCsr, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveRequest } from './approve-request';
import { approveRequests } from './approve-requests';
import { askRequester } from './ask-requester';
import { editRequest } from './edit-request';
import { expireRequests } from './expire-requests';
import { rejectRequest } from './reject-request';
import { retryRequest } from './retry-request';
import { signRequests } from './sign-requests';
import { REQUEST_ACTIONS, REQUEST_STATES, REQUEST_TRANSITIONS } from './states';
import { nextState } from './transition';
import { unapproveRequest } from './unapprove-request';
import { viewOwnRequest } from './view-own-request';
import { viewRequest } from './view-request';
import { withdrawRequest } from './withdraw-request';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

async function open(options: TestHouseOptions = {}): Promise<TestHouse> {
  house = await testHouse({ signer, realClock: true, ...options });
  return house;
}

const DAY_MS = 86_400_000;
const MAIL = { mail: { transport: 'sendmail', from: 'ca@example.org', approvers: ['paula@example.org'] } };
const refusal = (code: string) => expect.objectContaining({ code });

describe.each(DATABASE_KINDS)('an approval on %s', (kind) => {
  it('counts once, on the version it was made on, by somebody else than the requester', async () => {
    const { person } = await open({ kind });
    const alice = person('alice', 'approver');
    const id = await submitOne(alice);
    await expect(approveRequest(person('bob'), { id })).rejects.toEqual(refusal('auth.forbidden'));
    await expect(approveRequest(alice, { id })).rejects.toEqual(refusal('request.own'));
    const paula = person('paula', 'approver');
    await expect(approveRequest(paula, { id, version: 2 })).rejects.toEqual(refusal('request.version'));
    await expect(approveRequest(paula, { id: 'R-00000000' })).rejects.toEqual(refusal('request.not-found'));
    expect(await approveRequest(paula, { id, version: 1, comment: 'Known' })).toEqual({
      id,
      state: 'APPROVED',
    });
    await expect(approveRequest(paula, { id })).rejects.toEqual(refusal('request.state'));
  });

  it('needs a second person where the centre wants two', async () => {
    const { ctx, person } = await open({ kind, config: { approval: { count: 2 } } });
    const id = await submitOne(ctx);
    const paula = person('paula', 'approver');
    expect(await approveRequest(paula, { id })).toEqual({ id, state: 'SUBMITTED' });
    await expect(approveRequest(paula, { id })).rejects.toEqual(refusal('request.already-decided-by-you'));
    expect(await approveRequest(person('quentin', 'approver'), { id })).toEqual({ id, state: 'APPROVED' });
  });

  it('by the own token of a person counts as that person’s', async () => {
    const { ctx, as, person } = await open({ kind, config: { approval: { count: 2 } } });
    const paula = person('paula', 'approver');
    const tokenOf = (madeBy: string) =>
      as({ kind: 'token', tokenId: `t-${madeBy}`, name: 'ci', madeBy, roles: ['approver'] });
    const id = await submitOne(ctx);
    await approveRequest(paula, { id });
    await expect(approveRequest(tokenOf('user:id-paula'), { id })).rejects.toEqual(
      refusal('request.already-decided-by-you'),
    );
    expect(await approveRequest(tokenOf('host:root'), { id })).toEqual({ id, state: 'APPROVED' });
    const own = await submitOne(paula);
    await expect(approveRequest(tokenOf('user:id-paula'), { id: own })).rejects.toEqual(
      refusal('request.own'),
    );
  });

  it('is void after an edit and after it was taken back', async () => {
    const { ctx, person } = await open({ kind, config: { approval: { count: 2 } } });
    const id = await submitOne(ctx);
    const paula = person('paula', 'approver');
    await approveRequest(paula, { id });
    expect(await editRequest(paula, { id, version: 1, commonName: 'alicia' })).toEqual({
      id,
      state: 'SUBMITTED',
      version: 2,
    });
    expect(await viewRequest(paula, { id })).toMatchObject({ commonName: 'alicia', approvals: [] });
    await approveRequest(paula, { id });
    expect(await approveRequest(person('quentin', 'approver'), { id })).toMatchObject({ state: 'APPROVED' });
    expect(await unapproveRequest(paula, { id })).toMatchObject({ state: 'SUBMITTED' });
    expect(await viewRequest(paula, { id })).toMatchObject({ approvals: [], version: 3, signAfter: null });
  });

  it('given by two people in the same moment stands once', async () => {
    const { ctx, person } = await open({ kind });
    const id = await submitOne(ctx);
    const both = await Promise.allSettled(
      ['paula', 'quentin'].map((name) => approveRequest(person(name, 'approver'), { id, version: 1 })),
    );
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('that vouches makes earlier approvals void: they were for a certificate without the address', async () => {
    const { ctx, person } = await open({ kind, config: { approval: { count: 2 } } });
    const id = await submitOne(ctx);
    await approveRequest(person('paula', 'approver'), { id });
    expect(await approveRequest(person('quentin', 'approver'), { id, vouchEmail: true })).toMatchObject({
      state: 'SUBMITTED',
    });
    expect(await approveRequest(person('paula', 'approver'), { id })).toMatchObject({ state: 'APPROVED' });
  });
});

describe('a name that somebody holds', () => {
  async function issueAlice(): Promise<void> {
    const id = await submitOne(house.ctx, { email: 'first@example.org' });
    await approveRequest(house.person('paula', 'approver'), { id });
    await allEvents(signRequests(house.person('otto', 'operator'), { ids: [id] }));
  }

  it('passes on only singly and confirmed, and its holder is mailed', async () => {
    const { as, person } = await open({ config: MAIL });
    await issueAlice();
    const id = await submitOne(as({ kind: 'visitor', addressKey: 'address-2' }), {
      email: 'second@example.org',
    });
    const paula = person('paula', 'approver');
    const view = await viewRequest(paula, { id });
    expect(view.finding).toBe('bad');
    expect(view.checks).toContainEqual(expect.objectContaining({ code: 'request.name-held', ok: false }));
    expect(await approveRequests(paula, { ids: [id] })).toEqual({
      results: [{ id, state: 'SUBMITTED', code: 'request.takeover-needs-confirmation' }],
    });
    await expect(approveRequest(paula, { id })).rejects.toEqual(
      refusal('request.takeover-needs-confirmation'),
    );
    await approveRequest(paula, { id, confirmTakeover: true });
    const mail = await house.ctx.db.prisma.outboxMail.findFirst({
      where: { template: 'account-taken-over' },
    });
    expect(mail?.recipient).toBe('first@example.org');
  });

  it('stays free for its holder: same sign-in, not the same named address', async () => {
    const { person, as } = await open();
    const alice = person('alice');
    const first = await submitOne(alice, { email: 'alice@example.org' });
    await approveRequest(person('paula', 'approver'), { id: first });
    await allEvents(signRequests(person('otto', 'operator'), { ids: [first] }));
    const renewal = await submitOne(alice);
    expect(await viewRequest(person('paula', 'approver'), { id: renewal })).toMatchObject({
      finding: 'clean',
    });
    const stranger = await submitOne(as({ kind: 'visitor', addressKey: 'address-3' }), {
      email: 'alice@example.org',
    });
    expect(await viewRequest(person('paula', 'approver'), { id: stranger })).toMatchObject({
      finding: 'bad',
    });
  });

  it('is not approved twice in a row before the first is signed', async () => {
    const { ctx, as, person } = await open();
    const paula = person('paula', 'approver');
    const first = await submitOne(ctx);
    const second = await submitOne(as({ kind: 'visitor', addressKey: 'address-2' }), {
      email: 'b@example.org',
    });
    await approveRequest(paula, { id: first });
    await expect(approveRequest(paula, { id: second })).rejects.toEqual(
      refusal('request.takeover-needs-confirmation'),
    );
  });
});

describe('deciding on many', () => {
  it('covers the clean ones and names the others', async () => {
    const { ctx, person } = await open({ config: MAIL });
    const clean = await submitOne(ctx, { commonName: 'ann', email: null });
    const flagged = await submitOne(ctx, { commonName: 'bob' });
    expect(
      await approveRequests(person('p', 'approver'), { ids: [clean, flagged, clean, 'R-00000000'] }),
    ).toEqual({
      results: [
        { id: clean, state: 'APPROVED' },
        { id: flagged, state: 'SUBMITTED', code: 'request.flagged' },
        { id: 'R-00000000', state: null, code: 'request.not-found' },
      ],
    });
  });

  it('leaves alone what somebody changed since the page was made', async () => {
    const { ctx, person } = await open({ config: MAIL });
    const paula = person('paula', 'approver');
    const same = await submitOne(ctx, { commonName: 'ann', email: null });
    const edited = await submitOne(ctx, { commonName: 'bert', email: null });
    await editRequest(person('quentin', 'approver'), { id: edited, version: 1, commonName: 'root2' });
    const versions = new Map([same, edited].map((id) => [id, 1]));
    expect(await approveRequests(paula, { ids: [same, edited], versions })).toEqual({
      results: [
        { id: same, state: 'APPROVED' },
        { id: edited, state: 'SUBMITTED', code: 'request.version' },
      ],
    });
    await expect(askRequester(paula, { id: edited, version: 1, question: 'Who?' })).rejects.toEqual(
      refusal('request.version'),
    );
  });
});

describe('the other decisions', () => {
  it('a rejection needs a reason, which the requester reads', async () => {
    const { ctx, person, requester } = await open({ config: MAIL });
    const id = await submitOne(ctx);
    const paula = person('paula', 'approver');
    await expect(rejectRequest(paula, { id, reason: ' ' })).rejects.toEqual(
      refusal('request.reason-required'),
    );
    await expect(rejectRequest(paula, { id, version: 9, reason: 'x' })).rejects.toEqual(
      refusal('request.version'),
    );
    expect(await rejectRequest(paula, { id, reason: 'Unknown person' })).toEqual({ id, state: 'REJECTED' });
    expect(await viewOwnRequest(requester(id), { id })).toMatchObject({
      state: 'REJECTED',
      reason: 'Unknown person',
      next: 'nobody',
      actions: [],
    });
    const mail = await ctx.db.prisma.outboxMail.findFirst({ where: { template: 'request-rejected' } });
    expect(JSON.parse(mail?.vars ?? '{}')).toMatchObject({ reason: 'Unknown person', id });
  });

  it('a question leaves the request waiting for its requester', async () => {
    const { ctx, person, requester } = await open();
    const id = await submitOne(ctx);
    await askRequester(person('paula', 'approver'), { id, question: 'Which group?' });
    expect(await viewOwnRequest(requester(id), { id })).toMatchObject({
      question: 'Which group?',
      next: 'you',
    });
  });

  it('a withdrawn request is over, and only its requester may withdraw', async () => {
    const { ctx, person, requester } = await open();
    const id = await submitOne(ctx);
    await expect(withdrawRequest(requester('R-00000000'), { id })).rejects.toEqual(
      refusal('request.not-found'),
    );
    expect(await withdrawRequest(requester(id), { id })).toEqual({ id, state: 'WITHDRAWN' });
    await expect(withdrawRequest(requester(id), { id })).rejects.toEqual(refusal('request.state'));
    await expect(approveRequest(person('paula', 'approver'), { id })).rejects.toEqual(
      refusal('request.state'),
    );
    await expect(retryRequest(person('paula', 'approver'), { id })).rejects.toEqual(refusal('request.state'));
  });

  it.each([
    ['Alice', 'request.common-name'],
    ['daemon', 'request.system-account'],
  ])('an edit to %s is %s', async (commonName, code) => {
    const { ctx, person } = await open();
    const id = await submitOne(ctx);
    await expect(editRequest(person('p', 'approver'), { id, version: 1, commonName })).rejects.toEqual(
      refusal(code),
    );
  });

  it('an edit of a server’s name is refused', async () => {
    const { ctx, person } = await open({ config: { pki: { serverNames: ['.example.org'] } } });
    const id = await submitOne(ctx, {
      csr: freshCsr('h.example.org'),
      profile: 'server',
      commonName: 'h.example.org',
      email: null,
    });
    await expect(
      editRequest(person('p', 'approver'), { id, version: 1, commonName: 'alice' }),
    ).rejects.toEqual(refusal('request.profile'));
  });
});

it('nobody decides in time: the request expires; an approval that ran out is void', async () => {
  const { ctx, person, as, advance } = await open();
  const waiting = await submitOne(ctx);
  const approved = await submitOne(ctx, { commonName: 'bob' });
  await approveRequest(person('paula', 'approver'), { id: approved });
  const clock = as({ kind: 'system', name: 'expire' });
  expect(await expireRequests(clock)).toEqual({ expired: 0, unapproved: 0 });
  advance(30 * DAY_MS);
  expect(await expireRequests(clock)).toEqual({ expired: 1, unapproved: 1 });
  expect(await viewRequest(person('p', 'approver'), { id: waiting })).toMatchObject({ state: 'EXPIRED' });
  expect(await viewRequest(person('p', 'approver'), { id: approved })).toMatchObject({
    state: 'SUBMITTED',
    approvals: [],
  });
});

it('every state and action that the table does not name is refused', async () => {
  await open();
  for (const state of REQUEST_STATES) {
    for (const action of REQUEST_ACTIONS) {
      const to = REQUEST_TRANSITIONS[state][action];
      if (to === undefined) expect(() => nextState(state, action)).toThrow(refusal('request.state'));
      else expect(nextState(state, action)).toBe(to);
    }
  }
});
