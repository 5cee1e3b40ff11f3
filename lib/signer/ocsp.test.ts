import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { certIdOf, readResponse, type ReadResponse } from '../testing/ocsp';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, testWishes, type TestSigner } from '../testing/signer';
import type { OcspAnswer } from '../wire/ocsp';
import { parseCertificate } from '../x509/certificate';
import { testChain } from '../x509/testing/throwaway-ca';
import { readCa, signerFiles, type Ca } from './ca-files';
import { makeCa } from './make-ca';

const DAY = 86_400_000;
const HOUR = DAY / 24;
const csr = makeCsr(subjectKey('p-256'), 'alice');
let clock = new Date();
let signer: TestSigner;

beforeAll(async () => {
  signer = await startTestSigner({ now: () => clock });
});
afterAll(() => signer.remove());

async function issue(): Promise<string> {
  const [outcome] = await signer.client.sign([makeOrder({ caKeyId: signer.caKeyId, csr, now: clock })]);
  if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  return outcome.serial;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
const certId = (serial: string, hash: 'sha1' | 'sha256' = 'sha1'): string =>
  base64(certIdOf(signer.ca.signing, serial, hash));
const cas = () => ({ signing: signer.ca.signing, root: signer.ca.root });

function opened(answer: OcspAnswer | undefined): ReadResponse {
  if (answer?.outcome !== 'response') throw new Error(JSON.stringify(answer));
  const read = readResponse(Buffer.from(answer.response, 'base64'), cas(), clock);
  expect(new Date(answer.nextUpdate)).toEqual(read.nextUpdate);
  expect(new Date(answer.thisUpdate)).toEqual(read.thisUpdate);
  return read;
}
const ask = async (serial: string): Promise<ReadResponse> =>
  opened((await signer.client.ocsp([certId(serial)]))[0]);

describe('the responder', () => {
  it('is certified for 30 days, by the journal, with a key that only the signer reads', async () => {
    const { responders, issued } = await signer.client.status();
    expect(responders).toHaveLength(1);
    const [one] = responders;
    expect(Date.parse(one?.notAfter ?? '') - Date.parse(one?.notBefore ?? '')).toBe(30 * DAY - 1000);
    expect(issued).toBe(2); // the first server, and this one
    const file = join(signer.dir, `ocsp-${signer.caKeyId}.pem`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(parseCertificate(readFileSync(file, 'utf8')).serial).toBe(one?.serial);
  });

  it('says good, revoked, hold and unknown, under both digests, and verifies at OpenSSL', async () => {
    const [good, revoked, held] = [await issue(), await issue(), await issue()];
    await signer.client.revoke({ serials: [revoked], reason: 'superseded', by: 'person:olga' });
    await signer.client.revoke({ serials: [held], reason: 'certificateHold', by: 'person:olga' });
    const never = 'ab'.repeat(20);
    for (const hash of ['sha1', 'sha256'] as const) {
      const answers = await signer.client.ocsp([good, revoked, held, never].map((one) => certId(one, hash)));
      const [a, b, c, d] = answers.map(opened);
      expect(a?.statuses).toEqual({ [good]: 'good' });
      expect(b).toMatchObject({ statuses: { [revoked]: 'revoked' }, reason: 'superseded' });
      expect(c).toMatchObject({ statuses: { [held]: 'revoked' }, reason: 'certificateHold' });
      expect(d?.statuses).toEqual({ [never]: 'unknown' });
      expect(answers.map((one) => one.outcome === 'response' && one.known)).toEqual([
        true,
        true,
        true,
        false,
      ]);
    }
    expect(await signer.operator.release({ serials: [held], by: 'host:root' })).toMatchObject({
      released: [held],
    });
    expect((await ask(held)).statuses).toEqual({ [held]: 'good' });
  });

  it('speaks for a day about what it knows, for an hour about what it does not', async () => {
    const serial = await issue();
    const known = await ask(serial);
    expect(known.nextUpdate.getTime() - known.thisUpdate.getTime()).toBe(24 * HOUR);
    const unknown = await ask('cd'.repeat(20));
    expect(unknown.nextUpdate.getTime() - unknown.thisUpdate.getTime()).toBe(HOUR);
  });

  it('answers for one client: with its nonce, and about several certificates at once', async () => {
    const [a, b] = [await issue(), await issue()];
    const nonce = Buffer.alloc(32, 5);
    const made = await signer.client.ocspFresh({
      certIds: [certId(a), certId(b, 'sha256')],
      nonce: base64(nonce),
    });
    if (made.outcome !== 'response') throw new Error(made.outcome);
    const read = readResponse(Buffer.from(made.response, 'base64'), cas(), clock);
    expect(read.statuses).toEqual({ [a]: 'good', [b]: 'good' });
    expect(read.nonce).toBe(`0420${nonce.toString('hex')}`);
  });

  it('says nothing about certificates of other CAs, nor under digests it does not compute', async () => {
    const foreign = base64(certIdOf(testChain('p-256', 'p-256', clock).signing.certificate, '05'));
    const serial = await issue();
    const sha512 = Buffer.from(certIdOf(signer.ca.signing, serial, 'sha256'));
    // sha-512's arc is one above sha-256's, two on.
    sha512[sha512.indexOf(Buffer.from('0609608648016503040201', 'hex')) + 10] = 3;
    expect(await signer.client.ocsp([foreign, base64(sha512)])).toEqual([
      { outcome: 'unauthorized' },
      { outcome: 'unauthorized' },
    ]);
    const mixed = await signer.client.ocspFresh({ certIds: [certId(serial), foreign], nonce: null });
    expect(mixed).toEqual({ outcome: 'unauthorized' });
    await expect(signer.client.ocsp(['AAAA'])).rejects.toMatchObject({ code: 'signer.refused' });
  });

  it('makes no endless number of answers about what was never issued, nor for single clients', async () => {
    // No time passes, so nothing is filled up again, however slow the machine.
    const frozen = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 60_000);
    try {
      const strange = (at: number): string => certId(`7f${at.toString(16).padStart(38, '0')}`);
      const outcomes: string[] = [];
      for (let batch = 0; batch < 3; batch++) {
        const certIds = Array.from({ length: 100 }, (_, at) => strange(batch * 100 + at));
        outcomes.push(...(await signer.client.ocsp(certIds)).map(({ outcome }) => outcome));
      }
      expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(100);
      // Those who ask about real certificates do not suffer from it.
      const serial = await issue();
      expect((await ask(serial)).statuses).toEqual({ [serial]: 'good' });
      const fresh: string[] = [];
      for (let at = 0; at < 310; at++) {
        fresh.push((await signer.client.ocspFresh({ certIds: [certId(serial)], nonce: 'AAAA' })).outcome);
      }
      expect(fresh.filter((outcome) => outcome === 'busy')).toHaveLength(10);
    } finally {
      frozen.mockRestore();
    }
  });

  it('hands out answers about what is valid, newest first, by pages', async () => {
    const serials = [await issue(), await issue(), await issue()];
    const first = await signer.client.ocspLive(null, 2);
    const second = await signer.client.ocspLive(first.before, 2);
    const found = [...first.answers, ...second.answers].map(({ answer }) => answer.serial);
    expect(found.slice(0, 3)).toEqual(serials.toReversed());
    expect(first.answers[0]?.certId).toBe(certId(serials[2] ?? ''));
    opened(first.answers[0]?.answer);
    let page = second;
    const all = [...found];
    while (page.before !== null) {
      page = await signer.client.ocspLive(page.before, 100);
      all.push(...page.answers.map(({ answer }) => answer.serial));
    }
    expect(all).toHaveLength((await signer.client.status()).issued);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("the responder's key", () => {
  it('goes on working while the signing key is locked, and ends with its certificate', async () => {
    const serial = await issue();
    const [before] = (await signer.client.status()).responders;
    const end = Date.parse(before?.notAfter ?? '');
    await signer.operator.lock();
    clock = new Date(end - 5 * HOUR);
    const late = await ask(serial);
    expect(late.nextUpdate).toEqual(new Date(end)); // not a day, which would outlive the certificate
    clock = new Date(end);
    expect(await signer.client.ocsp([certId(serial)])).toEqual([{ outcome: 'unauthorized' }]);
    expect(await signer.client.ocspFresh({ certIds: [certId(serial)], nonce: null })).toEqual({
      outcome: 'unauthorized',
    });
    await signer.operator.unlock(signer.passphrase);
    const [after] = (await signer.client.status()).responders;
    expect(after?.serial).not.toBe(before?.serial);
    expect((await ask(serial)).statuses).toEqual({ [serial]: 'good' });
  });

  it('is renewed ten days before its end, not earlier, and survives a restart', async () => {
    const [before] = (await signer.client.status()).responders;
    const end = Date.parse(before?.notAfter ?? '');
    clock = new Date(end - 10 * DAY);
    await signer.operator.lock();
    await signer.operator.unlock(signer.passphrase);
    expect((await signer.client.status()).responders).toEqual([before]);
    await signer.stop();
    await signer.start();
    expect((await signer.client.status()).responders).toEqual([before]);
    clock = new Date(end - 10 * DAY + 1);
    await signer.operator.lock();
    await signer.operator.unlock(signer.passphrase);
    expect((await signer.client.status()).responders[0]?.serial).not.toBe(before?.serial);
  });

  it.each([
    [
      'revoked',
      async (serial: string) => {
        await signer.client.revoke({ serials: [serial], reason: 'keyCompromise', by: 'person:olga' });
      },
    ],
    [
      'damaged',
      async () => {
        await signer.stop();
        writeFileSync(join(signer.dir, `ocsp-${signer.caKeyId}.pem`), 'no key');
        await signer.start();
      },
    ],
  ] as const)('that is %s is replaced', async (_name, harm) => {
    const serial = await issue();
    const [before] = (await signer.client.status()).responders;
    await harm(before?.serial ?? '');
    await signer.operator.lock();
    await signer.operator.unlock(signer.passphrase);
    const [after] = (await signer.client.status()).responders;
    expect(after).toBeDefined();
    expect(after?.serial).not.toBe(before?.serial);
    expect((await ask(serial)).statuses).toEqual({ [serial]: 'good' });
  });

  it('says nothing while the clock is behind the journal', async () => {
    const serial = await issue();
    const present = clock;
    clock = new Date(present.getTime() - HOUR);
    await expect(signer.client.ocsp([certId(serial)])).rejects.toMatchObject({ code: 'signer.clock' });
    clock = new Date(present.getTime() + 1000);
    expect((await ask(serial)).statuses).toEqual({ [serial]: 'good' });
  });

  it('is made when the key is first unlocked, not before', async () => {
    const locked = await startTestSigner({ locked: true });
    try {
      expect((await locked.client.status()).responders).toEqual([]);
      const one = base64(certIdOf(locked.ca.signing, '05'));
      expect(await locked.client.ocsp([one])).toEqual([{ outcome: 'unauthorized' }]);
      expect((await locked.operator.unlock(locked.passphrase)).responders).toHaveLength(1);
      expect(existsSync(join(locked.dir, `ocsp-${locked.caKeyId}.pem`))).toBe(true);
      expect(await locked.client.ocsp([one])).toMatchObject([{ outcome: 'response', known: false }]);
    } finally {
      await locked.remove();
    }
  });
});

describe('a former CA', () => {
  it('is answered for by its own responder until that one ends; the next CA by another', async () => {
    let at = new Date();
    const house = await startTestSigner({ now: () => at });
    const elsewhere = mkdtempSync(join(tmpdir(), 'hubgate-next-ca-'));
    try {
      const former = house.ca;
      const serial = (await house.client.status()).responders[0]?.serial ?? '';
      const ofFormer = base64(certIdOf(former.signing, serial));
      const end = Date.parse((await house.client.status()).responders[0]?.notAfter ?? '');

      await house.stop();
      const phrases = { root: house.passphrase, signing: house.passphrase };
      const place = { dir: elsewhere, caDir: join(elsewhere, 'ca'), serverDir: join(elsewhere, 'server') };
      await makeCa({
        ...place,
        wishes: testWishes('p-256'),
        passphrases: phrases,
        now: at,
        progress: () => undefined,
      });
      for (const name of ['root-ca.pem', 'root-ca.crl', 'signing-ca.pem', 'signing-ca.key']) {
        copyFileSync(join(elsewhere, name), join(house.dir, name));
      }
      await house.start();
      const next = readCa(signerFiles(house.dir));
      if (!next) throw new Error('there is no next CA');

      const { responders, formerCas } = await house.client.status();
      expect(formerCas).toHaveLength(1);
      expect(responders.map(({ caKeyId }) => caKeyId).toSorted()).toEqual(
        [former.keyId, next.keyId].toSorted(),
      );
      const own = responders.find(({ caKeyId }) => caKeyId === next.keyId)?.serial ?? '';
      const ofNext = base64(certIdOf(next.signing, own));
      const crossed = base64(certIdOf(next.signing, serial));
      const [a, b, c] = await house.client.ocsp([ofFormer, ofNext, crossed]);
      const read = (answer: OcspAnswer | undefined, ca: Ca) => {
        if (answer?.outcome !== 'response') throw new Error(JSON.stringify(answer));
        return readResponse(Buffer.from(answer.response, 'base64'), ca, at).statuses;
      };
      expect(read(a, former)).toEqual({ [serial]: 'good' });
      expect(read(b, next)).toEqual({ [own]: 'good' });
      // Issued here, but not by this CA.
      expect(read(c, next)).toEqual({ [serial]: 'unknown' });
      const together = await house.client.ocspFresh({ certIds: [ofFormer, ofNext], nonce: null });
      expect(together).toEqual({ outcome: 'unauthorized' });

      at = new Date(end);
      await house.operator.lock();
      await house.operator.unlock(house.passphrase); // renews the next CA's; the former's key is gone
      const outcomes = (await house.client.ocsp([ofFormer, ofNext])).map(({ outcome }) => outcome);
      expect(outcomes).toEqual(['unauthorized', 'response']);
    } finally {
      await house.remove();
      rmSync(elsewhere, { recursive: true, force: true });
    }
  });
});
