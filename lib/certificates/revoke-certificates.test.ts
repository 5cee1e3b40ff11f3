import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { changeHubList } from '../hubs/change-hub-list';
import { openJournal } from '../signer/journal';
import { signerFiles } from '../signer/ca-files';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse } from '../testing/ctx';
import { issueOne } from '../testing/issued';
import { certificateRows, storeRows } from '../testing/many-certificates';
import { makeCsr, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { findCertificate } from './find-certificate';
import { previewRevocation } from './preview-revocation';
import type { CertificateSelect } from './revoke-body';
import { revokeCertificates } from './revoke-certificates';
import type { RevokeEvent } from './revoke-selection';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

const openHouse = async () => (house = await testHouse({ signer, realClock: true }));
const operator = () => house.person('otto', 'operator');
const person = (name: string): CertificateSelect => ({ by: 'person', person: name });
async function run(select: CertificateSelect, expectedCount: number, reason = 'affiliationChanged' as const) {
  const events: RevokeEvent[] = [];
  for await (const event of revokeCertificates(operator(), { select, reason, expectedCount })) {
    events.push(event);
  }
  return events;
}
const stateOf = async (serial: string) => (await findCertificate(operator(), { serial })).state;

describe('before many are revoked', () => {
  it('their number, their people and the hubs that these lose are shown', async () => {
    await openHouse();
    const admin = house.person('ada', 'admin', 'operator');
    await changeHubList(admin, { name: 'astro', access: 'listed' });
    await changeHubList(admin, { name: 'astro', add: { people: ['alice'] } });
    await changeHubList(admin, { name: 'open', access: 'any-valid' });
    await changeHubList(admin, { name: 'empty', access: 'listed' });
    const laptop = await issueOne(house, { label: 'laptop' });
    const office = await issueOne(house, { label: 'office' });
    const bob = await issueOne(house, { commonName: 'bob' });

    expect(
      await previewRevocation(operator(), { select: person('alice'), reason: 'affiliationChanged' }),
    ).toMatchObject({
      count: 2,
      siblings: 0,
      people: 1,
      keepAnother: 0,
      hubs: [
        { name: 'astro', access: 'listed', people: 1 },
        { name: 'open', access: 'any-valid', people: 1 },
      ],
    });
    const ticked: CertificateSelect = { by: 'serials', serials: [laptop.serial, bob.serial] };
    expect(
      await previewRevocation(operator(), { select: ticked, reason: 'affiliationChanged' }),
    ).toMatchObject({
      count: 2,
      people: 2,
      keepAnother: 1,
      hubs: [
        { name: 'astro', people: 1 },
        { name: 'open', people: 2 },
      ],
    });
    expect(await stateOf(office.serial)).toBe('VALID');
  });

  it('those with a compromised key are counted along, and are named as such', async () => {
    await openHouse();
    const csr = makeCsr(subjectKey('p-256'), 'alice');
    const first = await issueOne(house, { csr });
    const second = await issueOne(house, { csr });
    const select: CertificateSelect = { by: 'serials', serials: [first.serial] };
    expect(await previewRevocation(operator(), { select, reason: 'superseded' })).toMatchObject({ count: 1 });
    const preview = await previewRevocation(operator(), { select, reason: 'keyCompromise' });
    expect(preview).toMatchObject({ count: 2, siblings: 1 });
    expect(preview.certificates.find((one) => one.sibling)?.serial).toBe(second.serial);
    const { spkiSha256 } = await findCertificate(operator(), { serial: first.serial });
    expect(
      await previewRevocation(operator(), { select: { by: 'key', spkiSha256 }, reason: 'superseded' }),
    ).toMatchObject({ count: 2, siblings: 0 });
  });

  it('nobody but an operator learns of it', async () => {
    await openHouse();
    const input = { select: person('alice'), reason: 'superseded' as const };
    await expect(previewRevocation(house.person('paula', 'approver'), input)).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    await expect(revokeCertificates(house.ctx, { ...input, expectedCount: 1 }).next()).rejects.toMatchObject({
      code: 'auth.required',
    });
  });
});

describe('revoking many', () => {
  it('revokes all of a person by name or address, at the gate too, and records each and the whole', async () => {
    await openHouse();
    const laptop = await issueOne(house, { vouchEmail: true });
    const office = await issueOne(house, { vouchEmail: true });
    const bob = await issueOne(house, { commonName: 'bob' });
    const events = await run(person('alice@example.org'), 2);
    expect(events.map((event) => event.event)).toEqual(['batch', 'done']);
    expect(events.at(-1)).toEqual({ event: 'done', count: 2, unknown: [] });
    const map = readFileSync(join(house.paths.mapsDir, 'revoked.map'), 'utf8');
    for (const { serial } of [laptop, office]) {
      expect(await stateOf(serial)).toBe('REVOKED');
      expect(map).toContain(serial.toUpperCase());
    }
    expect(await stateOf(bob.serial)).toBe('VALID');
    const recorded = (await listAuditEvents(house.database.db)).filter(({ action }) =>
      action.startsWith('certificate.'),
    );
    expect(recorded.map(({ action }) => action)).toEqual([
      ...Array<string>(4).fill('certificate.revoke'),
      'certificate.revoke-many',
    ]);
    expect(recorded.at(-1)).toMatchObject({ target: 'person:alice@example.org', outcome: 'done' });
    expect(JSON.parse(recorded[0]?.data ?? '')).toMatchObject({ select: 'person:alice@example.org' });
  });

  it('does nothing when the selection holds another number by now', async () => {
    await openHouse();
    const { serial } = await issueOne(house);
    for (const expected of [2, 1000]) {
      await expect(run(person('alice'), expected)).rejects.toMatchObject({
        code: 'certificate.count',
        params: { count: 1, expected },
      });
    }
    expect(await stateOf(serial)).toBe('VALID');
    await run(person('alice'), 1);
    await expect(run(person('alice'), 1)).rejects.toMatchObject({ params: { count: 0 } });
  });

  it('goes by batches, says how far it came when the signer breaks away, and goes on where it stopped', async () => {
    // Twelve hundred of one person, in the signer's journal as taken over from a former CA.
    const rows = certificateRows(1200, (index) => ({ commonName: 'mallory', label: `machine ${index}` }));
    await signer.stop();
    const journal = openJournal(signerFiles(signer.dir).journal);
    journal.recordImported({
      caKeyId: signer.caKeyId,
      certificates: rows.map((row) => ({ ...row, issuedAt: row.notBefore })),
      revocations: [],
      crlNumber: 0,
      by: 'test',
      now: new Date(),
    });
    journal.close();
    await signer.start();
    await openHouse();
    await storeRows(house.database.db, rows);

    const events: RevokeEvent[] = [];
    const broken = (async () => {
      const input = { select: person('mallory'), reason: 'affiliationChanged' as const, expectedCount: 1200 };
      for await (const event of revokeCertificates(operator(), input)) {
        events.push(event);
        await signer.stop();
      }
    })();
    await expect(broken).rejects.toMatchObject({
      code: 'signer.down',
      params: { done: 1000, total: 1200 },
      message: expect.stringContaining('1000 of 1200 certificates are revoked'),
    });
    expect(events).toMatchObject([{ event: 'batch', done: 1000, total: 1200 }]);
    expect((await listAuditEvents(house.database.db)).at(-1)).toMatchObject({
      action: 'certificate.revoke-many',
      outcome: 'failed',
    });

    await signer.start();
    expect(
      await previewRevocation(operator(), { select: person('mallory'), reason: 'affiliationChanged' }),
    ).toMatchObject({ count: 200 });
    await expect(run(person('mallory'), 1200)).rejects.toMatchObject({ code: 'certificate.count' });
    expect((await run(person('mallory'), 200)).at(-1)).toEqual({ event: 'done', count: 200, unknown: [] });
    const map = readFileSync(join(house.paths.mapsDir, 'revoked.map'), 'utf8');
    expect(rows.filter(({ serial }) => map.includes(serial.toUpperCase()))).toHaveLength(1200);
  });

  it('names serials that the journal does not know, and leaves them as they are', async () => {
    await openHouse();
    const known = await issueOne(house, { commonName: 'eve' });
    const [stranger] = certificateRows(1, () => ({ commonName: 'eve', email: 'stranger' }));
    if (!stranger) throw new Error('one row');
    await storeRows(house.database.db, [stranger]);
    expect((await run(person('eve'), 2)).at(-1)).toEqual({
      event: 'done',
      count: 1,
      unknown: [stranger.serial],
    });
    expect(await stateOf(known.serial)).toBe('REVOKED');
    expect(await stateOf(stranger.serial)).toBe('VALID');
  });
});
