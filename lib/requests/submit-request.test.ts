import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { readSecrets } from '../config/secrets';
import type { TestHouseOptions } from '../testing/ctx';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { freshCsr, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { makeTrustProof } from '../trust/trust-proof';
import { confirmMailbox } from './confirm-mailbox';
import { openRequest } from './open-request';
import { previewRequest } from './preview-request';
import { rejectRequest } from './reject-request';
import { submitRequest } from './submit-request';
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

const MAIL = { mail: { transport: 'sendmail', from: 'ca@example.org', approvers: ['paula@example.org'] } };

describe('what is refused at the door', () => {
  it.each([
    ['request.common-name', { commonName: 'Alice' }],
    ['request.common-name', { commonName: 'alice\u0007' }],
    ['request.common-name', { commonName: '\u0430lice' }],
    ['request.system-account', { commonName: 'root' }],
    ['request.email', { email: 'alice@example.org\r\nBcc: all@example.org' }],
    ['request.email', { email: 'alice' }],
    ['request.name', { name: 'Alice\u202Egnp.exe' }],
    ['request.name', { name: 'Al\u0456ce' }],
    ['request.note', { note: 'a\u0000b' }],
    ['request.note', { note: 'x'.repeat(1001) }],
    ['request.label', { label: 'x'.repeat(41) }],
    ['request.label', { label: 'lap\ntop' }],
    ['request.profile', { profile: 'root' }],
    ['request.san', { dnsNames: ['hub.example.org'] }],
    ['request.san', { profile: 'server', dnsNames: ['hub.example.net'] }],
    ['csr.malformed', { csr: new TextEncoder().encode('hello') }],
  ])('is %s (case %#)', async (code, input) => {
    await open({ config: { pki: { serverNames: ['.example.org'] } } });
    await expect(
      submitOne(house.ctx, { csr: freshCsr('alice'), email: 'alice@example.org', ...(input as object) }),
    ).rejects.toMatchObject({ code });
    expect(await house.ctx.db.prisma.request.count()).toBe(0);
  });

  it('a stranger where the centre wants people to sign in', async () => {
    const { ctx, person } = await open({ config: { requests: { signIn: 'required' } } });
    await expect(submitOne(ctx)).rejects.toMatchObject({ code: 'request.sign-in-required' });
    await submitOne(person('alice'));
  });

  it('everything before there is a CA', async () => {
    house = await testHouse();
    await expect(submitOne(house.ctx)).rejects.toMatchObject({ code: 'signer.ca-missing' });
  });
});

describe.each(DATABASE_KINDS)('the same key again on %s', (kind) => {
  it('is refused while it is open, whoever sends it', async () => {
    const { ctx, as } = await open({ kind });
    const csr = freshCsr();
    await submitOne(ctx, { csr });
    await expect(submitOne(ctx, { csr })).rejects.toMatchObject({ code: 'request.duplicate-key' });
    const other = as({ kind: 'visitor', addressKey: 'address-2' });
    await expect(submitOne(other, { csr, email: 'mallory@example.org' })).rejects.toMatchObject({
      code: 'request.duplicate-key',
    });
  });

  it('is taken from the same person after a rejection or withdrawal, and from nobody else', async () => {
    const { ctx, as, person, requester } = await open({ kind });
    const csr = freshCsr();
    const first = await submitOne(ctx, { csr });
    await rejectRequest(person('paula', 'approver'), { id: first, reason: 'Wrong group' });
    const other = as({ kind: 'visitor', addressKey: 'address-2' });
    await expect(submitOne(other, { csr, email: 'mallory@example.org' })).rejects.toMatchObject({
      code: 'request.duplicate-key',
    });
    const second = await submitOne(ctx, { csr });
    await withdrawRequest(requester(second), { id: second });
    const third = await submitOne(ctx, { csr });
    expect(await viewRequest(person('paula', 'approver'), { id: third })).toMatchObject({
      related: expect.arrayContaining([expect.objectContaining({ id: first, because: 'same-key' })]),
    });
  });

  it('sent twice in the same moment becomes one request', async () => {
    const { ctx } = await open({ kind });
    const csr = freshCsr();
    const both = await Promise.allSettled([submitOne(ctx, { csr }), submitOne(ctx, { csr })]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await ctx.db.prisma.request.count()).toBe(1);
  });
});

describe('quotas', () => {
  it('count open requests by network address, not by the address that is named', async () => {
    const { ctx, as } = await open({ config: { requests: { openPerAddress: 2 } } });
    const mallory = as({ kind: 'visitor', addressKey: 'address-2' });
    for (const commonName of ['a', 'b']) await submitOne(mallory, { commonName, email: 'alice@example.org' });
    await expect(submitOne(mallory, { commonName: 'c', email: 'alice@example.org' })).rejects.toMatchObject({
      code: 'request.too-many-open',
    });
    await submitOne(ctx, { commonName: 'alice', email: 'alice@example.org' });
  });

  it('free a place when a request is withdrawn', async () => {
    const { ctx, requester } = await open({ config: { requests: { openPerAddress: 1 } } });
    const id = await submitOne(ctx);
    await expect(submitOne(ctx)).rejects.toMatchObject({ code: 'request.too-many-open' });
    await withdrawRequest(requester(id), { id });
    await submitOne(ctx);
  });

  it('count what a stranger withdraws, since each request has sent its mails', async () => {
    const { ctx, as } = await open({ config: { ...MAIL, requests: { openPerAddress: 1 } } });
    const mallory = as({ kind: 'visitor', addressKey: 'address-2' });
    for (const commonName of ['a', 'b', 'c']) {
      const id = await submitOne(mallory, { commonName, email: 'alice@example.org' });
      const own = as({ kind: 'requester', requestId: id, addressKey: 'address-2' });
      await withdrawRequest(own, { id });
    }
    await expect(submitOne(mallory, { commonName: 'd', email: 'alice@example.org' })).rejects.toMatchObject({
      code: 'request.too-many-open',
    });
    expect(await ctx.db.prisma.outboxMail.count({ where: { recipient: 'alice@example.org' } })).toBe(3);
    await submitOne(ctx, { commonName: 'alice', email: 'alice@example.org' });
  });

  it('do not make signed-in people of one address wait for one another', async () => {
    const { person } = await open({ config: { requests: { openPerAddress: 1 } } });
    await submitOne(person('ann'), { commonName: 'ann' });
    await submitOne(person('bob'), { commonName: 'bob' });
    await expect(submitOne(person('bob'), { commonName: 'bob' })).rejects.toMatchObject({
      code: 'request.too-many-open',
    });
  });
});

describe('trust in the root CA', () => {
  const proofOf = (strength: 'proven' | 'weak', nonce = 'nonce-1234567890'): string =>
    makeTrustProof({ secret: readSecrets(house.paths).canary, nonce, strength, now: house.ctx.now() }).proof;

  it('is required where the centre says so, and a proof counts once', async () => {
    const { ctx, person } = await open({ config: { trust: { enforce: 'require' } } });
    await expect(submitOne(ctx)).rejects.toMatchObject({ code: 'request.trust-required' });
    await expect(submitOne(ctx, { trustProof: 'v1.forged' })).rejects.toMatchObject({ code: 'trust.proof' });
    const trustProof = proofOf('proven');
    const id = await submitOne(ctx, { trustProof });
    expect(await viewRequest(person('p', 'approver'), { id })).toMatchObject({
      trust: 'proven',
      finding: 'clean',
    });
    await expect(submitOne(ctx, { trustProof, commonName: 'bob' })).rejects.toMatchObject({
      code: 'trust.proof',
    });
    const weak = await submitOne(ctx, {
      trustProof: proofOf('weak', 'nonce-abcdefghijk'),
      commonName: 'bob',
    });
    expect(await viewRequest(person('p', 'approver'), { id: weak })).toMatchObject({
      trust: 'weak',
      finding: 'warn',
    });
  });

  it('is only noted by default: a stale proof is no proof', async () => {
    const { ctx, person } = await open();
    const id = await submitOne(ctx, { trustProof: 'v1.stale' });
    const view = await viewRequest(person('p', 'approver'), { id });
    expect(view).toMatchObject({ trust: 'none', finding: 'clean' });
    expect(view.checks).toContainEqual(expect.objectContaining({ code: 'request.trust', ok: false }));
  });

  it('is not asked about where that is off', async () => {
    const { ctx, person } = await open({ config: { trust: { enforce: 'off' } } });
    const id = await submitOne(ctx, { trustProof: 'v1.stale' });
    const { checks, finding } = await viewRequest(person('p', 'approver'), { id });
    expect(finding).toBe('clean');
    expect(checks.map(({ code }) => code)).not.toContain('request.trust');
  });
});

describe.each(DATABASE_KINDS)('the mailbox on %s', (kind) => {
  it('is proven by the link in the mail, once; the secret of the request is not in it', async () => {
    const { ctx, person, requester } = await open({ kind, config: MAIL });
    const { id, pickupSecret } = await submitRequest(ctx, {
      csr: freshCsr(),
      email: 'alice@example.org',
      source: 'web',
    });
    const mails = await ctx.db.prisma.outboxMail.findMany({ orderBy: { template: 'asc' } });
    expect(mails.map((mail) => [mail.template, mail.recipient])).toEqual([
      ['request-received', 'alice@example.org'],
      ['request-waiting', 'paula@example.org'],
    ]);
    expect(JSON.stringify(mails)).not.toContain(pickupSecret);
    expect(await viewRequest(person('p', 'approver'), { id })).toMatchObject({ finding: 'warn', version: 1 });
    const secret = /#s=([\w-]{43})/.exec(mails[0]?.vars ?? '')?.[1] ?? '';
    expect(await confirmMailbox(ctx, { secret })).toEqual({ id, email: 'alice@example.org' });
    expect(await viewOwnRequest(requester(id), { id })).toMatchObject({ emailState: 'proven' });
    expect(await viewRequest(person('p', 'approver'), { id })).toMatchObject({
      finding: 'clean',
      version: 2,
    });
    await expect(confirmMailbox(ctx, { secret })).rejects.toMatchObject({ code: 'auth.link' });
    await expect(confirmMailbox(ctx, { secret: 'x' })).rejects.toMatchObject({ code: 'auth.link' });
  });
});

describe('the secret', () => {
  it('opens its own request only; an unknown id is refused alike', async () => {
    const { ctx } = await open();
    const one = await submitRequest(ctx, { csr: freshCsr(), email: null, source: 'web' });
    const other = await submitRequest(ctx, { csr: freshCsr('bob'), email: null, source: 'web' });
    expect(await openRequest(ctx, one)).toBe(true);
    for (const input of [
      { id: one.id, pickupSecret: other.pickupSecret },
      { id: 'R-00000000', pickupSecret: one.pickupSecret },
      { id: one.id, pickupSecret: '' },
    ]) {
      await expect(openRequest(ctx, input)).rejects.toMatchObject({ code: 'request.not-found' });
    }
    await expect(viewOwnRequest(ctx, { id: one.id })).rejects.toMatchObject({ code: 'request.not-found' });
  });
});

it('a preview stores nothing and tells nothing about others', async () => {
  const { ctx } = await open();
  const csr = freshCsr();
  await submitOne(ctx, { csr });
  const preview = await previewRequest(ctx, { csr, email: 'alice@example.org', source: 'web' });
  expect(preview).toMatchObject({
    subject: 'CN=alice,OU=NLHPC,O=Center for Mathematical Modeling,DC=University of Chile',
    lifetimeDays: 365,
  });
  expect(preview.rows.find((row) => row.field === 'email')).toMatchObject({ issued: null, pending: 'vouch' });
  expect(
    preview.checks.every((check) => check.code.startsWith('csr.') || !check.code.startsWith('request.')),
  ).toBe(true);
  expect(await ctx.db.prisma.request.count()).toBe(1);
});

it('a server’s names come from the CSR or the request, and the first is the common name', async () => {
  const { ctx, person } = await open({ config: { pki: { serverNames: ['.example.org', '192.0.2.7'] } } });
  const id = await submitOne(ctx, {
    csr: freshCsr('hub.example.org'),
    email: null,
    profile: 'server',
    dnsNames: ['Hub.example.org', 'www.example.org'],
    ipAddresses: ['192.0.2.7'],
  });
  expect(await viewRequest(person('p', 'approver'), { id })).toMatchObject({
    commonName: 'hub.example.org',
    profile: 'server',
    lifetimeDays: 397,
  });
});
