import { createHash, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeAuthenticator, type Authenticator } from '../testing/authenticator';
import { approve, makeCsr, makeOrder, randomOrderId, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { touchFor } from '../testing/touches';
import { approvalDigest } from '../wire/approved-content';
import type { EventContent } from '../wire/event';
import type { ApprovedContent, Approval, Order } from '../wire/order';
import { renewalMessage } from '../wire/renewal-proof';
import { parseCertificate } from '../x509/certificate';

// What a stolen web process could try with events: all of it comes by its own socket.

const DAY = 86_400_000;
const HOUR = 3_600_000;
const PAULA = { id: 'user:5a3a9e0e-7e62-4f6b-9a53-3f0f9a3a0001', name: 'paula' };
const REFUSED = { outcome: 'refused', code: 'signer.approval' };

let signer: TestSigner;
let now = new Date();
let paulas: Authenticator;

beforeAll(async () => {
  signer = await startTestSigner({ now: () => now, policy: { approvalMode: 'passkey' } });
  paulas = makeAuthenticator();
  await enrol(paulas);
});
afterAll(() => signer.remove());

/** A passkey of Paula's. */
async function enrol({ credentialId, publicKey, counter }: Authenticator): Promise<void> {
  const { fingerprint } = await signer.client.proposePasskey({
    person: PAULA,
    credentialId,
    publicKey,
    counter,
  });
  await signer.operator.acceptPasskey({ fingerprint, by: 'host:test' });
}

/** As an operator does it: the file, and a restart. */
async function rewritePolicy(change: Record<string, unknown>): Promise<void> {
  const file = join(signer.dir, 'policy.json');
  const policy = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...policy, ...change }));
  await signer.stop();
  await signer.start();
}

function event(content: Partial<EventContent> = {}): EventContent {
  return {
    action: 'event',
    caKeyId: signer.caKeyId,
    eventId: `E-${randomOrderId().slice(2)}`,
    profile: 'user',
    commonNames: ['ev-summer-01', 'ev-summer-02', 'ev-summer-03'],
    quota: 3,
    startsAt: new Date(now.getTime() - HOUR).toISOString(),
    endsAt: new Date(now.getTime() + 2 * DAY).toISOString(),
    hubs: ['astro'],
    ...content,
  };
}

const touched = (content: EventContent): Approval[] =>
  touchFor({ authenticator: paulas, person: PAULA, contents: [content], now }).approvals;

/** An event that Paula touched her passkey for. */
async function approved(content: Partial<EventContent> = {}): Promise<EventContent> {
  const made = event(content);
  await signer.client.approveEvent({ content: made, approvals: touched(made) });
  return made;
}

/** An order that nobody approved but the event. */
function orderFor(
  of: EventContent,
  content: Partial<ApprovedContent> = {},
  evidence: Record<string, string> = { event: of.eventId, digest: approvalDigest(of) },
): Order {
  const order = makeOrder({
    caKeyId: signer.caKeyId,
    csr: makeCsr(subjectKey('p-256'), 'x'),
    content: { commonName: 'ev-summer-01', lifetimeDays: 3, endsAt: of.endsAt, ...content },
    now,
  });
  const approval = approve(order.content, `event:${of.eventId}`, now);
  return { ...order, approvals: [{ ...approval, method: 'event', evidence }] };
}

async function outcomeOf(order: Order) {
  const [outcome] = await signer.client.sign([order]);
  if (!outcome) throw new Error('no outcome');
  return outcome;
}

describe('an order that comes with an approved event', () => {
  it('is signed without another touch, and ends with the event', async () => {
    const of = await approved();
    const outcome = await outcomeOf(orderFor(of));
    if (outcome.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
    const certificate = parseCertificate(Buffer.from(outcome.certificate, 'base64'));
    expect(certificate.commonName).toBe('ev-summer-01');
    expect(certificate.notAfter).toEqual(new Date(Math.floor(Date.parse(of.endsAt) / 1000) * 1000));
    expect(await signer.client.eventState(of.eventId)).toMatchObject({ used: 1, quota: 3, closed: false });
  });

  it('is signed by a signer that was restarted, and once only', async () => {
    const of = await approved();
    const order = orderFor(of);
    await signer.stop();
    await signer.start();
    expect(await outcomeOf(order)).toMatchObject({ outcome: 'issued', repeated: false });
    expect(await outcomeOf(order)).toMatchObject({ outcome: 'issued', repeated: true });
    expect(await signer.client.eventState(of.eventId)).toMatchObject({ used: 1 });
  });

  it.each<[string, (of: EventContent) => Order]>([
    ['for a name that is not on the list', (of) => orderFor(of, { commonName: 'alice' })],
    [
      'with an address',
      (of) => orderFor(of, { san: { emails: ['a@b.org'], dnsNames: [], ipAddresses: [] } }),
    ],
    ['without an end', (of) => orderFor(of, { endsAt: undefined })],
    [
      'that ends a second after it',
      (of) => orderFor(of, { endsAt: new Date(Date.parse(of.endsAt) + 1000).toISOString() }),
    ],
    ['that names another content', (of) => orderFor(of, {}, { event: of.eventId, digest: 'ab'.repeat(32) })],
    ['without evidence', (of) => orderFor(of, {}, {})],
    [
      'of an event that nobody approved',
      () => {
        const foreign = event();
        return orderFor(foreign);
      },
    ],
    [
      'as a server',
      (of) =>
        orderFor(of, {
          profile: 'server',
          commonName: 'hub.example.org',
          san: { emails: [], dnsNames: ['hub.example.org'], ipAddresses: [] },
        }),
    ],
  ])('is not signed %s', async (_what, made) => {
    expect(await outcomeOf(made(await approved()))).toMatchObject(REFUSED);
  });

  it('is not signed with the approval of another order', async () => {
    const of = await approved();
    const [first, second] = [orderFor(of), orderFor(of, { commonName: 'ev-summer-02' })];
    expect(await outcomeOf({ ...second, approvals: first.approvals })).toMatchObject(REFUSED);
  });

  it('is not signed before the event, nor after it', async () => {
    const later = await approved({ startsAt: new Date(now.getTime() + HOUR).toISOString() });
    expect(await outcomeOf(orderFor(later))).toMatchObject(REFUSED);
    now = new Date(now.getTime() + HOUR);
    expect(await outcomeOf(orderFor(later))).toMatchObject({ outcome: 'issued' });
    const short = await approved({ endsAt: new Date(now.getTime() + HOUR).toISOString() });
    now = new Date(now.getTime() + HOUR);
    expect(await outcomeOf(orderFor(short))).toMatchObject(REFUSED);
  });

  it('is counted, however many come at once', async () => {
    const of = await approved({ quota: 5 });
    const orders = Array.from({ length: 20 }, (_, n) =>
      orderFor(of, { commonName: of.commonNames[n % 3] ?? '' }),
    );
    const halves = await Promise.all([
      signer.client.sign(orders.slice(0, 10)),
      signer.client.sign(orders.slice(10)),
    ]);
    const outcomes = halves.flat();
    expect(outcomes.filter(({ outcome }) => outcome === 'issued')).toHaveLength(5);
    for (const one of outcomes) {
      if (one.outcome === 'refused') expect(one.code).toBe('signer.event-quota');
    }
    await signer.stop();
    await signer.start();
    expect(await outcomeOf(orderFor(of))).toMatchObject({ outcome: 'refused', code: 'signer.event-quota' });
  });

  it('is not signed once the event is closed, and nothing opens it again', async () => {
    const of = await approved();
    expect(await outcomeOf(orderFor(of))).toMatchObject({ outcome: 'issued' });
    expect(await signer.client.closeEvent({ eventId: of.eventId, by: 'person:olga' })).toMatchObject({
      closed: true,
    });
    expect(await outcomeOf(orderFor(of))).toMatchObject(REFUSED);
    await expect(signer.client.approveEvent({ content: of, approvals: touched(of) })).rejects.toMatchObject({
      code: 'signer.refused',
    });
    expect(await outcomeOf(orderFor(of))).toMatchObject(REFUSED);
  });

  it('is not signed when the event was closed before it was approved, also after a restart', async () => {
    const made = event();
    expect(await signer.client.closeEvent({ eventId: made.eventId, by: 'person:olga' })).toMatchObject({
      closed: true,
      used: 0,
    });
    await signer.stop();
    await signer.start();
    await expect(
      signer.client.approveEvent({ content: made, approvals: touched(made) }),
    ).rejects.toMatchObject({ code: 'signer.refused' });
    expect(await outcomeOf(orderFor(made))).toMatchObject(REFUSED);
    expect(await signer.client.eventState(made.eventId)).toMatchObject({ closed: true });
    // Again: nothing else.
    expect(await signer.client.closeEvent({ eventId: made.eventId, by: 'person:olga' })).toMatchObject({
      closed: true,
    });
  });

  it('cannot be renewed by its key past the end of the event', async () => {
    const of = await approved();
    const key = subjectKey('p-256');
    const csr = makeCsr(key, 'x');
    const order = makeOrder({
      caKeyId: signer.caKeyId,
      csr,
      content: { commonName: 'ev-summer-01', lifetimeDays: 3, endsAt: of.endsAt },
      now,
    });
    const approval = approve(order.content, `event:${of.eventId}`, now);
    const evidence = { event: of.eventId, digest: approvalDigest(of) };
    const outcome = await outcomeOf({ ...order, approvals: [{ ...approval, method: 'event', evidence }] });
    if (outcome.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
    const next = makeOrder({
      caKeyId: signer.caKeyId,
      csr: makeCsr(subjectKey('p-256'), 'x'),
      content: { commonName: 'ev-summer-01', lifetimeDays: 365 },
      now,
    });
    const csrSha256 = createHash('sha256').update(Buffer.from(next.csr, 'base64')).digest('hex');
    const signature = sign('sha256', renewalMessage({ csrSha256, serial: outcome.serial }), key);
    expect(
      await outcomeOf({
        ...next,
        approvals: [
          {
            ...approve(next.content, 'policy:renewal', now),
            method: 'renewal',
            evidence: { serial: outcome.serial, signature: signature.toString('base64') },
          },
        ],
      }),
    ).toMatchObject({ ...REFUSED, message: expect.stringContaining('ends with its event') as string });
  });
});

describe('what was approved in advance counts by the rules of now', () => {
  const hers = async () =>
    (await signer.client.approvers()).persons.find(({ id }) => id === PAULA.id)?.passkeys ?? [];

  it('long after the touch has run out', async () => {
    const of = await approved({
      startsAt: new Date(now.getTime() + 100 * DAY).toISOString(),
      endsAt: new Date(now.getTime() + 102 * DAY).toISOString(),
    });
    now = new Date(now.getTime() + 101 * DAY);
    expect(await outcomeOf(orderFor(of))).toMatchObject({ outcome: 'issued' });
    await signer.stop();
    await signer.start();
    expect(await outcomeOf(orderFor(of))).toMatchObject({ outcome: 'issued' });
  });

  it('and not on the word of the portal where it takes that no longer', async () => {
    await rewritePolicy({ approvalMode: 'session' });
    const of = event();
    await signer.client.approveEvent({ content: of, approvals: [approve(of, 'user:nobody', now)] });
    expect(await outcomeOf(orderFor(of))).toMatchObject({ outcome: 'issued' });
    await rewritePolicy({ approvalMode: 'passkey' });
    expect(await outcomeOf(orderFor(of))).toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('no longer counts') as string,
    });
  });

  it('and not of one person where it wants two', async () => {
    const of = await approved();
    await rewritePolicy({ approvalCount: 2 });
    expect(await outcomeOf(orderFor(of))).toMatchObject(REFUSED);
    await rewritePolicy({ approvalCount: 1 });
    expect(await outcomeOf(orderFor(of))).toMatchObject({ outcome: 'issued' });
  });

  it('and not by a passkey that was taken away since', async () => {
    const of = await approved();
    const other = makeAuthenticator();
    await enrol(other);
    expect(await outcomeOf(orderFor(of))).toMatchObject({ outcome: 'issued' });
    const before = await hers();
    const touchedIt = before.find(({ credentialId }) => credentialId === paulas.credentialId);
    await signer.operator.removePasskey({ which: touchedIt?.fingerprint ?? '', by: 'host:test' });
    // She has another one; this event was not approved with it.
    expect(await hers()).toHaveLength(before.length - 1);
    expect(await outcomeOf(orderFor(of))).toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('not enrolled') as string,
    });
    // Where the portal's word counts, hers without a passkey is none either.
    await rewritePolicy({ approvalMode: 'session' });
    expect(await outcomeOf(orderFor(of))).toMatchObject(REFUSED);
    await rewritePolicy({ approvalMode: 'passkey' });
    paulas = other;
    expect(await outcomeOf(orderFor(await approved()))).toMatchObject({ outcome: 'issued' });
  });
});

describe('an approval that counts no more', () => {
  const faultOf = async ({ eventId }: EventContent) => (await signer.client.eventState(eventId)).fault;

  it('is told, and is mended by who counts now, for the same content only', async () => {
    const of = await approved();
    expect(await faultOf(of)).toBeNull();
    await rewritePolicy({ approvalCount: 2 });
    expect(await faultOf(of)).toBe('approvals');
    await expect(signer.client.approveEvent({ content: of, approvals: touched(of) })).rejects.toMatchObject({
      code: 'signer.approval',
    });
    expect(await faultOf(of)).toBe('approvals');
    await rewritePolicy({ approvalCount: 1 });
    expect(await faultOf(of)).toBeNull();

    const next = makeAuthenticator();
    await enrol(next);
    const { persons } = await signer.client.approvers();
    const [before] = persons.flatMap(({ passkeys }) =>
      passkeys.filter(({ credentialId }) => credentialId === paulas.credentialId),
    );
    await signer.operator.removePasskey({ which: before?.fingerprint ?? '', by: 'host:test' });
    paulas = next;
    expect(await faultOf(of)).toBe('approvals');
    expect(await outcomeOf(orderFor(of))).toMatchObject(REFUSED);
    // Another content is another event, whoever approves it.
    const other = { ...of, quota: of.quota + 1 };
    await expect(
      signer.client.approveEvent({ content: other, approvals: touched(other) }),
    ).rejects.toMatchObject({ code: 'signer.order-conflict' });
    expect(await signer.client.approveEvent({ content: of, approvals: touched(of) })).toMatchObject({
      fault: null,
      used: 0,
    });
    expect(await outcomeOf(orderFor(of))).toMatchObject({ outcome: 'issued' });
    await signer.stop();
    await signer.start();
    expect(await faultOf(of)).toBeNull();
    expect(await outcomeOf(orderFor(of, { commonName: 'ev-summer-02' }))).toMatchObject({
      outcome: 'issued',
    });
  });

  it('is not mended once the event is closed', async () => {
    const of = await approved();
    await signer.client.closeEvent({ eventId: of.eventId, by: 'person:olga' });
    expect(await faultOf(of)).toBe('closed');
    await expect(signer.client.approveEvent({ content: of, approvals: touched(of) })).rejects.toMatchObject({
      code: 'signer.refused',
    });
  });
});

describe('an event is approved', () => {
  it("by people's passkeys, and by nobody's word", async () => {
    const made = event();
    await expect(
      signer.client.approveEvent({ content: made, approvals: [approve(made, PAULA.id, now)] }),
    ).rejects.toMatchObject({ code: 'signer.approval' });
  });

  it.each<[string, (made: EventContent) => Partial<EventContent>]>([
    ['another name', ({ commonNames }) => ({ commonNames: [...commonNames, 'ev-summer-04'] })],
    ['more certificates', ({ quota }) => ({ quota: quota + 1 })],
    ['a later end', ({ endsAt }) => ({ endsAt: new Date(Date.parse(endsAt) + DAY).toISOString() })],
    ['an earlier beginning', () => ({ startsAt: new Date(now.getTime() - DAY).toISOString() })],
    ['another hub', () => ({ hubs: ['luna'] })],
    ['another id', () => ({ eventId: 'E-00000000' })],
  ])('as it was touched for: not with %s', async (_what, change) => {
    const made = event();
    const altered = { ...made, ...change(made) };
    await expect(
      signer.client.approveEvent({ content: altered, approvals: touched(made) }),
    ).rejects.toMatchObject({ code: 'signer.approval' });
    // Nor when the digest is made to fit.
    const approvals = touched(made).map((one) => ({ ...one, digest: approvalDigest(altered) }));
    await expect(signer.client.approveEvent({ content: altered, approvals })).rejects.toMatchObject({
      code: 'signer.approval',
    });
  });

  it('once: another content needs another id', async () => {
    const of = await approved();
    const other = { ...of, quota: 100 };
    await expect(
      signer.client.approveEvent({ content: other, approvals: touched(other) }),
    ).rejects.toMatchObject({ code: 'signer.order-conflict' });
    expect(await signer.client.eventState(of.eventId)).toMatchObject({ quota: 3 });
  });

  it.each<[string, () => Partial<EventContent>, string]>([
    ['that is over', () => ({ endsAt: new Date(now.getTime() - 1000).toISOString() }), 'signer.refused'],
    [
      'that begins in more than a year',
      () => ({
        startsAt: new Date(now.getTime() + 366 * DAY + 1000).toISOString(),
        endsAt: new Date(now.getTime() + 368 * DAY).toISOString(),
      }),
      'signer.refused',
    ],
    ['of a system account', () => ({ commonNames: ['root'] }), 'request.system-account'],
    ['of names that no certificate carries', () => ({ commonNames: ['Bad Name'] }), 'request.common-name'],
    ['for another CA', () => ({ caKeyId: 'ab'.repeat(20) }), 'signer.former-ca'],
    ['with a name twice', () => ({ commonNames: ['a', 'a'] }), 'signer.protocol'],
    [
      'of a thousand and one names',
      () => ({ commonNames: Array.from({ length: 1001 }, (_, n) => `n${String(n).padStart(4, '0')}`) }),
      'signer.protocol',
    ],
    [
      'of half a lifetime',
      () => ({ endsAt: new Date(now.getTime() + 400 * DAY).toISOString() }),
      'signer.protocol',
    ],
    [
      'without an end after its beginning',
      () => ({ endsAt: new Date(now.getTime() - HOUR).toISOString() }),
      'signer.protocol',
    ],
  ])('never one %s', async (_what, change, code) => {
    const made = event(change());
    await expect(
      signer.client.approveEvent({ content: made, approvals: touched(made) }),
    ).rejects.toMatchObject({ code });
  });

  it('never by a touch that has run out', async () => {
    const made = event({ endsAt: new Date(now.getTime() + 40 * DAY).toISOString() });
    const approvals = touched(made);
    now = new Date(now.getTime() + 31 * DAY);
    await expect(signer.client.approveEvent({ content: made, approvals })).rejects.toMatchObject({
      code: 'signer.approval',
    });
  });

  it('by the word of the portal where this signer takes it, of as many people as it wants', async () => {
    await rewritePolicy({ approvalMode: 'session', approvalCount: 2 });
    const made = event();
    const paula = approve(made, PAULA.id, now);
    await expect(
      signer.client.approveEvent({ content: made, approvals: [paula, { ...paula, name: 'again' }] }),
    ).rejects.toMatchObject({ code: 'signer.approval' });
    await signer.client.approveEvent({ content: made, approvals: [paula, approve(made, 'user:anna', now)] });
    expect(await outcomeOf(orderFor(made))).toMatchObject({ outcome: 'issued' });
  });
});
