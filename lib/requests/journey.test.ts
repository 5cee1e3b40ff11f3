import { X509Certificate } from 'node:crypto';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { verifyAudit } from '../audit/verify-audit';
import { findCertificate } from '../certificates/find-certificate';
import { listCertificates } from '../certificates/list-certificates';
import { revokeCertificate } from '../certificates/revoke-certificate';
import { testHouse, type TestHouse } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { makeCsr, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { approveRequest } from './approve-request';
import { listRequests } from './list-requests';
import { requestCounts } from './request-counts';
import { signRequests } from './sign-requests';
import { submitRequest } from './submit-request';
import { viewOwnRequest } from './view-own-request';
import { viewRequest } from './view-request';
import type { SignEvent } from './views';

async function all(events: AsyncIterable<SignEvent>): Promise<SignEvent[]> {
  const list: SignEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

describe.each(DATABASE_KINDS)('a request from wish to revocation on %s', (kind) => {
  // One signer for each: it seals the audit trail of one portal, and takes another's for a broken one.
  let signer: TestSigner;
  beforeAll(async () => {
    signer = await startTestSigner();
  });
  afterAll(() => signer.remove());
  let house: TestHouse | undefined;
  afterEach(() => house?.close());

  it('is submitted, approved, signed, picked up and revoked, and the audit chain holds', async () => {
    house = await testHouse({ kind, signer, realClock: true });
    const { ctx, person, requester } = house;
    const approver = person('paula', 'approver');
    const operator = person('otto', 'operator');
    const csr = makeCsr(subjectKey('p-256'), 'alice');
    const { id, state, pickupSecret } = await submitRequest(ctx, {
      csr,
      email: 'alice@example.org',
      source: 'api',
    });
    expect(state).toBe('SUBMITTED');
    expect(pickupSecret).toMatch(/^[A-Za-z0-9_-]{43}$/);

    const queue = await listRequests(approver, { state: 'SUBMITTED', limit: 10 });
    expect(queue.items).toMatchObject([
      { id, commonName: 'alice', finding: 'clean', emailState: 'unproven' },
    ]);
    expect(await requestCounts(approver)).toMatchObject({ SUBMITTED: 1, clean: 1, flagged: 0 });

    const view = await viewRequest(approver, { id });
    expect(view).toMatchObject({
      actions: expect.arrayContaining(['approve', 'reject']),
      approvalsNeeded: 1,
    });
    expect(await approveRequest(approver, { id, version: view.version, vouchEmail: true })).toEqual({
      id,
      state: 'APPROVED',
    });

    const events = await all(signRequests(operator, { all: true }));
    expect(events).toMatchObject([
      { event: 'item', id, state: 'ISSUED', done: 1, total: 1 },
      { event: 'done', issued: 1, failed: 0 },
    ]);

    const own = await viewOwnRequest(requester(id), { id });
    expect(own).toMatchObject({ state: 'ISSUED', next: 'you', certificate: { state: 'VALID' } });
    const certificate = new X509Certificate(own.certificate?.pem ?? '');
    expect(certificate.subjectAltName).toBe('email:alice@example.org');
    expect(own.timeline.map((entry) => entry.what)).toEqual(['submitted', 'approved', 'issued']);
    expect(own.timeline.map((entry) => entry.who)).toEqual(['you', 'approver', 'approver']);

    const serial = own.certificate?.serial ?? '';
    expect((await listCertificates(operator, { q: 'alice', limit: 10 })).items).toMatchObject([{ serial }]);
    await expect(revokeCertificate(approver, { serial, reason: 'superseded' })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    const revoked = await revokeCertificate(operator, { serial, reason: 'keyCompromise' });
    expect(revoked).toMatchObject({ serial, state: 'REVOKED', reason: 'keyCompromise' });
    expect(await revokeCertificate(operator, { serial, reason: 'superseded' })).toEqual(revoked);
    expect(await findCertificate(operator, { serial })).toMatchObject({ state: 'REVOKED' });
    await expect(
      submitRequest(ctx, { csr, email: 'alice@example.org', source: 'api' }),
    ).rejects.toMatchObject({ code: 'csr.compromised-key' });
    // The last is the key's block; the signer's journal may know of others that it brings along.
    const audit = await verifyAudit(person('ada', 'auditor'));
    expect(audit).toMatchObject({ ok: true });
    expect(audit.events).toBeGreaterThanOrEqual(7);
  });
});
