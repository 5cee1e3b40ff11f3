import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { makeAuthenticator, type Authenticator, type Wrong } from '../testing/authenticator';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approvedBy, touchFor, type TestTouch } from '../testing/touches';
import { approvalTree } from '../wire/approval-tree';
import type { ApprovedContent, Order } from '../wire/order';

// What a stolen web process could try: everything below comes by its own socket, with touches that
// approvers once gave, and gets no certificate that nobody touched for.

const DAY = 86_400_000;
const PAULA = { id: 'user:5a3a9e0e-7e62-4f6b-9a53-3f0f9a3a0001', name: 'paula' };
const OLGA = { id: 'user:5a3a9e0e-7e62-4f6b-9a53-3f0f9a3a0002', name: 'olga' };
const REFUSED = { outcome: 'refused', code: 'signer.approval' };

let signer: TestSigner;
let now = new Date();
let paulas: Authenticator;
let paulasPhone: Authenticator;
let olgas: Authenticator;
let strangers: Authenticator;

function order(content: Partial<ApprovedContent> = {}): Order {
  const csr = makeCsr(subjectKey('p-256'), 'x');
  return makeOrder({ caKeyId: signer.caKeyId, csr, content, now });
}

async function outcomesOf(orders: readonly Order[]) {
  const outcomes = await signer.client.sign(orders);
  return orders.map(({ content }) => outcomes.find(({ orderId }) => orderId === content.orderId));
}

async function outcomeOf(one: Order) {
  return (await outcomesOf([one]))[0];
}

const touch = (orders: readonly Order[], options: Partial<Parameters<typeof touchFor>[0]> = {}): TestTouch =>
  touchFor({
    authenticator: paulas,
    person: PAULA,
    contents: orders.map((one) => one.content),
    now,
    ...options,
  });

async function propose(authenticator: Authenticator, person: { id: string; name: string }): Promise<string> {
  const { credentialId, publicKey, counter } = authenticator;
  return (await signer.client.proposePasskey({ person, credentialId, publicKey, counter })).fingerprint;
}

async function enrol(authenticator: Authenticator, person: { id: string; name: string }): Promise<void> {
  const fingerprint = await propose(authenticator, person);
  await signer.operator.acceptPasskey({ fingerprint, by: 'host:test' });
}

async function setPolicy(changes: Record<string, unknown>): Promise<void> {
  const file = join(signer.dir, 'policy.json');
  const policy = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify({ ...policy, ...changes }));
  await signer.stop();
  await signer.start();
}

/** One approval with some of its evidence replaced. */
function bent(touched: TestTouch, change: Record<string, string>): TestTouch {
  return {
    ...touched,
    approvals: touched.approvals.map((one) => ({ ...one, evidence: { ...one.evidence, ...change } })),
  };
}

beforeAll(async () => {
  signer = await startTestSigner({ now: () => now, policy: { approvalMode: 'passkey' } });
  [paulas, paulasPhone, olgas, strangers] = [
    makeAuthenticator(),
    makeAuthenticator({ algorithm: 'RS256', counts: false }),
    makeAuthenticator({ algorithm: 'EdDSA' }),
    makeAuthenticator(),
  ];
  await enrol(paulas, PAULA);
  await enrol(paulasPhone, PAULA);
  await enrol(olgas, OLGA);
});
afterAll(() => signer.remove());

describe('what approvers touched for is signed', () => {
  it('one order, and several under one touch', async () => {
    const single = order();
    expect(await outcomeOf(approvedBy([single], touch([single]))[0] as Order)).toMatchObject({
      outcome: 'issued',
    });
    const several = [order(), order(), order()];
    const outcomes = await outcomesOf(approvedBy(several, touch(several)));
    expect(outcomes.map((one) => one?.outcome)).toEqual(['issued', 'issued', 'issued']);
    const { orders } = await signer.operator.touched(3);
    expect(orders.map(({ content }) => content.orderId).sort()).toEqual(
      several.map(({ content }) => content.orderId).sort(),
    );
    for (const one of orders)
      expect(one).toMatchObject({
        personId: PAULA.id,
        name: PAULA.name,
        serial: expect.stringMatching(/^[0-9a-f]+$/) as string,
      });
    await expect(signer.client.touched(3)).rejects.toMatchObject({ code: 'signer.protocol' });
  });

  it('the orders of one touch in batches of their own, also after a restart', async () => {
    const several = [order(), order()];
    const [first, second] = approvedBy(several, touch(several)) as [Order, Order];
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'issued', repeated: false });
    await signer.stop();
    await signer.start();
    expect(await outcomeOf(second)).toMatchObject({ outcome: 'issued', repeated: false });
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'issued', repeated: true });
  });

  it('touches that were shown when they were made, in whatever order they are signed', async () => {
    const [early, late] = [order(), order()];
    const touches = [touch([early]), touch([late])];
    for (const { presented } of touches) {
      expect(await signer.client.presentTouch(presented)).toEqual({ person: PAULA.id });
    }
    expect(await outcomeOf(approvedBy([late], touches[1] as TestTouch)[0] as Order)).toMatchObject({
      outcome: 'issued',
    });
    expect(await outcomeOf(approvedBy([early], touches[0] as TestTouch)[0] as Order)).toMatchObject({
      outcome: 'issued',
    });
  });

  it('touches of one batch, whichever order comes first', async () => {
    const [early, late] = [order(), order()];
    const [first] = approvedBy([early], touch([early]));
    const [second] = approvedBy([late], touch([late]));
    const outcomes = await outcomesOf([second as Order, first as Order]);
    expect(outcomes.map((one) => one?.outcome)).toEqual(['issued', 'issued']);
  });

  it('with an authenticator that does not count', async () => {
    for (const one of [order(), order()]) {
      const [approved] = approvedBy([one], touch([one], { authenticator: paulasPhone }));
      expect(await outcomeOf(approved as Order)).toMatchObject({ outcome: 'issued' });
    }
  });
});

describe('what nobody touched for is not', () => {
  it("the portal's word alone", async () => {
    expect(await outcomeOf(order())).toMatchObject(REFUSED);
  });

  it.each<[string, (one: Order) => TestTouch]>([
    ['a passkey that was never proposed', (one) => touch([one], { authenticator: strangers })],
    ["somebody else's passkey", (one) => touch([one], { authenticator: olgas })],
    ['an approver of whom nobody heard', (one) => touch([one], { person: { ...PAULA, id: 'user:nobody' } })],
    [
      'evidence that is missing',
      (one) => ({
        ...touch([one]),
        approvals: touch([one]).approvals.map(({ evidence: _gone, ...rest }) => rest),
      }),
    ],
    ['another signature', (one) => bent(touch([one]), { signature: touch([order()]).presented.signature })],
    [
      'another path',
      (one) => bent(touch([one]), { path: Buffer.alloc(32).toString('base64url'), size: '2' }),
    ],
    ['another place', (one) => bent(touch([one]), { index: '1', size: '2' })],
    ['a life of forty days', (one) => touch([one], { days: 40 })],
    ['an end before its beginning', (one) => touch([one], { days: -1 })],
  ])('%s', async (_what, made) => {
    const one = order();
    expect(await outcomeOf(approvedBy([one], made(one))[0] as Order)).toMatchObject(REFUSED);
  });

  it.each<[string, Wrong]>([
    ['from another page', { origin: 'https://gate.localhost:8444' }],
    ['for another site', { rpId: 'gate.localhost' }],
    ['without PIN or finger', { flags: 0x01 }],
    ['that nobody gave', { flags: 0x04 }],
    ['that registers a passkey', { type: 'webauthn.create' }],
  ])('a touch %s', async (_what, wrong) => {
    const one = order();
    expect(await outcomeOf(approvedBy([one], touch([one], { wrong }))[0] as Order)).toMatchObject(REFUSED);
  });

  it('an assertion for list A used for list B, whole or in part', async () => {
    const [a, b] = [
      [order(), order()],
      [order(), order()],
    ] as [Order[], Order[]];
    const forA = touch(a);
    const forB = touch(b);
    const crossed = bent(forB, {
      authenticatorData: forA.presented.authenticatorData,
      clientDataJSON: forA.presented.clientDataJSON,
      signature: forA.presented.signature,
    });
    expect((await outcomesOf(approvedBy(b, crossed))).map((one) => one?.outcome)).toEqual([
      'refused',
      'refused',
    ]);
    // A leaf of B hung into A's tree.
    const { paths } = approvalTree([...a, ...b].map(() => 'ab'.repeat(32)));
    const hung = bent(crossed, { path: paths[0]?.toString('base64url') ?? '', index: '0', size: '4' });
    expect(await outcomeOf(approvedBy(b, hung)[0] as Order)).toMatchObject(REFUSED);
    expect((await outcomesOf(approvedBy(a, forA))).map((one) => one?.outcome)).toEqual(['issued', 'issued']);
  });

  const NAMES = { emails: [], dnsNames: [], ipAddresses: [] };
  it.each<[string, Partial<ApprovedContent>]>([
    ['another name', { commonName: 'mallory' }],
    ['one more address', { san: { ...NAMES, emails: ['mallory@example.org'] } }],
    [
      'another profile',
      { profile: 'server', commonName: 'a.example.org', san: { ...NAMES, dnsNames: ['a.example.org'] } },
    ],
    ['a longer life', { lifetimeDays: 400 }],
    ['another CA', { caKeyId: 'ab'.repeat(20) }],
    ['another CSR', { csrSha256: 'ab'.repeat(32) }],
    ['another order id', { orderId: 'R-00000000' }],
  ])('a touched order with %s', async (_what, change) => {
    const one = order();
    const touched = touch([one]);
    const altered = { ...one, content: { ...one.content, ...change } };
    // With the digest that was touched, and with one that fits what is asked for.
    expect(await outcomeOf(approvedBy([altered], touched)[0] as Order)).toMatchObject({ outcome: 'refused' });
    const [fitting] = makeOrder({
      caKeyId: signer.caKeyId,
      csr: Buffer.from(one.csr, 'base64'),
      content: altered.content,
      now,
    }).approvals;
    const approvals = touched.approvals.map((approval) => ({ ...approval, digest: fitting?.digest ?? '' }));
    expect(await outcomeOf({ ...altered, approvals })).toMatchObject({ outcome: 'refused' });
  });

  it('an approval that lives longer, or began later, than was touched for', async () => {
    const one = order();
    const touched = touch([one], { days: 1 });
    for (const change of [
      { expiresAt: new Date(now.getTime() + 2 * DAY).toISOString() },
      { approvedAt: new Date(now.getTime() + 1).toISOString() },
    ]) {
      const approvals = touched.approvals.map((approval) => ({ ...approval, ...change }));
      expect(await outcomeOf({ ...one, approvals })).toMatchObject(REFUSED);
    }
  });

  it('an approval that has run out', async () => {
    const one = order();
    const [late] = approvedBy([one], touch([one], { now: new Date(now.getTime() - 2 * DAY), days: 1 }));
    expect(await outcomeOf(late as Order)).toMatchObject(REFUSED);
  });

  it('a touch of a passkey that counts backwards', async () => {
    const [later, earlier] = [order(), order()];
    const [second] = approvedBy([later], touch([later], { wrong: { counter: 5000 } }));
    expect(await outcomeOf(second as Order)).toMatchObject({ outcome: 'issued' });
    for (const counter of [0, 4999, 5000]) {
      const [copied] = approvedBy([earlier], touch([earlier], { wrong: { counter } }));
      expect(await outcomeOf(copied as Order)).toMatchObject(REFUSED);
    }
    const [forward] = approvedBy([earlier], touch([earlier], { wrong: { counter: 5001 } }));
    expect(await outcomeOf(forward as Order)).toMatchObject({ outcome: 'issued' });
    await signer.operator.removePasskey({ which: PAULA.id, by: 'host:test' });
    paulas = makeAuthenticator();
    await enrol(paulas, PAULA);
    await enrol(paulasPhone, PAULA);
  });

  it('an order id that was signed, with other content under a new touch', async () => {
    const one = order();
    expect(await outcomeOf(approvedBy([one], touch([one]))[0] as Order)).toMatchObject({ outcome: 'issued' });
    const again = order({ orderId: one.content.orderId, commonName: 'mallory' });
    expect(await outcomeOf(approvedBy([again], touch([again]))[0] as Order)).toMatchObject({
      outcome: 'refused',
      code: 'signer.order-conflict',
    });
  });
});

describe('enrolment', () => {
  it('is no call of the web socket', async () => {
    const fingerprint = await propose(strangers, { id: 'user:mallory', name: 'mallory' });
    await expect(signer.client.acceptPasskey({ fingerprint, by: 'web' })).rejects.toMatchObject({
      code: 'signer.protocol',
    });
    await expect(signer.client.removePasskey({ which: PAULA.id, by: 'web' })).rejects.toMatchObject({
      code: 'signer.protocol',
    });
    const one = order();
    const proposed = touch([one], {
      authenticator: strangers,
      person: { id: 'user:mallory', name: 'mallory' },
    });
    expect(await outcomeOf(approvedBy([one], proposed)[0] as Order)).toMatchObject(REFUSED);
    await expect(signer.client.presentTouch(proposed.presented)).rejects.toMatchObject({
      code: 'signer.approval',
    });
    expect(await signer.operator.removePasskey({ which: fingerprint, by: 'host:test' })).toEqual({
      passkeys: [],
      proposals: 1,
    });
  });

  it('makes nobody two people', async () => {
    const again = makeAuthenticator();
    const fingerprint = await propose(again, { id: 'user:another-paula', name: PAULA.name });
    await expect(signer.operator.acceptPasskey({ fingerprint, by: 'host:test' })).rejects.toMatchObject({
      code: 'passkey.conflict',
    });
    for (const other of [OLGA, { ...PAULA, id: 'user:another-paula' }, { ...PAULA, name: 'olga' }]) {
      const before = makeAuthenticator();
      const proposed = await propose(before, { id: 'user:another-paula', name: 'paulina' });
      await expect(propose(before, other)).rejects.toMatchObject({ code: 'passkey.conflict' });
      await signer.operator.removePasskey({ which: proposed, by: 'host:test' });
    }
    const renamed = await propose(makeAuthenticator(), { ...PAULA, name: 'paulina' });
    await expect(
      signer.operator.acceptPasskey({ fingerprint: renamed, by: 'host:test' }),
    ).rejects.toMatchObject({ code: 'passkey.conflict' });
    await signer.operator.removePasskey({ which: renamed, by: 'host:test' });
    await expect(propose(paulas, OLGA)).rejects.toMatchObject({ code: 'passkey.conflict' });
    await signer.operator.removePasskey({ which: fingerprint, by: 'host:test' });
  });

  it('takes no key that it cannot verify with, and only so many proposals', async () => {
    const { credentialId } = makeAuthenticator();
    const weak = makeAuthenticator({ algorithm: 'RS256', rsaBits: 1024 }).publicKey;
    for (const publicKey of ['AAAA', `${paulas.publicKey}AAAA`, weak]) {
      await expect(
        signer.client.proposePasskey({ person: OLGA, credentialId, publicKey, counter: 0 }),
      ).rejects.toMatchObject({ code: 'passkey.invalid' });
    }
    const { publicKey } = makeAuthenticator();
    const flood = async (id: string, count: number) => {
      for (let index = 0; index < count; index += 1) {
        const one = Buffer.from(`${id}-${index}`.padEnd(32, '-')).toString('base64url');
        await signer.client.proposePasskey({
          person: { id: `user:${id}`, name: id },
          credentialId: one,
          publicKey,
          counter: 0,
        });
      }
    };
    await expect(flood('one', 9)).rejects.toMatchObject({ code: 'passkey.too-many' });
    for (let person = 0; person < 7; person += 1) await flood(`p${person}`, 8);
    await expect(flood('last', 1)).rejects.toMatchObject({ code: 'passkey.too-many' });
    expect((await signer.client.approvers()).proposals).toHaveLength(64);
    const later = now;
    now = new Date(now.getTime() + 15 * DAY);
    expect((await signer.client.approvers()).proposals).toHaveLength(0);
    await flood('last', 1);
    await signer.operator.removePasskey({ which: 'last', by: 'host:test' });
    now = later;
  });

  it('that ended counts no more, at once and for touches of before', async () => {
    const gone = makeAuthenticator();
    const person = { id: 'user:gone', name: 'gone' };
    await enrol(gone, person);
    const several = [order(), order()];
    const [first, second] = approvedBy(several, touch(several, { authenticator: gone, person })) as [
      Order,
      Order,
    ];
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'issued' });
    expect(await signer.operator.removePasskey({ which: 'gone', by: 'host:test' })).toMatchObject({
      passkeys: [{ name: 'gone' }],
    });
    expect(await outcomeOf(second)).toMatchObject(REFUSED);
    await expect(signer.operator.removePasskey({ which: 'gone', by: 'host:test' })).rejects.toMatchObject({
      code: 'passkey.not-found',
    });
  });

  it('is kept over a restart, in a file of the signer alone', async () => {
    const before = (await signer.client.approvers()).persons;
    await signer.stop();
    await signer.start();
    expect((await signer.client.approvers()).persons).toEqual(before);
    writeFileSync(
      join(signer.dir, 'approvers.json'),
      readFileSync(join(signer.dir, 'approvers.json'), 'utf8').replace('"name"', '"nam"'),
    );
    await signer.stop();
    await expect(signer.start()).rejects.toMatchObject({ code: 'ca.file' });
    writeFileSync(
      join(signer.dir, 'approvers.json'),
      readFileSync(join(signer.dir, 'approvers.json'), 'utf8').replace('"nam"', '"name"'),
    );
    await signer.start();
  });
});

describe('rules that change', () => {
  it('two people: two passkeys of one count once', async () => {
    await setPolicy({ approvalCount: 2 });
    const one = order();
    const [paula, phone, olga] = [
      touch([one]),
      touch([one], { authenticator: paulasPhone }),
      touch([one], { authenticator: olgas, person: OLGA }),
    ];
    expect(await outcomeOf(approvedBy([one], paula)[0] as Order)).toMatchObject(REFUSED);
    expect(await outcomeOf(approvedBy([one], paula, phone)[0] as Order)).toMatchObject(REFUSED);
    const [session] = one.approvals;
    expect(
      await outcomeOf({ ...one, approvals: [...paula.approvals, ...(session ? [session] : [])] }),
    ).toMatchObject(REFUSED);
    expect(await outcomeOf(approvedBy([one], paula, olga)[0] as Order)).toMatchObject({ outcome: 'issued' });
    await setPolicy({ approvalCount: 1 });
  });

  it('a file of before, without a word on passkeys, starts and takes no touch', async () => {
    await setPolicy({ passkeys: undefined });
    const one = order();
    const outcome = await outcomeOf(approvedBy([one], touch([one]))[0] as Order);
    expect(outcome).toMatchObject({ ...REFUSED, message: expect.stringContaining('policy.json') as string });
    await setPolicy({ passkeys: { rpId: 'localhost', origins: ['https://localhost:8443'] } });
  });

  it("back to the portal's word: touches are verified all the same", async () => {
    await setPolicy({ approvalMode: 'session' });
    const one = order();
    expect(await outcomeOf(one)).toMatchObject({ outcome: 'issued' });
    const two = order();
    expect(
      await outcomeOf(approvedBy([two], touch([two], { wrong: { flags: 1 } }))[0] as Order),
    ).toMatchObject(REFUSED);
    expect(await outcomeOf(approvedBy([two], touch([two]))[0] as Order)).toMatchObject({ outcome: 'issued' });
  });
});
