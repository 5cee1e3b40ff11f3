import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { followRevocations } from './follow-revocations';
import { subjectKey, makeCsr } from '../testing/orders';
import { findCertificate } from './find-certificate';
import { reconcileJournal } from './reconcile-journal';
import { revokeCertificate } from './revoke-certificate';
import { viewCertificate } from './view-certificate';
import { revocationOf } from '../client-cert/revocation-of';
import { submitRequest } from '../requests/submit-request';
import { viewOwnRequest } from '../requests/view-own-request';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse } from '../testing/ctx';
import { issueOne } from '../testing/issued';
import { outboxOf } from '../testing/outbox';
import { startTestSigner, type TestSigner } from '../testing/signer';

const MAIL = { mail: { transport: 'smtp', from: 'hub@example.org' } };

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

const openHouse = async (config: Record<string, unknown> = {}) =>
  (house = await testHouse({ signer, realClock: true, config }));
const operator = () => house.person('otto', 'operator');
const clock = () => house.as({ kind: 'system', name: 'reconcile' });
const map = () => readFileSync(join(house.paths.mapsDir, 'revoked.map'), 'utf8');

describe('a compromised key', () => {
  it('takes its other certificates along and is never certified again', async () => {
    await openHouse();
    const key = subjectKey('p-256');
    const csr = makeCsr(key, 'alice');
    const first = await issueOne(house, { csr, label: 'laptop' });
    const second = await issueOne(house, { csr });
    const other = await issueOne(house, { commonName: 'alice' });
    expect((await viewCertificate(operator(), { serial: first.serial })).siblings).toMatchObject([
      { serial: second.serial },
    ]);

    const revoked = await revokeCertificate(operator(), { serial: first.serial, reason: 'keyCompromise' });
    expect(revoked).toMatchObject({ state: 'REVOKED', siblings: [second.serial] });
    for (const { serial } of [first, second]) {
      expect(await findCertificate(operator(), { serial })).toMatchObject({
        state: 'REVOKED',
        revocationReason: 'keyCompromise',
      });
      expect(map()).toContain(`${serial.toUpperCase()} revoked`);
    }
    expect(await findCertificate(operator(), { serial: other.serial })).toMatchObject({ state: 'VALID' });
    const events = (await listAuditEvents(house.database.db)).filter(
      (event) => event.action === 'certificate.revoke',
    );
    expect(events.map(({ target, actor, data }) => [target, actor, JSON.parse(data).because])).toEqual([
      [first.serial, 'person:otto', undefined],
      [first.id, 'person:otto', undefined],
      [second.serial, 'person:otto', 'same-key'],
      [second.id, 'person:otto', 'same-key'],
    ]);
    await expect(
      submitRequest(house.ctx, { csr, email: 'alice@example.org', source: 'api' }),
    ).rejects.toMatchObject({ code: 'csr.compromised-key' });
    // The signer itself would refuse it as well.
    expect((await signer.client.blockedKeys(0)).keys.map((one) => one.spkiSha256)).toContain(
      (await findCertificate(operator(), { serial: first.serial })).spkiSha256,
    );
  });

  it('leaves others with the key alone for any other reason', async () => {
    await openHouse();
    const csr = makeCsr(subjectKey('p-256'), 'alice');
    const first = await issueOne(house, { csr });
    const second = await issueOne(house, { csr });
    const revoked = await revokeCertificate(operator(), { serial: first.serial, reason: 'superseded' });
    expect(revoked).not.toHaveProperty('siblings');
    expect(await findCertificate(operator(), { serial: second.serial })).toMatchObject({ state: 'VALID' });
  });
});

describe('a hold', () => {
  it('ends at the signer alone, and gate, pages, holder and history hear of it', async () => {
    await openHouse(MAIL);
    const { serial, id } = await issueOne(house, { commonName: 'alice', label: 'laptop' });
    await revokeCertificate(operator(), { serial, reason: 'certificateHold' });
    expect(map()).toContain(serial.toUpperCase());
    expect(await revocationOf(house.ctx, serial)).toBe('certificateHold');
    await expect(signer.client.release({ serials: [serial], by: 'web' })).rejects.toMatchObject({
      code: 'signer.protocol',
    });

    expect(await signer.operator.release({ serials: [serial], by: 'host:root' })).toEqual({
      released: [serial],
      notHeld: [],
    });
    await followRevocations(house.ctx);
    // Whichever says revoked counts, until the end is taken over from a journal that is the current one.
    house.advance(2000);
    expect(await revocationOf(house.ctx, serial)).toBe('certificateHold');
    expect(await reconcileJournal(clock())).toContain(serial);
    expect(await revocationOf(house.ctx, serial)).toBeNull();
    expect(map()).not.toContain(serial.toUpperCase());
    expect(await findCertificate(operator(), { serial })).toMatchObject({
      state: 'VALID',
      revokedAt: null,
      revocationReason: null,
    });
    const { timeline } = await viewCertificate(operator(), { serial });
    expect(timeline.map(({ what, who }) => [what, who])).toEqual([
      ['held', 'person:otto'],
      ['hold-ended', 'system:reconcile'],
    ]);
    const own = await viewOwnRequest(house.requester(id), { id });
    expect(own.timeline.map(({ what }) => what)).toContain('hold-ended');
    expect((await outboxOf(house)).map(({ template, vars }) => [template, vars['label']])).toEqual(
      expect.arrayContaining([
        ['certificate-revoked', 'laptop'],
        ['hold-ended', 'laptop'],
      ]),
    );
  });

  it('may become a real revocation, which nothing takes back', async () => {
    await openHouse();
    const { serial } = await issueOne(house);
    await revokeCertificate(operator(), { serial, reason: 'certificateHold' });
    expect(await revokeCertificate(operator(), { serial, reason: 'privilegeWithdrawn' })).toMatchObject({
      reason: 'privilegeWithdrawn',
    });
    // Again, and as a hold: the first real one stands.
    expect(await revokeCertificate(operator(), { serial, reason: 'certificateHold' })).toMatchObject({
      reason: 'privilegeWithdrawn',
    });
    expect(await signer.operator.release({ serials: [serial], by: 'host:root' })).toEqual({
      released: [],
      notHeld: [serial],
    });
    expect(await findCertificate(operator(), { serial })).toMatchObject({
      state: 'REVOKED',
      revocationReason: 'privilegeWithdrawn',
    });
    const { timeline } = await viewCertificate(operator(), { serial });
    expect(timeline.map(({ what, detail }) => [what, detail])).toEqual([
      ['held', 'certificateHold'],
      ['revoked', 'privilegeWithdrawn'],
    ]);
  });
});

describe('the holder', () => {
  it('is told once by mail when somebody else revokes: why, and what to do', async () => {
    await openHouse(MAIL);
    const { serial } = await issueOne(house, { commonName: 'alice', label: 'laptop' });
    await revokeCertificate(operator(), { serial, reason: 'keyCompromise' });
    await revokeCertificate(operator(), { serial, reason: 'keyCompromise' });
    await reconcileJournal(clock());
    const mails = (await outboxOf(house)).filter((one) => one.template === 'certificate-revoked');
    expect(mails).toMatchObject([
      {
        recipient: 'alice@example.org',
        vars: { serial, commonName: 'alice', label: 'laptop', reason: 'keyCompromise' },
      },
    ]);
  });

  it('is told as well of what only the journal knew', async () => {
    await openHouse(MAIL);
    const { serial } = await issueOne(house);
    await signer.client.revoke({ serials: [serial], reason: 'superseded', by: 'host:root' });
    const { seq } = await followRevocations(house.ctx);
    // Whoever revokes through the portal is given time to write it down under their own name.
    expect(await reconcileJournal(clock(), { upTo: seq - 1 })).not.toContain(serial);
    expect(await reconcileJournal(clock(), { upTo: seq })).toContain(serial);
    expect((await outboxOf(house)).filter((one) => one.template === 'certificate-revoked')).toHaveLength(1);
  });
});

it('refuses to revoke for who is not an operator', async () => {
  await openHouse();
  const { serial } = await issueOne(house);
  for (const [ctx, code] of [
    [house.ctx, 'auth.required'],
    [house.person('paula', 'approver', 'admin', 'auditor'), 'auth.forbidden'],
    [
      house.as({
        kind: 'owner',
        addressKey: 'a',
        proofs: { requestIds: [], serial, email: null, userId: null },
      }),
      'auth.required',
    ],
  ] as const) {
    await expect(revokeCertificate(ctx, { serial, reason: 'superseded' })).rejects.toMatchObject({ code });
  }
});
