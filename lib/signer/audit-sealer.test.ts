import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startTestSigner, type TestSigner } from '../testing/signer';
import { type AuditSeal, FIRST_SEAL, isSealSignature, sealDigest } from '../wire/audit-seal';
import { signerFiles } from './ca-files';

let signer: TestSigner;
let clock: Date;
beforeEach(async () => {
  clock = new Date();
  signer = await startTestSigner({ now: () => clock });
});
afterEach(() => signer.remove());

const hash = (digit: string): string => digit.repeat(64);
const refused = { code: 'signer.audit-seal' };

describe('the signer', () => {
  it('seals, remembers and shows the last one', async () => {
    expect((await signer.client.status()).auditSeal).toBeUndefined();
    const first = await signer.client.sealAudit({ seq: 3, hash: hash('a') });
    const second = await signer.client.sealAudit({ seq: 4, hash: hash('b') });
    expect(first).toMatchObject({ number: 1, kind: 'seal', seq: 3, previous: FIRST_SEAL });
    expect(second).toMatchObject({ number: 2, previous: sealDigest(first).toString('hex') });
    expect((await signer.client.status()).auditSeal).toMatchObject({ number: 2, seq: 4, hash: hash('b') });
    const { seals, keys, more } = await signer.client.auditSeals(0, 1);
    expect([seals, more]).toEqual([[first], true]);
    expect((await signer.client.auditSeals(1)).seals).toEqual([second]);
    for (const seal of [first, second]) expect(isSealSignature(seal, keys)).toBe(true);
  });

  it('answers the same event with the same seal', async () => {
    const one = await signer.client.sealAudit({ seq: 3, hash: hash('a') });
    expect(await signer.client.sealAudit({ seq: 3, hash: hash('a') })).toEqual(one);
  });

  it('refuses what goes back or contradicts', async () => {
    await signer.client.sealAudit({ seq: 3, hash: hash('a') });
    await expect(signer.client.sealAudit({ seq: 3, hash: hash('b') })).rejects.toMatchObject(refused);
    await expect(signer.client.sealAudit({ seq: 2, hash: hash('a') })).rejects.toMatchObject(refused);
    for (const wrong of [
      { seq: 0, hash: hash('a') },
      { seq: 1.5, hash: hash('a') },
      { seq: 4, hash: 'x' },
    ]) {
      await expect(signer.client.sealAudit(wrong)).rejects.toMatchObject({ code: 'signer.protocol' });
    }
    expect((await signer.client.auditSeals(0)).seals).toHaveLength(1);
  });

  it('lets only its operators begin anew', async () => {
    await signer.client.sealAudit({ seq: 9, hash: hash('a') });
    const restart = { seq: 5, hash: hash('c'), by: 'host:root', reason: 'restored' };
    await expect(signer.client.restartAudit(restart)).rejects.toMatchObject({ code: 'signer.protocol' });
    expect(await signer.operator.restartAudit(restart)).toMatchObject({
      number: 2,
      kind: 'restart',
      by: 'host:root',
    });
    expect(await signer.client.sealAudit({ seq: 6, hash: hash('d') })).toMatchObject({ number: 3 });
    const { events } = await signer.client.events(0);
    expect(events.map(({ what }) => what)).toContain('audit chain goes on from event 5, as host:root says');
  });

  it('keeps its key to itself, and goes on over a restart', async () => {
    const { auditKey } = signerFiles(signer.dir);
    const first = await signer.client.sealAudit({ seq: 1, hash: hash('a') });
    expect(statSync(auditKey).mode & 0o777).toBe(0o600);
    await signer.stop();
    await signer.start();
    const second = await signer.client.sealAudit({ seq: 2, hash: hash('b') });
    expect(second.keyId).toBe(first.keyId);
    expect(second.previous).toBe(sealDigest(first).toString('hex'));
  });

  it('says so when its key was replaced, and still proves the old seals', async () => {
    const { auditKey } = signerFiles(signer.dir);
    const first = await signer.client.sealAudit({ seq: 1, hash: hash('a') });
    await signer.stop();
    rmSync(auditKey);
    await signer.start();
    const second = await signer.client.sealAudit({ seq: 2, hash: hash('b') });
    expect(second.keyId).not.toBe(first.keyId);
    const { keys } = await signer.client.auditSeals(0);
    for (const seal of [first, second]) expect(isSealSignature(seal, keys)).toBe(true);
    const { events } = await signer.client.events(0);
    expect(events.at(-1)?.what).toBe(`audit key replaced by ${second.keyId}`);
  });

  it('names a damaged key, and signs certificates all the same', async () => {
    const { auditKey } = signerFiles(signer.dir);
    writeFileSync(auditKey, 'no key');
    chmodSync(auditKey, 0o600);
    await expect(signer.client.sealAudit({ seq: 1, hash: hash('a') })).rejects.toMatchObject({
      code: 'ca.file',
    });
    expect((await signer.client.status()).state).toBe('unlocked');
  });

  it('never gives a seal an earlier time, nor stops signing for one from the future', async () => {
    clock = new Date(clock.getTime() + 3_600_000);
    const ahead = await signer.client.sealAudit({ seq: 1, hash: hash('a') });
    clock = new Date(clock.getTime() - 3_600_000);
    const after = await signer.client.sealAudit({ seq: 2, hash: hash('b') });
    expect(after.at).toBe(ahead.at);
    expect(Date.parse((await signer.client.status()).crlThisUpdate ?? '')).toBeLessThanOrEqual(
      clock.getTime(),
    );
  });

  it('tells what operators did, by pages', async () => {
    await signer.operator.lock();
    await signer.operator.unlock(signer.passphrase);
    const all = await signer.client.events(0);
    expect(all.events.map(({ what }) => what)).toEqual([
      'ceremony',
      'unlocked at start',
      'locked',
      'unlocked',
    ]);
    const [, second] = all.events;
    expect(await signer.client.events(second?.number ?? 0, 1)).toMatchObject({
      events: [{ what: 'locked' }],
      more: true,
    });
  });
});

describe('the signature of a seal', () => {
  it('covers every field', async () => {
    await signer.client.sealAudit({ seq: 1, hash: hash('a') });
    const seal = await signer.operator.restartAudit({ seq: 1, hash: hash('a'), by: 'host:x', reason: 'y' });
    const { keys } = await signer.client.auditSeals(0);
    const changed: Partial<AuditSeal>[] = [
      { number: 3 },
      { kind: 'seal' },
      { seq: 2 },
      { hash: hash('b') },
      { at: '2020-01-01T00:00:00.000Z' },
      { by: 'host:z' },
      { reason: 'z' },
      { previous: hash('0') },
    ];
    expect(isSealSignature(seal, keys)).toBe(true);
    expect(isSealSignature(seal, [])).toBe(false);
    for (const change of changed) expect(isSealSignature({ ...seal, ...change }, keys)).toBe(false);
    fc.assert(
      fc.property(fc.nat(63), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const signature = Buffer.from(seal.signature, 'base64');
        signature[at] = (signature[at] ?? 0) ^ bits;
        expect(isSealSignature({ ...seal, signature: signature.toString('base64') }, keys)).toBe(false);
      }),
    );
    expect(readFileSync(signerFiles(signer.dir).auditKey, 'utf8')).toContain('BEGIN PRIVATE KEY');
  });
});
