import { createHash, sign, type KeyObject } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Ctx } from '../ctx';
import { approvalsOf } from '../db/approvals';
import { findCertificateRow } from '../db/certificates';
import { findRequest } from '../db/requests';
import { HubgateError } from '../errors';
import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse, type TestHouseOptions } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { makeCsr, subjectKey } from '../testing/orders';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { renewalMessage } from '../wire/renewal-proof';
import { proveHolder } from './prove-holder';
import { renewCertificate, type RenewInput } from './renew-certificate';
import { revokeCertificate } from './revoke-certificate';

const DAY = 86_400_000;

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

const open = async (options: TestHouseOptions = {}) => {
  house = await testHouse({ signer, realClock: true, ...options });
};

type Issued = { serial: string; key: KeyObject };

/** Somebody's certificate, the ordinary way. */
async function issue(commonName: string, options: { email?: string } = {}): Promise<Issued> {
  const key = subjectKey('p-256');
  const id = await submitOne(house.ctx, {
    commonName,
    csr: makeCsr(key, commonName),
    ...(options.email === undefined ? {} : { email: options.email }),
  });
  await approveRequest(house.person('paula', 'approver'), { id, vouchEmail: true, confirmTakeover: true });
  return { key, serial: await signOne(id) };
}

async function signOne(id: string): Promise<string> {
  const [event] = await allEvents(signRequests(house.person('otto', 'operator'), { ids: [id] }));
  if (event?.event !== 'item' || event.serial === undefined) throw new Error(JSON.stringify(event));
  return event.serial;
}

const holder = (serial: string, commonName = 'alice'): Ctx =>
  house.as({ kind: 'holder', serial, commonName, addressKey: 'address-2' });

const freshKey = (commonName = 'alice') => makeCsr(subjectKey('p-256'), commonName);

const renew = (serial: string, input: Partial<RenewInput> = {}) =>
  renewCertificate(holder(serial), { csr: freshKey(), source: 'api', ...input });

function proofOf(key: KeyObject, csr: Uint8Array, serial: string): string {
  const csrSha256 = createHash('sha256').update(csr).digest('hex');
  return sign('sha256', renewalMessage({ csrSha256, serial }), key).toString('base64');
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'done',
    (thrown: unknown) => (thrown instanceof HubgateError ? thrown.code : String(thrown)),
  );

/** The house's clock, so that the certificate is about to end; the signer keeps its own. */
const untilWindow = (daysLeft: number) => house.advance((365 - daysLeft) * DAY);

describe.each(DATABASE_KINDS)('a renewal on %s', (kind) => {
  it('in its window is approved by the policy, signed, and supersedes the old certificate', async () => {
    // Short lives, since the signer's clock cannot be moved along: the window is open at once.
    await open({ kind, config: { pki: { userDays: 20 } } });
    const old = await issue('alice');
    const renewed = await renew(old.serial);
    expect(renewed).toMatchObject({ state: 'APPROVED', obstacle: null, renews: old.serial });

    const row = await findRequest(house.ctx.db, renewed.id);
    expect(row).toMatchObject({
      commonName: 'alice',
      email: 'alice@example.org',
      emailState: 'vouched',
      decidedBy: 'policy:renewal',
      renewsSerial: old.serial,
      finding: 'clean',
    });
    expect(row?.signAfter).toEqual(row?.decidedAt);
    const [approval] = await approvalsOf(house.ctx.db, renewed.id, 1);
    expect(approval).toMatchObject({ approver: 'policy:renewal', method: 'session', evidence: null });

    const serial = await signOne(renewed.id);
    expect(await findCertificateRow(house.ctx.db, old.serial)).toMatchObject({
      state: 'SUPERSEDED',
      supersededBy: serial,
    });
    expect(await findCertificateRow(house.ctx.db, serial)).toMatchObject({
      state: 'VALID',
      email: 'alice@example.org',
    });
    const events = await listAuditEvents(house.ctx.db);
    expect(events.map(({ actor, action, target }) => [actor, action, target])).toEqual(
      expect.arrayContaining([
        ['holder:alice', 'request.submit', renewed.id],
        ['system:policy:renewal', 'request.approve', renewed.id],
        ['person:otto', 'certificate.supersede', old.serial],
      ]),
    );
  });

  it('before its window waits for an approver, with its holder proven', async () => {
    await open({ kind });
    const old = await issue('alice');
    const renewed = await renew(old.serial);
    expect(renewed).toMatchObject({ state: 'SUBMITTED', obstacle: 'too-early' });
    const row = await findRequest(house.ctx.db, renewed.id);
    expect(row?.finding).toBe('clean');
    await approveRequest(house.person('paula', 'approver'), { id: renewed.id });
    await signOne(renewed.id);
    expect(await findCertificateRow(house.ctx.db, old.serial)).toMatchObject({ state: 'SUPERSEDED' });
  });
});

describe('the window', () => {
  it.each([
    [31, 'too-early'],
    [30, null],
    [1, null],
  ])('%i days before the end: %s', async (daysLeft, obstacle) => {
    await open();
    const old = await issue('alice');
    const { notAfter } = (await findCertificateRow(house.ctx.db, old.serial)) ?? { notAfter: new Date(0) };
    house.advance(notAfter.getTime() - house.ctx.now().getTime() - daysLeft * DAY);
    expect(await renew(old.serial)).toMatchObject({ obstacle });
  });

  it('closes with the certificate itself', async () => {
    await open();
    const old = await issue('alice');
    house.advance(366 * DAY);
    expect(await codeOf(renew(old.serial))).toBe('certificate.state');
  });
});

describe('what needs an approver', () => {
  it('everything, where the policy is off', async () => {
    await open({ config: { renewal: { auto: false } } });
    const old = await issue('alice');
    untilWindow(10);
    expect(await renew(old.serial)).toMatchObject({ state: 'SUBMITTED', obstacle: 'off' });
  });

  it('the second renewal of one certificate, even while the first is not signed', async () => {
    await open();
    const old = await issue('alice');
    untilWindow(10);
    expect(await renew(old.serial)).toMatchObject({ obstacle: null });
    expect(await renew(old.serial)).toMatchObject({ obstacle: 'renewed-before', state: 'SUBMITTED' });
  });

  it.each([
    ['another address', 'mallory@example.org'],
    ['none any more', null],
  ])('an e-mail address that is %s: its holder is told of renewals', async (_what, email) => {
    await open();
    const old = await issue('alice');
    untilWindow(10);
    expect(await renew(old.serial, { email })).toMatchObject({ state: 'SUBMITTED', obstacle: 'changed' });
  });

  it('a name that went to somebody else since', async () => {
    await open();
    const old = await issue('alice', { email: 'alice@example.org' });
    house.advance(1000);
    await issue('alice', { email: 'other@example.org' });
    untilWindow(10);
    expect(await renew(old.serial)).toMatchObject({ obstacle: 'name-passed-on' });
  });

  it('not a second device of the same person', async () => {
    await open();
    const old = await issue('alice');
    house.advance(1000);
    await issue('alice');
    untilWindow(10);
    expect(await renew(old.serial)).toMatchObject({ obstacle: null });
  });

  it('one person besides the policy, where two must approve', async () => {
    await open({ config: { approval: { count: 2 } } });
    const key = subjectKey('p-256');
    const id = await submitOne(house.ctx, { csr: makeCsr(key, 'alice') });
    for (const name of ['paula', 'peter']) {
      const approver = house.person(name, 'approver');
      await approveRequest(approver, { id });
    }
    const serial = await signOne(id);
    untilWindow(10);
    const renewed = await renew(serial);
    expect(renewed).toMatchObject({ state: 'SUBMITTED', obstacle: 'second-approval' });
    expect(await approveRequest(house.person('paula', 'approver'), { id: renewed.id })).toMatchObject({
      state: 'APPROVED',
    });
  });
});

describe('what is refused', () => {
  it('a certificate that was revoked, or is on hold', async () => {
    await open();
    for (const reason of ['keyCompromise', 'certificateHold'] as const) {
      const old = await issue(`user-${reason.toLowerCase()}`);
      await revokeCertificate(house.person('otto', 'operator'), { serial: old.serial, reason });
      expect(await codeOf(renew(old.serial))).toBe('certificate.state');
    }
  });

  it('a stranger, a CSR for somebody else, a key that somebody else has', async () => {
    await open();
    const old = await issue('alice');
    const stranger = renewCertificate(house.ctx, { csr: freshKey(), source: 'api' });
    expect(await codeOf(stranger)).toBe('auth.no-certificate');
    expect(await codeOf(renew(old.serial, { csr: freshKey('bob') }))).toBe('renewal.subject');
    const bob = await issue('bob', { email: 'bob@example.org' });
    expect(await codeOf(renew(old.serial, { csr: makeCsr(bob.key, 'alice') }))).toBe('request.duplicate-key');
  });

  it('the fourth open renewal of one certificate', async () => {
    await open();
    const old = await issue('alice');
    for (let nth = 0; nth < 3; nth += 1) await renew(old.serial);
    expect(await codeOf(renew(old.serial))).toBe('request.too-many-open');
  });
});

it('the same key again is taken, for who cannot make another', async () => {
  await open();
  const old = await issue('alice');
  untilWindow(10);
  expect(await renew(old.serial, { csr: makeCsr(old.key, 'alice') })).toMatchObject({ obstacle: null });
});

it('an approver who corrects the name makes an ordinary request of it', async () => {
  await open();
  const { editRequest } = await import('../requests/edit-request');
  const old = await issue('alice');
  const { id } = await renew(old.serial);
  const approver = house.person('paula', 'approver');
  await editRequest(approver, { id, version: 1, commonName: 'alicia' });
  await approveRequest(approver, { id });
  const serial = await signOne(id);
  expect(await findCertificateRow(house.ctx.db, old.serial)).toMatchObject({ state: 'VALID' });
  expect(await findCertificateRow(house.ctx.db, serial)).toMatchObject({ commonName: 'alicia' });
});

describe('the proof of the old key', () => {
  it('knows the holder without TLS, and stands with the approval', async () => {
    await open();
    const old = await issue('alice');
    untilWindow(10);
    const csr = freshKey();
    const proof = proofOf(old.key, csr, old.serial);
    const known = { serial: old.serial, csr, signature: proof, addressKey: 'a' };
    const actor = await proveHolder(house.ctx, known);
    const renewed = await renewCertificate(house.as(actor), { csr, proof, source: 'api' });
    expect(renewed.obstacle).toBeNull();
    const [approval] = await approvalsOf(house.ctx.db, renewed.id, 1);
    expect(approval?.method).toBe('renewal');
    expect(JSON.parse(approval?.evidence ?? '')).toEqual({ serial: old.serial, signature: proof });
  });

  it('by another key, for another CSR or another serial is refused alike', async () => {
    await open();
    const old = await issue('alice');
    const other = await issue('bob', { email: 'bob@example.org' });
    const csr = freshKey();
    const tries: [string, string][] = [
      [old.serial, proofOf(other.key, csr, old.serial)],
      [old.serial, proofOf(old.key, freshKey(), old.serial)],
      [other.serial, proofOf(old.key, csr, old.serial)],
      ['ab'.repeat(20), proofOf(old.key, csr, old.serial)],
      [old.serial, 'AAAA'],
      [old.serial, 'not base64'],
    ];
    for (const [serial, signature] of tries) {
      expect(await codeOf(proveHolder(house.ctx, { serial, csr, signature, addressKey: 'a' }))).toBe(
        'renewal.proof',
      );
      expect(
        await codeOf(renew(old.serial, { csr, proof: serial === old.serial ? signature : 'AAAA' })),
      ).toBe('renewal.proof');
    }
  });
});
