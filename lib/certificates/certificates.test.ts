import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import { connectSigner } from '../signer-client/client';
import { testHouse, type TestHouse } from '../testing/ctx';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { findCertificate } from './find-certificate';
import { listCertificates } from './list-certificates';
import { reconcileJournal } from './reconcile-journal';
import { revokeCertificate } from './revoke-certificate';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

async function issued(commonName: string): Promise<string> {
  const id = await submitOne(house.ctx, { commonName });
  await approveRequest(house.person('paula', 'approver'), { id });
  const [event] = await allEvents(signRequests(house.person('otto', 'operator'), { ids: [id] }));
  return event?.event === 'item' ? (event.serial ?? '') : '';
}

it('a revocation reaches the gate, and refuses what it cannot revoke', async () => {
  house = await testHouse({ signer, realClock: true });
  const operator = house.person('otto', 'operator');
  const serial = await issued('alice');
  await expect(
    revokeCertificate(operator, { serial: 'ab'.repeat(20), reason: 'superseded' }),
  ).rejects.toMatchObject({
    code: 'certificate.not-found',
  });
  await revokeCertificate(operator, { serial, reason: 'affiliationChanged' });
  const map = readFileSync(join(house.paths.mapsDir, 'revoked.map'), 'utf8');
  expect(map).toContain('complete yes');
  expect(map).toContain(`${serial.toUpperCase()} revoked`);
  expect((await listCertificates(operator, { state: 'REVOKED', limit: 5 })).items).toMatchObject([
    { serial },
  ]);
  expect((await listCertificates(operator, { state: 'VALID', limit: 5 })).items).toEqual([]);
});

it('an expired certificate shows as such and is not revoked any more', async () => {
  house = await testHouse({ signer, realClock: true });
  const operator = house.person('otto', 'operator');
  const serial = await issued('alice');
  house.advance(366 * 86_400_000);
  expect(await findCertificate(operator, { serial })).toMatchObject({ state: 'EXPIRED' });
  expect((await listCertificates(operator, { state: 'EXPIRED', limit: 5 })).items).toMatchObject([
    { serial },
  ]);
  await expect(revokeCertificate(operator, { serial, reason: 'superseded' })).rejects.toMatchObject({
    code: 'certificate.state',
  });
});

it('with the signer down nothing is marked as revoked that the CRL would not say', async () => {
  house = await testHouse({ signer, realClock: true });
  const serial = await issued('alice');
  const absent = connectSigner(join(house.paths.stateDir, 'absent.sock'));
  const operator = { ...house.person('otto', 'operator'), signer: absent };
  await expect(revokeCertificate(operator, { serial, reason: 'superseded' })).rejects.toMatchObject({
    code: 'signer.down',
  });
  expect(await findCertificate(operator, { serial })).toMatchObject({ state: 'VALID' });
});

it('revocations that only the journal knows are taken over once', async () => {
  house = await testHouse({ signer, realClock: true });
  const serial = await issued('alice');
  await signer.client.revoke({ serials: [serial], reason: 'keyCompromise', by: 'host:root' });
  const clock = house.as({ kind: 'system', name: 'reconcile' });
  expect(await reconcileJournal(clock)).toEqual([serial]);
  expect(await reconcileJournal(clock)).toEqual([]);
  expect(await findCertificate(clock, { serial })).toMatchObject({
    state: 'REVOKED',
    revocationReason: 'keyCompromise',
  });
});

it('lists go by pages', async () => {
  house = await testHouse({ signer, realClock: true });
  const serials = [await issued('ann'), await issued('bob'), await issued('cat')];
  const operator = house.person('otto', 'operator');
  const first = await listCertificates(operator, { limit: 2 });
  const second = await listCertificates(operator, { limit: 2, cursor: first.nextCursor ?? '' });
  expect([...first.items, ...second.items].map((one) => one.serial)).toEqual([...serials].reverse());
  expect(second.nextCursor).toBeNull();
});
