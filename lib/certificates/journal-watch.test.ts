import { cpSync } from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { insertUser } from '../db/users';
import { readiness } from '../http/readiness';
import { approveRequest } from '../requests/approve-request';
import { signRequests } from '../requests/sign-requests';
import { signerFiles } from '../signer/ca-files';
import { listAuditEvents } from '../testing/audit-rows';
import { testHouse, type TestHouse } from '../testing/ctx';
import { allEvents, submitOne } from '../testing/requests';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { parseCrl } from '../x509/crl';
import { parseCsr } from '../x509/csr';
import { spkiSha256 } from '../x509/key-id';
import { crlFile } from '../trust/crl-file';
import { acceptJournal, missingInJournal } from './accept-journal';
import { blockKey } from './block-key';
import { alarmsOf, caAlarms } from './ca-alarms';
import { findCertificate } from './find-certificate';
import { mailCaAlarms } from './mail-ca-alarms';
import { reconcileJournal } from './reconcile-journal';
import { revokeCertificate } from './revoke-certificate';
import { watchJournal } from './watch-journal';

let signer: TestSigner;
let house: TestHouse;
beforeEach(async () => {
  signer = await startTestSigner();
  const mail = { transport: 'smtp', host: 'localhost', from: 'hub@example.org' };
  house = await testHouse({ signer, realClock: true, config: { mail } });
});
afterEach(async () => {
  await house.close();
  await signer.remove();
});

async function approved(commonName: string): Promise<string> {
  const id = await submitOne(house.ctx, { commonName });
  await approveRequest(house.person('paula', 'approver'), { id });
  return id;
}

async function issued(commonName: string): Promise<string> {
  const events = allEvents(
    signRequests(house.person('otto', 'operator'), { ids: [await approved(commonName)] }),
  );
  const [event] = await events;
  return event?.event === 'item' ? (event.serial ?? '') : '';
}

const journalFile = (): string => signerFiles(signer.dir).journal;
const host = () => house.as({ kind: 'host', name: 'root' });
const clock = () => house.as({ kind: 'system', name: 'clock' });
const old = expect.objectContaining({ code: 'signer.journal-old' }) as Error;

async function mails(): Promise<{ recipient: string; vars: string }[]> {
  const rows = await house.ctx.db.prisma.outboxMail.findMany({ where: { template: 'ca-alarm' } });
  return rows.map(({ recipient, vars }) => ({ recipient, vars }));
}

describe('an old copy of the journal that was put back', { timeout: 120_000 }, () => {
  it('is noticed: nothing is ordered, revoked or taken over from it, until the host accepts it', async () => {
    const operator = house.person('otto', 'operator');
    const kept = await issued('alice');
    await signer.stop();
    cpSync(journalFile(), join(house.paths.stateDir, 'copy.db'));
    await signer.start();
    const lost = await issued('bob');
    await revokeCertificate(operator, { serial: kept, reason: 'affiliationChanged' });
    const { bytes } = await crlFile(house.ctx, 'signing-ca.crl');
    const published = parseCrl(bytes).crlNumber ?? 0;
    expect((await watchJournal(house.ctx)).problem).toBeNull();
    expect(await caAlarms(house.ctx)).toEqual([]);

    await signer.stop();
    cpSync(join(house.paths.stateDir, 'copy.db'), journalFile());
    await signer.start();
    const waiting = await approved('carol');
    await expect(allEvents(signRequests(operator, { ids: [waiting] }))).rejects.toEqual(old);
    await expect(revokeCertificate(operator, { serial: lost, reason: 'superseded' })).rejects.toEqual(old);
    await expect(reconcileJournal(clock())).rejects.toEqual(old);
    expect(await readiness(house.ctx)).toMatchObject({ ready: false, signer: 'unlocked', journal: 'old' });
    expect(await caAlarms(house.ctx)).toMatchObject([{ code: 'journal-old', level: 'bad' }]);
    // It was revoked, and stays so for everybody who asks the portal.
    expect(await findCertificate(operator, { serial: kept })).toMatchObject({ state: 'REVOKED' });

    expect(await missingInJournal(house.ctx)).toEqual([lost]);
    await expect(acceptJournal(operator, { operator: signer.operator })).rejects.toMatchObject({
      code: 'auth.forbidden',
    });
    const done = await acceptJournal(host(), { operator: signer.operator });
    expect(done).toMatchObject({ revokedAgain: 1, missing: [lost] });
    expect(done.crlNumbers).toEqual([{ caKeyId: signer.caKeyId, above: published, told: true }]);
    const after = parseCrl(Buffer.from((await signer.client.crls()).signing ?? '', 'base64'));
    expect(after.crlNumber).toBeGreaterThan(published);
    expect(after.revoked.map(({ serial }) => serial)).toContain(kept);
    expect(await readiness(house.ctx)).toMatchObject({ ready: true, journal: 'ok' });
    const [event] = await allEvents(signRequests(operator, { ids: [waiting] }));
    expect(event).toMatchObject({ state: 'ISSUED' });
    const actions = (await listAuditEvents(house.ctx.db)).map(({ action }) => action);
    expect(actions).toContain('ca.accept-journal');
  });

  it.each([
    ['certificate', (_: string) => issued('bob')],
    [
      'revocation',
      (serial: string) =>
        revokeCertificate(house.person('otto', 'operator'), { serial, reason: 'superseded' }),
    ],
  ])(
    'is noticed when it lacks a single %s, though starting writes as much; the right one goes on',
    async (_what, change) => {
      const kept = await issued('alice');
      await signer.stop();
      cpSync(journalFile(), join(house.paths.stateDir, 'copy.db'));
      await signer.start();
      await change(kept);
      expect((await watchJournal(house.ctx)).problem).toBeNull();
      await signer.stop();
      cpSync(journalFile(), join(house.paths.stateDir, 'right.db'));
      cpSync(join(house.paths.stateDir, 'copy.db'), journalFile());
      await signer.start();
      expect((await watchJournal(house.ctx)).problem).toMatchObject({ kind: 'old' });
      await signer.stop();
      cpSync(join(house.paths.stateDir, 'right.db'), journalFile());
      await signer.start();
      expect((await watchJournal(house.ctx)).problem).toBeNull();
      await issued('carol');
    },
  );

  it('takes no list out of force, and its numbers are not used again', async () => {
    const kept = await issued('alice');
    await signer.stop();
    cpSync(journalFile(), join(house.paths.stateDir, 'copy.db'));
    await signer.start();
    await revokeCertificate(house.person('otto', 'operator'), { serial: kept, reason: 'superseded' });
    const published = async () => parseCrl((await crlFile(house.ctx, 'signing-ca.crl')).bytes);
    const { crlNumber, revoked } = await published();
    expect(revoked.map(({ serial }) => serial)).toEqual([kept]);

    await signer.stop();
    cpSync(join(house.paths.stateDir, 'copy.db'), journalFile());
    await signer.start();
    house.advance(60_000); // nobody asks the signer twice in some seconds
    expect(await published()).toMatchObject({ crlNumber, revoked: [{ serial: kept }] });
    // Accepted where the signer's own socket is out of reach: its next list has the number again.
    const { crlNumbers } = await acceptJournal(host(), { operator: null });
    expect(crlNumbers).toMatchObject([{ above: crlNumber, told: false }]);
    house.advance(60_000);
    expect(await published()).toMatchObject({ crlNumber, revoked: [{ serial: kept }] });
    const { caKeyId, above } = crlNumbers[0] ?? { caKeyId: '', above: 0 };
    await signer.operator.raiseCrlNumber({ caKeyId, above });
    house.advance(60_000);
    const after = await published();
    expect(after.crlNumber).toBeGreaterThan(above);
    expect(after.revoked.map(({ serial }) => serial)).toEqual([kept]);
  });

  it('is told again of keys that were blocked since, and of a hold that became final', async () => {
    const operator = house.person('otto', 'operator');
    const held = await issued('alice');
    await revokeCertificate(operator, { serial: held, reason: 'certificateHold' });
    await signer.stop();
    cpSync(journalFile(), join(house.paths.stateDir, 'copy.db'));
    await signer.start();
    const leaked = makeCsr(subjectKey('p-256'), 'carol');
    const spki = spkiSha256(parseCsr(leaked).spki);
    await blockKey(operator, { spkiSha256: spki, reason: 'found on a web server' });
    await revokeCertificate(operator, { serial: held, reason: 'privilegeWithdrawn' });

    await signer.stop();
    cpSync(join(house.paths.stateDir, 'copy.db'), journalFile());
    await signer.start();
    // Into a journal that is not the right one no key is written: it would be gone with it.
    const other = { spkiSha256: 'ab'.repeat(32), reason: 'x' };
    await expect(blockKey(operator, other)).rejects.toEqual(old);
    const done = await acceptJournal(host(), { operator: signer.operator });
    expect(done).toMatchObject({ revokedAgain: 1, blockedAgain: 1 });
    const order = makeOrder({ caKeyId: signer.caKeyId, csr: leaked, content: { commonName: 'carol' } });
    expect(await signer.client.sign([order])).toMatchObject([
      { outcome: 'refused', code: 'csr.compromised-key' },
    ]);
    const release = { serials: [held], by: 'host:root' };
    expect(await signer.operator.release(release)).toEqual({ released: [], notHeld: [held] });
    const [listed] = parseCrl(Buffer.from((await signer.client.crls()).signing ?? '', 'base64')).revoked;
    expect(listed).toMatchObject({ serial: held, reason: 'privilegeWithdrawn' });
  });

  it('of another CA is told apart', async () => {
    await watchJournal(house.ctx);
    const other = await startTestSigner();
    try {
      const { problem } = await watchJournal({ ...house.ctx, signer: other.client });
      expect(problem).toMatchObject({ kind: 'other' });
    } finally {
      await other.remove();
    }
  });
});

describe('alarms', { timeout: 120_000 }, () => {
  it('come by days, to operators alone, once per threshold', async () => {
    const people: [string, string, string | null][] = [
      ['olga', '["operator"]', 'olga@example.org'],
      ['paula', '["approver"]', 'paula@example.org'],
      ['otto', '["operator","admin"]', null],
    ];
    for (const [login, roles, email] of people) {
      await insertUser(house.ctx.db, {
        id: login,
        login,
        displayName: login,
        email,
        roles,
        passwordHash: null,
        disabledAt: null,
        sessionVersion: 1,
        createdAt: new Date(),
        lastSignInAt: null,
      });
    }
    // The responder's certificate ends in these days too; it has a test of its own.
    const lists = async () => (await mailCaAlarms(clock())).filter(({ code }) => code.startsWith('crl-'));
    expect(await lists()).toEqual([]);
    house.advance(22 * 86_400_000);
    expect(await lists()).toEqual([]);
    for (const [days, count] of [
      [1.5, 1],
      [0, 1],
      [4, 2],
      [2, 3],
      [1, 4],
    ] as const) {
      house.advance(days * 86_400_000);
      const [alarm] = await lists();
      expect(alarm?.code).toBe(count === 4 ? 'crl-ended' : 'crl-ends');
      await lists();
      const sent = (await mails()).filter(({ vars }) => vars.includes('"crl-'));
      expect(sent.map(({ recipient }) => recipient)).toEqual(Array(count).fill('olga@example.org'));
    }
  });

  it('follow from what the signer says', async () => {
    const now = new Date();
    const status = await signer.client.status();
    const at = now.toISOString();
    const end = (list: 'root' | 'former', days: number) => ({
      list,
      keyId: 'ab'.repeat(20),
      number: 1,
      thisUpdate: at,
      nextUpdate: new Date(now.getTime() + days * 86_400_000).toISOString(),
    });
    const codes = (change: Partial<typeof status>) =>
      alarmsOf({ ...status, ...change }, null, now).map(({ code, level }) => `${code} ${level}`);
    const formerKeys = [{ keyId: 'ab'.repeat(20), state: 'unlocked' as const, lastEnd: at }];
    expect(codes({})).toEqual([]);
    // Nobody needs the list of a former CA whose certificates have all ended.
    expect(codes({ crlEnds: [end('former', 6.9)] })).toEqual([]);
    expect(codes({ formerKeys, crlEnds: [end('root', 31), end('former', 7.1)] })).toEqual([]);
    expect(codes({ formerKeys, crlEnds: [end('root', 29), end('former', 6.9)] })).toEqual([
      'crl-ends warn',
      'crl-ends warn',
    ]);
    expect(codes({ crlEnds: [end('root', -0.1)] })).toEqual(['crl-ended bad']);
    expect(codes({ relint: { at, checked: 5, findings: 0 } })).toEqual([]);
    expect(codes({ relint: { at, checked: 5, findings: 2 } })).toEqual(['relint bad']);
    expect(codes({ state: 'locked', lockedBecause: 'journal-damaged' })).toEqual(['journal-damaged bad']);
  });
});
