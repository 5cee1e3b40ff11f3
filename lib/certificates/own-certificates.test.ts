import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Ctx, OwnProofs } from '../ctx';
import { confirmMailbox } from '../requests/confirm-mailbox';
import { submitRequest } from '../requests/submit-request';
import { viewRequest } from '../requests/view-request';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse } from '../testing/ctx';
import { issueOne } from '../testing/issued';
import { makeCsr, subjectKey } from '../testing/orders';
import { outboxOf } from '../testing/outbox';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { findCertificate } from './find-certificate';
import { listOwnCertificates } from './list-own-certificates';
import { openLostLink } from './open-lost-link';
import { revokeCertificate } from './revoke-certificate';
import { revokeCertificateOfRequest } from './revoke-certificate-of-request';
import { revokeOwnCertificates } from './revoke-own-certificates';
import { sendLostLink } from './send-lost-link';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
beforeEach(async () => {
  house = await testHouse({
    signer,
    realClock: true,
    config: { mail: { transport: 'smtp', from: 'hub@example.org' } },
  });
});
afterEach(() => house.close());
afterAll(() => signer.remove());

const NOTHING: OwnProofs = { requestIds: [], serial: null, email: null, userId: null };
const owner = (proofs: Partial<OwnProofs>): Ctx =>
  house.as({ kind: 'owner', addressKey: 'address-1', proofs: { ...NOTHING, ...proofs } });
const serialsOf = async (ctx: Ctx) => (await listOwnCertificates(ctx)).map(({ serial }) => serial).sort();
const stateOf = async (serial: string) =>
  (await findCertificate(house.as({ kind: 'host', name: 'root' }), { serial })).state;
/** The secret of the link in the newest mail of this kind. */
async function mailedSecret(template: string, name: string): Promise<string> {
  const mail = (await outboxOf(house)).findLast((one) => one.template === template);
  return /#s=(.+)$/.exec(mail?.vars[name] ?? '')?.[1] ?? '';
}
const lostLinks = async () => (await outboxOf(house)).filter(({ template }) => template === 'lost-link');

describe('what somebody may take back', () => {
  it('is told by each proof alone, and by nothing else', async () => {
    const laptop = await issueOne(house, { label: 'laptop', vouchEmail: true });
    const office = await issueOne(house, { label: 'office', vouchEmail: true });
    const bare = await issueOne(house, { label: 'no address in it' });
    const bob = await issueOne(house, { commonName: 'bob', vouchEmail: true });

    expect(await serialsOf(owner({ requestIds: [bare.id] }))).toEqual([bare.serial]);
    expect(await serialsOf(house.requester(bare.id))).toEqual([bare.serial]);
    // A certificate speaks for those of the same name and address, and for itself where it has none.
    expect(await serialsOf(owner({ serial: laptop.serial }))).toEqual([laptop.serial, office.serial].sort());
    expect(await serialsOf(owner({ serial: bare.serial }))).toEqual([bare.serial]);
    // An address that was only named opens nothing.
    expect(await serialsOf(owner({ email: 'alice@example.org' }))).toEqual(
      [laptop.serial, office.serial].sort(),
    );
    expect(await serialsOf(owner({ email: 'bob@example.org' }))).toEqual([bob.serial]);
    expect(await serialsOf(owner({ email: 'nobody@example.org' }))).toEqual([]);
    expect(await serialsOf(owner({ userId: 'id-carl' }))).toEqual([]);
    for (const ctx of [owner({}), house.ctx, house.as({ kind: 'host', name: 'root' })]) {
      await expect(listOwnCertificates(ctx)).rejects.toMatchObject({ code: 'auth.required' });
    }
  });

  it('counts an address that was proven after the certificate had been issued', async () => {
    const { id, serial } = await issueOne(house);
    await confirmMailbox(house.ctx, { secret: await mailedSecret('request-received', 'confirmLink') });
    expect(await viewRequest(house.person('paula', 'approver'), { id })).toMatchObject({
      emailState: 'proven',
      certificate: { email: null },
    });
    expect(await serialsOf(owner({ email: 'alice@example.org' }))).toEqual([serial]);
  });

  it('counts what somebody asked for while signed in', async () => {
    const { serial } = await issueOne(house, { ctx: house.person('carl'), commonName: 'carl' });
    expect(await serialsOf(house.person('carl'))).toEqual([serial]);
    expect(await serialsOf(house.person('paula', 'approver', 'operator'))).toEqual([]);
  });

  it('tells devices apart, and leaves out what has ended', async () => {
    const laptop = await issueOne(house, { label: 'laptop', vouchEmail: true });
    await issueOne(house, { label: 'office', vouchEmail: true });
    await revokeCertificate(house.person('otto', 'operator'), {
      serial: laptop.serial,
      reason: 'certificateHold',
    });
    const list = await listOwnCertificates(owner({ email: 'alice@example.org' }));
    expect(list.map(({ label, onHold, proof }) => [label, onHold, proof]).sort()).toEqual([
      ['laptop', true, 'mailbox'],
      ['office', false, 'mailbox'],
    ]);
    house.advance(366 * 86_400_000);
    expect(await listOwnCertificates(owner({ email: 'alice@example.org' }))).toEqual([]);
  });
});

describe('taking back', () => {
  it('revokes the chosen ones only, without a mail, and says by which proof', async () => {
    const laptop = await issueOne(house, { label: 'laptop', vouchEmail: true });
    const office = await issueOne(house, { label: 'office', vouchEmail: true });
    const revoked = await revokeOwnCertificates(owner({ email: 'alice@example.org' }), {
      serials: [laptop.serial],
      reason: 'keyCompromise',
      why: 'lost',
    });
    expect(revoked).toMatchObject([{ serial: laptop.serial, state: 'REVOKED', reason: 'keyCompromise' }]);
    expect(await stateOf(office.serial)).toBe('VALID');
    const event = (await listAuditEvents(house.database.db)).findLast(
      ({ action, target }) => action === 'certificate.revoke' && target === laptop.serial,
    );
    expect(event?.actor).toBe('holder');
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ proof: 'mailbox', why: 'lost' });
    expect((await outboxOf(house)).some(({ template }) => template === 'certificate-revoked')).toBe(false);
  });

  it('is all or nothing, and does not say whether a certificate of others exists', async () => {
    const mine = await issueOne(house, { vouchEmail: true });
    const bob = await issueOne(house, { commonName: 'bob', vouchEmail: true });
    const ctx = owner({ email: 'alice@example.org' });
    const refusals = [];
    for (const serial of [bob.serial, 'ab'.repeat(20)]) {
      const attempt = revokeOwnCertificates(ctx, {
        serials: [mine.serial, serial],
        reason: 'cessationOfOperation',
      });
      refusals.push(await attempt.catch((error: Error) => error.message));
      await expect(attempt).rejects.toMatchObject({ code: 'certificate.not-found' });
    }
    expect(new Set(refusals).size).toBe(1);
    expect(await stateOf(mine.serial)).toBe('VALID');
    expect(await stateOf(bob.serial)).toBe('VALID');
  });

  it('takes along what has the same key, and shows before that it will', async () => {
    const csr = makeCsr(subjectKey('p-256'), 'alice');
    const first = await issueOne(house, { csr, vouchEmail: true });
    const second = await issueOne(house, { csr, vouchEmail: true });
    const ctx = owner({ email: 'alice@example.org' });
    const shown = (await listOwnCertificates(ctx)).find(({ serial }) => serial === first.serial);
    expect(shown?.sameKey).toEqual([second.serial]);
    const revoked = await revokeOwnCertificates(ctx, { serials: [first.serial], reason: 'keyCompromise' });
    expect(revoked.map(({ serial }) => serial).sort()).toEqual([first.serial, second.serial].sort());
  });

  it('hears that a key is compromised, also of a certificate that was revoked for another reason', async () => {
    const csr = makeCsr(subjectKey('p-256'), 'alice');
    const first = await issueOne(house, { csr, vouchEmail: true });
    const second = await issueOne(house, { csr, vouchEmail: true });
    const own = (reason: 'superseded' | 'keyCompromise') =>
      revokeCertificateOfRequest(house.requester(first.id), { id: first.id, reason });
    const replaced = await own('superseded');
    expect(await stateOf(second.serial)).toBe('VALID');
    // The first reason stands on the lists; the key is what is new.
    expect(await own('keyCompromise')).toEqual(replaced);
    expect(await stateOf(second.serial)).toBe('REVOKED');
    await expect(
      submitRequest(house.ctx, { csr, email: 'alice@example.org', source: 'api' }),
    ).rejects.toMatchObject({ code: 'csr.compromised-key' });
    // Once more says nothing new.
    expect(await own('keyCompromise')).toEqual(replaced);
  });

  it('ends a hold for good, stays as it is the second time, and not for what has expired', async () => {
    const { id, serial } = await issueOne(house);
    const held = await issueOne(house);
    await revokeCertificate(house.person('otto', 'operator'), {
      serial: held.serial,
      reason: 'certificateHold',
    });
    expect(
      await revokeCertificateOfRequest(house.requester(held.id), { id: held.id, reason: 'keyCompromise' }),
    ).toMatchObject({ serial: held.serial, reason: 'keyCompromise' });
    const own = { id, reason: 'superseded' as const };
    const first = await revokeCertificateOfRequest(house.requester(id), own);
    expect(first).toMatchObject({ serial, state: 'REVOKED', reason: 'superseded' });
    expect(
      await revokeCertificateOfRequest(house.requester(id), { ...own, reason: 'keyCompromise' }),
    ).toEqual(first);
    await expect(revokeCertificateOfRequest(house.requester(held.id), own)).rejects.toMatchObject({
      code: 'request.not-found',
    });
    const later = await issueOne(house);
    house.advance(366 * 86_400_000);
    await expect(
      revokeCertificateOfRequest(house.requester(later.id), { id: later.id, reason: 'superseded' }),
    ).rejects.toMatchObject({ code: 'certificate.state' });
  });
});

describe('a link to the mailbox', () => {
  it('opens the certificates of the address once, for an hour', async () => {
    const { serial } = await issueOne(house, { vouchEmail: true });
    await sendLostLink(house.ctx, { email: ' Alice@Example.ORG ' });
    expect(await lostLinks()).toMatchObject([{ recipient: 'alice@example.org' }]);
    const secret = await mailedSecret('lost-link', 'link');
    const { email } = await openLostLink(house.ctx, { secret });
    expect(await serialsOf(owner({ email }))).toEqual([serial]);
    await expect(openLostLink(house.ctx, { secret })).rejects.toMatchObject({ code: 'auth.link' });

    await sendLostLink(house.ctx, { email: 'alice@example.org' });
    const second = await mailedSecret('lost-link', 'link');
    expect(second).not.toBe(secret);
    house.advance(61 * 60_000);
    await expect(openLostLink(house.ctx, { secret: second })).rejects.toMatchObject({ code: 'auth.link' });
  });

  it('answers alike, and mails nobody, for addresses without a proven certificate', async () => {
    const ended = await issueOne(house, { commonName: 'ended', vouchEmail: true });
    await issueOne(house); // its address was never proven
    await revokeCertificate(house.person('otto', 'operator'), { serial: ended.serial, reason: 'superseded' });
    for (const email of ['nobody@example.org', 'alice@example.org', 'ended@example.org']) {
      await expect(sendLostLink(house.ctx, { email })).resolves.toBeUndefined();
    }
    expect(await lostLinks()).toEqual([]);
    await expect(sendLostLink(house.ctx, { email: 'no address' })).rejects.toMatchObject({
      code: 'request.email',
    });
  });

  it('is not sent again while one lies in the mailbox unused; nobody is kept from a new one for long', async () => {
    await issueOne(house, { vouchEmail: true });
    const ask = () => sendLostLink(house.ctx, { email: 'alice@example.org' });
    await ask();
    await ask();
    expect(await lostLinks()).toHaveLength(1);
    house.advance(11 * 60_000);
    await ask();
    expect(await lostLinks()).toHaveLength(2);
    await openLostLink(house.ctx, { secret: await mailedSecret('lost-link', 'link') });
    await ask();
    expect(await lostLinks()).toHaveLength(3);
  });

  it('cannot be asked for where no mail is sent', async () => {
    const ctx = {
      ...house.ctx,
      config: { ...house.config, mail: { ...house.config.mail, transport: 'none' } },
    };
    await expect(sendLostLink(ctx as Ctx, { email: 'alice@example.org' })).rejects.toMatchObject({
      code: 'mail.not-configured',
    });
  });
});
