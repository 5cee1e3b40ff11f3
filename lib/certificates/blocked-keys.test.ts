import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { approveRequest } from '../requests/approve-request';
import { approveRequests } from '../requests/approve-requests';
import { signRequests } from '../requests/sign-requests';
import { viewRequest } from '../requests/view-request';
import { connectSigner } from '../signer-client/client';
import { testHouse, type TestHouse, type TestHouseOptions } from '../testing/ctx';
import { DATABASE_KINDS } from '../testing/database';
import { makeCsr, makeOrder, subjectKey, type SubjectKeyKind } from '../testing/orders';
import { allEvents, submitOne } from '../testing/requests';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { readSpki } from '../x509/key-info';
import { modulusDigest } from '../x509/modulus-digest';
import { blockKey } from './block-key';
import { checkKey } from './check-key';
import { listBlockedKeys } from './list-blocked-keys';
import { mirrorBlockedKeys } from './mirror-blocked-keys';
import { revokeCertificate } from './revoke-certificate';

let signer: TestSigner;
let house: TestHouse;
const folder = mkdtempSync(join(tmpdir(), 'hubgate-blocked-'));
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(async () => {
  await signer.remove();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (options: TestHouseOptions = {}): Promise<void> => {
  house = await testHouse({ signer, realClock: true, ...options });
};
const operator = () => house.person('otto', 'operator');
const approver = () => house.person('paula', 'approver');

/** A key, a CSR with it, and the hash that names it. */
function keyOf(kind: SubjectKeyKind = 'p-256', commonName = 'alice') {
  const key: KeyObject = subjectKey(kind);
  const spki = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  return { csr: makeCsr(key, commonName), spki, hash: createHash('sha256').update(spki).digest('hex') };
}

const REFUSED = { code: 'csr.compromised-key', field: 'csr' };

describe.each(DATABASE_KINDS)('a blocked key, on %s', (kind) => {
  it('is refused by portal and signer, whoever brings it', async () => {
    await open({ kind });
    const { csr, hash } = keyOf();
    expect(await blockKey(operator(), { spkiSha256: hash, reason: 'found on a web server' })).toEqual({
      spkiSha256: hash,
      fresh: true,
      certificates: [],
    });
    await expect(submitOne(house.ctx, { csr })).rejects.toMatchObject(REFUSED);
    await expect(submitOne(house.person('zoe'), { csr, commonName: 'zoe' })).rejects.toMatchObject(REFUSED);
    const outcomes: unknown[] = [];
    await signer.client.sign([makeOrder({ caKeyId: signer.caKeyId, csr })], (one) => outcomes.push(one));
    expect(outcomes).toMatchObject([{ outcome: 'refused', code: 'csr.compromised-key' }]);
    expect(await blockKey(operator(), { spkiSha256: hash, reason: 'again' })).toMatchObject({ fresh: false });
    expect((await listBlockedKeys(operator(), { limit: 5 })).items).toMatchObject([
      { spkiSha256: hash, reason: 'found on a web server', blockedBy: 'person:otto', serial: null },
    ]);
  });

  it('ends approval of requests that came before, and shows', async () => {
    await open({ kind });
    const { csr, hash } = keyOf();
    const id = await submitOne(house.ctx, { csr });
    expect((await viewRequest(approver(), { id })).checks).toContainEqual(
      expect.objectContaining({ code: 'key.compromised', ok: true }),
    );
    await blockKey(operator(), { spkiSha256: hash, reason: 'stolen laptop' });
    const view = await viewRequest(approver(), { id });
    expect(view.finding).toBe('bad');
    expect(view.checks.filter(({ code }) => code === 'key.compromised')).toMatchObject([
      { ok: false, level: 'bad' },
    ]);
    expect((await approveRequests(approver(), { ids: [id] })).results).toMatchObject([
      { id, code: 'request.flagged' },
    ]);
    await expect(approveRequest(approver(), { id })).rejects.toMatchObject(REFUSED);
  });

  it('is named with the certificates that have it', async () => {
    await open({ kind, config: { signing: { auto: false } } });
    const { csr, hash } = keyOf();
    const id = await submitOne(house.ctx, { csr });
    await approveRequest(approver(), { id });
    const [event] = await allEvents(signRequests(operator(), { ids: [id] }));
    const serial = event?.event === 'item' ? event.serial : undefined;
    expect((await blockKey(operator(), { spkiSha256: hash, reason: 'x' })).certificates).toEqual([
      { serial, commonName: 'alice' },
    ]);
  });

  it('of a certificate that was revoked on the host is taken over from the journal, once', async () => {
    await open({ kind });
    const { csr, hash } = keyOf();
    const id = await submitOne(house.ctx, { csr });
    await approveRequest(approver(), { id });
    const [event] = await allEvents(signRequests(operator(), { ids: [id] }));
    const serial = event?.event === 'item' ? (event.serial ?? '') : '';
    await mirrorBlockedKeys(house.as({ kind: 'system', name: 'blocked-keys' }));
    await signer.operator.revoke({ serials: [serial], reason: 'keyCompromise', by: 'host:root' });
    expect(await mirrorBlockedKeys(house.as({ kind: 'system', name: 'blocked-keys' }))).toBe(1);
    expect(await mirrorBlockedKeys(house.as({ kind: 'system', name: 'blocked-keys' }))).toBe(0);
    await expect(submitOne(house.ctx, { csr })).rejects.toMatchObject(REFUSED);
    const { items } = await listBlockedKeys(operator(), { limit: 500 });
    expect(items.find((one) => one.spkiSha256 === hash)).toMatchObject({
      reason: 'keyCompromise',
      blockedBy: 'host:root',
    });
  });

  it('of a certificate that was revoked as compromised in the portal is refused from that moment on', async () => {
    await open({ kind });
    const { csr } = keyOf();
    const id = await submitOne(house.ctx, { csr });
    await approveRequest(approver(), { id });
    const [event] = await allEvents(signRequests(operator(), { ids: [id] }));
    const serial = event?.event === 'item' ? (event.serial ?? '') : '';
    await revokeCertificate(operator(), { serial, reason: 'keyCompromise' });
    await expect(submitOne(house.ctx, { csr })).rejects.toMatchObject(REFUSED);
  });

  it('stands in a list that goes by pages, newest first', async () => {
    await open({ kind });
    const hashes: string[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const { hash } = keyOf();
      hashes.unshift(hash);
      await blockKey(operator(), { spkiSha256: hash, reason: `number ${turn}` });
      house.advance(1000);
    }
    const first = await listBlockedKeys(operator(), { limit: 2 });
    const second = await listBlockedKeys(operator(), { limit: 2, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map((one) => one.spkiSha256)).toEqual(hashes);
    expect(second.nextCursor).toBeNull();
  });
});

describe('blocking', () => {
  it('is for operators, by a whole hash and a printable reason', async () => {
    await open();
    const { hash } = keyOf();
    for (const ctx of [house.ctx, approver()]) {
      await expect(blockKey(ctx, { spkiSha256: hash, reason: 'x' })).rejects.toMatchObject({
        code: expect.stringMatching(/^auth\./) as string,
      });
    }
    for (const spkiSha256 of ['', hash.slice(1), hash.toUpperCase(), `${hash}\n`]) {
      await expect(blockKey(operator(), { spkiSha256, reason: 'x' })).rejects.toMatchObject({
        code: 'http.invalid',
      });
    }
    await expect(blockKey(operator(), { spkiSha256: hash, reason: 'x\u0007' })).rejects.toMatchObject({
      code: 'request.note',
    });
  });

  it('changes nothing in the portal while the signer is down', async () => {
    await open();
    const absent = connectSigner(join(house.paths.stateDir, 'absent.sock'));
    const { csr, hash } = keyOf();
    await expect(
      blockKey({ ...operator(), signer: absent }, { spkiSha256: hash, reason: 'x' }),
    ).rejects.toMatchObject({ code: 'signer.down' });
    absent.close();
    expect((await listBlockedKeys(operator(), { limit: 5 })).items).toEqual([]);
    await submitOne(house.ctx, { csr });
  });
});

describe("the operator's list", () => {
  let lists = 0;
  const listed = async (text: string) => {
    const file = join(folder, `list-${(lists += 1)}.txt`);
    writeFileSync(file, text);
    await open({ config: { requests: { blocklist: file } } });
    return file;
  };

  it('refuses its keys by either hash, from the moment that they stand in it', async () => {
    const [ec, rsa, other] = [keyOf(), keyOf('rsa-2048', 'bob'), keyOf('p-256', 'carol')];
    const key = readSpki(rsa.spki);
    const modulus = key.type === 'rsa' ? modulusDigest(key.modulus).slice(-20) : '';
    const file = await listed(`# ours\n${ec.hash}\n${modulus}\n`);
    await expect(submitOne(house.ctx, { csr: ec.csr })).rejects.toMatchObject(REFUSED);
    await expect(submitOne(house.ctx, { csr: rsa.csr, commonName: 'bob' })).rejects.toMatchObject(REFUSED);
    await submitOne(house.ctx, { csr: other.csr, commonName: 'carol' });
    const next = keyOf('ed25519', 'dora');
    appendFileSync(file, `${next.hash}\n`);
    await expect(submitOne(house.ctx, { csr: next.csr, commonName: 'dora' })).rejects.toMatchObject(REFUSED);
  });

  it('that cannot be read lets nobody in: which keys are compromised is not known then', async () => {
    await listed('nonsense\n');
    await expect(submitOne(house.ctx, { csr: keyOf().csr })).rejects.toMatchObject({ code: 'config.value' });
  });

  it('is asked, too, when an operator checks a key', async () => {
    const [bad, good] = [keyOf(), keyOf('rsa-2048')];
    await listed(`${bad.hash}\n`);
    expect(await checkKey(operator(), { spki: good.spki })).toMatchObject({
      key: 'RSA 2048',
      ok: true,
      checks: [
        { code: 'key.size' },
        { code: 'key.exponent' },
        { code: 'key.small-factors' },
        { code: 'key.close-primes' },
        { code: 'key.roca' },
        { code: 'key.compromised', ok: true },
      ],
    });
    expect(await checkKey(operator(), { spki: bad.spki })).toMatchObject({ ok: false });
    const off = Uint8Array.from(good.spki);
    off[4] = 0xff;
    expect(await checkKey(operator(), { spki: off })).toMatchObject({
      key: null,
      ok: false,
      checks: [{ code: 'csr.malformed' }],
    });
  });
});
