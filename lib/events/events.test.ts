import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { noteFetched, noteSeen } from '../certificates/note-use';
import { renewable } from '../certificates/renewable';
import type { Ctx } from '../ctx';
import { findEvent, participantsOf } from '../db/events';
import { insertUser } from '../db/users';
import { submitFromApi } from '../http/submit-from-api';
import { approveRequest } from '../requests/approve-request';
import { signDueRequests } from '../requests/sign-requests';
import { viewOwnRequest } from '../requests/view-own-request';
import { viewRequest } from '../requests/view-request';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse, type TestHouseOptions } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { answerTouch, enrolPasskey } from '../testing/enrolled';
import { approve } from '../testing/orders';
import { outboxOf } from '../testing/outbox';
import { allEvents, freshCsr, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveEvent, rejectEvent } from './approve-event';
import { eventContent } from './event-content';
import { eventGuests } from './event-guests';
import { approveEventTouched, beginEventTouch } from './event-touch';
import { exportAccounts, newusersLines } from './export-accounts';
import { openInvitation, viewInvitation } from './find-invitation';
import { invite, type Card } from './invite';
import { listOrganisedEvents } from './list-events';
import { nameOrganiser, planEvent, type EventPlan } from './plan-event';
import { revokeEvent } from './revoke-event';
import { submitInvited } from './submit-invited';
import { viewEvent } from './view-event';

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

async function open(options: TestHouseOptions = {}): Promise<void> {
  house = await testHouse({ signer, realClock: true, ...options });
  olga = house.person('olga', 'operator');
  anna = house.person('anna', 'approver');
}

/** Titles of their own: the signer is shared, and names belong to their first holder. */
let made = 0;
function plan(input: Partial<EventPlan> = {}): EventPlan {
  made += 1;
  return {
    name: `Course ${made}`,
    startsAt: new Date(house.ctx.now().getTime() - 1000),
    endsAt: new Date(house.ctx.now().getTime() + 2 * DAY),
    hubs: ['astro'],
    people: { seats: 3 },
    spare: 1,
    ...input,
  };
}

async function approved(input: Partial<EventPlan> = {}): Promise<string> {
  const { id } = await planEvent(olga, plan(input));
  expect(await approveEvent(anna, { id })).toMatchObject({ state: 'APPROVED' });
  return id;
}

async function cardsOf(id: string): Promise<Card[]> {
  return (await invite(olga, { id, by: 'cards', who: 'waiting' })).cards;
}

const secretIn = (card: Card | undefined): string => card?.link.split('#s=')[1] ?? '';
const submit = (card: Card | undefined, ctx: Ctx = house.ctx) =>
  submitInvited(ctx, { secret: secretIn(card), csr: freshCsr('whatever'), source: 'web' });
const sign = () => allEvents(signDueRequests(house.as({ kind: 'system', name: 'sign' })));
const refusal = (code: string) => expect.objectContaining({ code });

describe.each(DATABASE_KINDS)('an event on %s', (kind) => {
  it('goes from the list to certificates that end with it, and to the gate', async () => {
    await open({ kind });
    const csv = new TextEncoder().encode(
      'Nombre;Correo\nAlicia Núñez;alicia@example.org\nBob;bob@example.org\n',
    );
    const id = await approved({ name: 'Übungen: Summer ’26', people: { csv } });
    const cards = await cardsOf(id);
    expect(cards.map(({ commonName, name }) => [commonName, name])).toEqual([
      ['ev-ubungen-summer-26-01', 'Alicia Núñez'],
      ['ev-ubungen-summer-26-02', 'Bob'],
    ]);
    expect(cards[0]?.link).toMatch(/\/join#s=[0-9A-Z]{20}$/);

    const { view, linkHash } = await openInvitation(house.ctx, { secret: cards[0]?.link ?? '' });
    expect(view).toMatchObject({ commonName: 'ev-ubungen-summer-26-01', requestId: null });
    const sent = await submitInvited(house.ctx, {
      participantId: view.participantId,
      linkHash,
      csr: freshCsr('root'),
      source: 'web',
    });
    expect(sent.state).toBe('APPROVED');
    expect((await sign()).at(-1)).toMatchObject({ event: 'done', issued: 1, failed: 0 });
    const own = await viewOwnRequest(house.requester(sent.id), { id: sent.id });
    expect(own).toMatchObject({
      state: 'ISSUED',
      commonName: 'ev-ubungen-summer-26-01',
      email: 'alicia@example.org',
    });
    const event = await viewEvent(olga, { id });
    expect(Date.parse(own.certificate?.notAfter ?? '')).toBe(
      Math.floor(Date.parse(event.endsAt) / 1000) * 1000,
    );
    // Nobody proved the address: it is for mail, and not in the certificate.
    expect((await viewRequest(anna, { id: sent.id })).emailState).toBe('unproven');
    expect(await eventGuests(house.ctx)).toEqual(
      new Map([
        ['ev-ubungen-summer-26-01', [id]],
        ['ev-ubungen-summer-26-02', [id]],
      ]),
    );
    house.advance(3 * DAY - 60_000); // a day after its end, the name is still looked at
    expect(await eventGuests(house.ctx, { name: 'ev-ubungen-summer-26-02' })).toEqual(
      new Map([['ev-ubungen-summer-26-02', []]]),
    );
    house.advance(120_000);
    expect(await eventGuests(house.ctx)).toEqual(new Map());
  });

  it('shows who is at which step', async () => {
    await open({ kind });
    const id = await approved({ people: { seats: 4 } });
    const steps = async () => (await viewEvent(olga, { id })).participants.map(({ step }) => step);
    expect(await steps()).toEqual(['none', 'none', 'none', 'none']);
    const cards = await cardsOf(id);
    expect(await steps()).toEqual(['invited', 'invited', 'invited', 'invited']);
    const { view, linkHash } = await openInvitation(house.ctx, { secret: secretIn(cards[1]) });
    await openInvitation(house.ctx, { secret: secretIn(cards[2]) });
    await viewInvitation(house.ctx, { participantId: view.participantId, linkHash, trusted: true });
    const sent = await submit(cards[3]);
    expect(await steps()).toEqual(['invited', 'trusted', 'opened', 'requested']);
    await sign();
    expect((await steps())[3]).toBe('issued');
    await noteFetched(house.requester(sent.id), { id: sent.id });
    expect((await steps())[3]).toBe('fetched');
    const { certificate } = await viewOwnRequest(house.requester(sent.id), { id: sent.id });
    const shown = { accepted: true, certificate: { serial: certificate?.serial } };
    await noteSeen(house.ctx, shown as Parameters<typeof noteSeen>[1]);
    expect((await steps())[3]).toBe('checked');
    expect((await viewEvent(olga, { id })).counts).toMatchObject({
      invited: 1,
      opened: 1,
      trusted: 1,
      checked: 1,
    });
  });

  it('takes each link once, and gives a new one for a lost one', async () => {
    await open({ kind });
    const id = await approved();
    const [card] = await cardsOf(id);
    await submit(card);
    await expect(submit(card)).rejects.toEqual(refusal('invitation.used'));
    await expect(openInvitation(house.ctx, { secret: secretIn(card) })).rejects.toEqual(
      refusal('invitation.used'),
    );
    const [participant] = await participantsOf(house.database.db, id);
    const again = await invite(olga, { id, by: 'cards', who: { participantId: participant?.id ?? '' } });
    expect(again.cards).toHaveLength(1);
    await expect(submit(card)).rejects.toEqual(refusal('invitation.unknown'));
    expect((await submit(again.cards[0])).state).toBe('APPROVED');
    expect((await sign()).at(-1)).toMatchObject({ issued: 2, failed: 0 });
    const rows = await participantsOf(house.database.db, id);
    for (const { linkHash } of rows) expect(linkHash ?? '').not.toContain(secretIn(card));
  });

  it('takes of two who use one link at once only one', async () => {
    await open({ kind });
    const [card] = await cardsOf(await approved());
    const both = await Promise.allSettled([submit(card), submit(card)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('answers an invitation that does not work with why', async () => {
    await open({ kind });
    await expect(openInvitation(house.ctx, { secret: '' })).rejects.toEqual(refusal('invitation.unknown'));
    await expect(openInvitation(house.ctx, { secret: 'x'.repeat(5000) })).rejects.toEqual(
      refusal('invitation.unknown'),
    );
    const startsAt = new Date(house.ctx.now().getTime() + DAY);
    const [early] = await cardsOf(await approved({ startsAt }));
    await openInvitation(house.ctx, { secret: secretIn(early) });
    await expect(submit(early)).rejects.toEqual(refusal('invitation.early'));
    const id = await approved({ people: { seats: 1 }, spare: 0 });
    const [card] = await cardsOf(id);
    await submit(card);
    const [one] = await participantsOf(house.database.db, id);
    const next = await invite(olga, { id, by: 'cards', who: { participantId: one?.id ?? '' } });
    await expect(submit(next.cards[0])).rejects.toEqual(refusal('invitation.quota'));
    house.advance(3 * DAY);
    await expect(submit(next.cards[0])).rejects.toEqual(refusal('invitation.ended'));
    await expect(cardsOf(id)).rejects.toEqual(refusal('event.state'));
  });

  it('lets a class of fifty behind one address through, whatever the limit for strangers', async () => {
    await open({ kind, config: { requests: { openPerAddress: 2 } } });
    const id = await approved({ people: { seats: 50 } });
    const cards = await cardsOf(id);
    for (const card of cards) await submit(card);
    expect((await sign()).at(-1)).toMatchObject({ issued: 50, failed: 0 });
  }, 60_000);

  it('comes by the API too, whatever else is named there', async () => {
    await open({ kind });
    const [card] = await cardsOf(await approved());
    const csr = new TextEncoder().encode(
      `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(freshCsr('x')).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
    );
    const { id, state } = await submitFromApi(house.ctx, {
      csr,
      email: 'evil@example.org',
      commonName: 'root',
      invitation: card?.link,
    });
    expect(state).toBe('APPROVED');
    expect(await viewOwnRequest(house.requester(id), { id })).toMatchObject({
      commonName: card?.commonName,
      email: null,
    });
  });

  it('is revoked as a whole by who says how many, and lets nothing more through', async () => {
    await open({ kind });
    const id = await approved();
    const cards = await cardsOf(id);
    await submit(cards[0]);
    await submit(cards[1]);
    await sign();
    const waiting = await submit(cards[2]);
    expect((await viewEvent(olga, { id })).revocable).toBe(2);
    await expect(revokeEvent(olga, { id, expectedCount: 3 })).rejects.toEqual(refusal('certificate.count'));
    expect(await revokeEvent(olga, { id, expectedCount: 2 })).toEqual({ count: 2 });
    expect((await viewOwnRequest(house.requester(waiting.id), { id: waiting.id })).state).toBe('WITHDRAWN');
    await expect(openInvitation(house.ctx, { secret: secretIn(cards[1]) })).rejects.toEqual(
      refusal('invitation.ended'),
    );
    // Names by which something came stay out of hubs that are open to others; the third was never used.
    expect(await eventGuests(house.ctx)).toEqual(new Map(cards.map(({ commonName }) => [commonName, []])));
    expect(await signer.client.eventState(id)).toMatchObject({ closed: true });
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'CLOSED', revocable: 0 });
    expect(await revokeEvent(olga, { id, expectedCount: 0 })).toEqual({ count: 0 });
  });

  it('that waits is given up with the signer and not without it; a late approval opens nothing', async () => {
    await open({ kind });
    const { id } = await planEvent(olga, plan());
    await signer.stop();
    try {
      await expect(revokeEvent(olga, { id, expectedCount: 0 })).rejects.toEqual(refusal('signer.down'));
      expect(await viewEvent(olga, { id })).toMatchObject({ state: 'WAITING' });
    } finally {
      await signer.start();
    }
    const row = await findEvent(house.database.db, id);
    if (row === null) throw new Error('no event');
    const { content } = await eventContent(house.ctx, house.database.db, row);
    expect(await revokeEvent(olga, { id, expectedCount: 0 })).toEqual({ count: 0 });
    await expect(
      signer.client.approveEvent({ content, approvals: [approve(content, 'user:anna', new Date())] }),
    ).rejects.toEqual(refusal('signer.refused'));
  });

  it('does not give its certificates on by renewal', async () => {
    await open({ kind });
    const [card] = await cardsOf(await approved());
    const { id } = await submit(card);
    await sign();
    const { certificate } = await viewOwnRequest(house.requester(id), { id });
    await expect(renewable(house.database.db, certificate?.serial ?? '', house.ctx.now())).rejects.toEqual(
      refusal('certificate.state'),
    );
  });

  it('keeps its names from everybody else, and everybody’s from itself', async () => {
    await open({ kind });
    const held = `carol${made}`;
    const theirs = await submitOne(house.ctx, { commonName: held });
    await approveRequest(anna, { id: theirs });
    const list = (account: string) => ({ csv: new TextEncoder().encode(`name,account\nX,${account}\n`) });
    await expect(planEvent(olga, plan({ people: list(held) }))).rejects.toMatchObject({
      code: 'event.names',
      params: { reason: 'held', names: held },
    });
    await expect(planEvent(olga, plan({ people: list('root') }))).rejects.toMatchObject({
      params: { reason: 'system' },
    });
    await expect(planEvent(olga, plan({ people: list('Bad Name') }))).rejects.toMatchObject({
      params: { reason: 'pattern' },
    });
    await planEvent(olga, plan({ people: list('dora1') }));
    await expect(planEvent(olga, plan({ people: list('dora1') }))).rejects.toMatchObject({
      params: { reason: 'held' },
    });
    // A stranger who asks for a name of the list is a takeover.
    const stranger = await submitOne(house.ctx, { commonName: 'dora1' });
    await expect(approveRequest(anna, { id: stranger })).rejects.toEqual(
      refusal('request.takeover-needs-confirmation'),
    );
    // The same title once more gives another series.
    const name = `Twice ${made}`;
    const first = await planEvent(olga, plan({ name }));
    const second = await planEvent(olga, plan({ name }));
    const names = await Promise.all(
      [first, second].map(async ({ id }) =>
        (await participantsOf(house.database.db, id)).map((one) => one.commonName),
      ),
    );
    expect(new Set(names.flat()).size).toBe(6);
  });

  it('is planned anew until it is approved, and then not', async () => {
    await open({ kind });
    const { id } = await planEvent(olga, plan());
    await expect(invite(olga, { id, by: 'cards', who: 'waiting' })).rejects.toEqual(refusal('event.state'));
    await expect(approveEvent(anna, { id, version: 7 })).rejects.toEqual(refusal('event.state'));
    await expect(rejectEvent(anna, { id, reason: ' ' })).rejects.toEqual(refusal('request.reason-required'));
    await rejectEvent(anna, { id, reason: 'Fewer seats, please' });
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'REJECTED', reason: 'Fewer seats, please' });
    await planEvent(olga, { id, ...plan({ people: { seats: 2 } }) });
    expect(await viewEvent(olga, { id })).toMatchObject({ state: 'WAITING', version: 2, seats: 2 });
    await approveEvent(anna, { id, version: 2 });
    await expect(planEvent(olga, { id, ...plan() })).rejects.toEqual(refusal('event.state'));
  });

  it.each<[string, () => Partial<EventPlan>, string]>([
    ['of nobody', () => ({ people: { seats: 0 } }), 'event.seats'],
    ['of 1,001', () => ({ people: { seats: 1001 } }), 'event.seats'],
    ['of half a person', () => ({ people: { seats: 1.5 } }), 'event.seats'],
    ['with less than one certificate each', () => ({ spare: -1 }), 'event.seats'],
    ['that is over', () => ({ endsAt: new Date(0), startsAt: new Date(-1) }), 'event.dates'],
    [
      'that ends before it begins',
      () => ({ startsAt: new Date(house.ctx.now().getTime() + 3 * DAY) }),
      'event.dates',
    ],
    ['of a year', () => ({ endsAt: new Date(house.ctx.now().getTime() + 365 * DAY) }), 'event.dates'],
    [
      'of the year after next',
      () => ({
        startsAt: new Date(house.ctx.now().getTime() + 367 * DAY),
        endsAt: new Date(house.ctx.now().getTime() + 368 * DAY),
      }),
      'event.dates',
    ],
    ['without a date', () => ({ endsAt: new Date(Number.NaN) }), 'event.dates'],
    ['for a hub that cannot be', () => ({ hubs: ['../x'] }), 'event.hubs'],
    ['of somebody who is not there', () => ({ organiser: 'nobody' }), 'event.organiser'],
    ['in Latin-1', () => ({ people: { csv: Uint8Array.of(0xfa) } }), 'event.csv'],
  ])('is not planned %s', async (_what, input, code) => {
    await open({ kind });
    await expect(planEvent(olga, plan(input()))).rejects.toEqual(refusal(code));
  });

  it('belongs to operators and to who was named for it, and is decided on by neither', async () => {
    await open({ kind });
    await insertUser(house.database.db, {
      id: 'id-tom',
      login: 'tom',
      displayName: 'Tom',
      email: 'tom@example.org',
      passwordHash: null,
      roles: '["approver"]',
      disabledAt: null,
      sessionVersion: 1,
      createdAt: new Date(),
      lastSignInAt: null,
    });
    const tom = house.person('tom', 'approver');
    const eva = house.person('eva');
    const { id } = await nameOrganiser(olga, { name: 'Workshop', organiser: 'tom' });
    await expect(planEvent(eva, { id, ...plan() })).rejects.toEqual(refusal('event.not-found'));
    await expect(planEvent(tom, plan())).rejects.toEqual(refusal('auth.forbidden'));
    await expect(planEvent(house.ctx, { id, ...plan() })).rejects.toEqual(refusal('auth.required'));
    await planEvent(tom, { id, ...plan() });
    await expect(approveEvent(tom, { id })).rejects.toEqual(refusal('event.own'));
    await expect(approveEvent(olga, { id })).rejects.toEqual(refusal('auth.forbidden'));
    await approveEvent(anna, { id });
    expect((await listOrganisedEvents(tom)).items.map((one) => one.id)).toEqual([id]);
    expect((await listOrganisedEvents(eva)).items).toEqual([]);
    await expect(viewEvent(eva, { id })).rejects.toEqual(refusal('event.not-found'));
    expect((await invite(tom, { id, by: 'cards', who: 'waiting' })).cards).toHaveLength(3);
    expect(await revokeEvent(tom, { id, expectedCount: 0 })).toEqual({ count: 0 });
  });

  it('leaves as a list of accounts', async () => {
    await open({ kind });
    const csv = new TextEncoder().encode('name,email\n"=cmd(), the ""Boss""",boss@example.org\n');
    const id = await approved({ people: { csv } });
    const sheet = await exportAccounts(olga, { id, format: 'csv' });
    expect(sheet.text.split('\r\n')[1]).toMatch(
      /^1,ev-course-\d+-01,"'=cmd\(\), the ""Boss""",boss@example\.org,none,$/,
    );
    const accounts = await exportAccounts(olga, { id, format: 'newusers' });
    expect(accounts.text).toMatch(
      /^ev-course-\d+-01:[\w-]{24}:::cmd\(\)  ?the "Boss":\/home\/ev-course-\d+-01:\/bin\/bash\n$/,
    );
    expect((await exportAccounts(olga, { id, format: 'newusers' })).text).not.toBe(accounts.text);
    expect(newusersLines([{ commonName: 'a', name: 'x:0:0\nroot:' }]).split(':')).toHaveLength(7);
    const said = JSON.stringify(await listAuditEvents(house.database.db));
    expect(said).not.toContain(accounts.text.split(':')[1]);
  });
});

it('mails each participant a link of their own, once', async () => {
  await open({ config: { mail: { transport: 'sendmail', from: 'hub@example.org' } } });
  const csv = new TextEncoder().encode('name,email\nA,a@example.org\nB,\n');
  const id = await approved({ people: { csv } });
  expect(await invite(olga, { id, by: 'mail', who: 'waiting' })).toMatchObject({ mailed: 1, cards: [] });
  expect(await invite(olga, { id, by: 'mail', who: 'waiting' })).toMatchObject({ mailed: 0 });
  const mails = (await outboxOf(house)).filter(({ template }) => template === 'event-invitation');
  expect(mails).toHaveLength(1);
  expect(mails[0]?.recipient).toBe('a@example.org');
});

it('needs as many approvers as the centre wants, and the signer counts them again', async () => {
  await open({ config: { approval: { count: 2 } } });
  const { id } = await planEvent(olga, plan());
  expect(await approveEvent(anna, { id })).toMatchObject({ state: 'WAITING' });
  await expect(approveEvent(anna, { id })).rejects.toEqual(refusal('request.already-decided-by-you'));
  expect(await approveEvent(house.person('paula', 'approver'), { id })).toMatchObject({ state: 'APPROVED' });
});

it('is approved by the touch of a passkey where the centre wants one', async () => {
  const strict = await startTestSigner({ policy: { approvalMode: 'passkey' } });
  try {
    await open({ signer: strict, config: { approval: { require: 'passkey' } } });
    const key = await enrolPasskey(anna, strict.operator);
    const { id } = await planEvent(olga, plan());
    await expect(approveEvent(anna, { id })).rejects.toEqual(refusal('approval.passkey-required'));
    const wish = await beginEventTouch(anna, { id, version: 1 });
    const answer = answerTouch(key, wish);
    expect(await approveEventTouched(anna, { answer })).toMatchObject({ id, state: 'APPROVED' });
    await expect(approveEventTouched(anna, { answer })).rejects.toEqual(refusal('approval.touch'));
    const [card] = await cardsOf(id);
    const sent = await submit(card);
    expect((await sign()).at(-1)).toMatchObject({ issued: 1, failed: 0 });
    expect((await viewOwnRequest(house.requester(sent.id), { id: sent.id })).state).toBe('ISSUED');
    // What was touched for is not what is approved once the plan has changed.
    const other = await planEvent(olga, plan());
    const stale = await beginEventTouch(anna, { id: other.id, version: 1 });
    await planEvent(olga, { id: other.id, ...plan() });
    await expect(approveEventTouched(anna, { answer: answerTouch(key, stale) })).rejects.toEqual(
      refusal('event.state'),
    );
  } finally {
    await strict.remove();
  }
});
