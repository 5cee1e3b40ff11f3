import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { isCrlSignedBy, parseCrl } from '../x509/crl';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';

const csr = makeCsr(subjectKey('p-256'), 'alice');
const logged: unknown[] = [];
let clock = new Date();
let signer: TestSigner;

beforeAll(async () => {
  const keep = (fields: object, message: string): void => void logged.push(fields, message);
  signer = await startTestSigner({
    locked: true,
    now: () => clock,
    log: { info: keep, warn: keep, error: keep },
  });
});
afterAll(() => signer.remove());

const sign = () => signer.client.sign([makeOrder({ caKeyId: signer.caKeyId, csr, now: clock })]);

async function signingCrl() {
  const { signing } = await signer.client.crls();
  const der = Buffer.from(signing ?? '', 'base64');
  expect(isCrlSignedBy(der, signer.ca.signing)).toBe(true);
  return parseCrl(der);
}

describe('a locked signer', () => {
  it('says why, signs nothing, and serves the list of the ceremony', async () => {
    expect(await signer.client.status()).toMatchObject({
      state: 'locked',
      lockedBecause: 'waiting-for-passphrase',
      caKeyId: signer.caKeyId,
    });
    await expect(sign()).rejects.toMatchObject({ code: 'signer.locked' });
    expect(await signingCrl()).toMatchObject({ crlNumber: 1, revoked: [] });
  });

  it('refuses a wrong passphrase, slows down guessing, and then takes the right one', async () => {
    for (let attempt = 0; attempt < 3; attempt++) {
      await expect(signer.operator.unlock('not this one')).rejects.toMatchObject({
        code: 'signer.passphrase',
      });
    }
    const atOnce = signer.operator.unlock(signer.passphrase);
    await expect(atOnce).rejects.toThrow(/Wait \d+ s/);
    clock = new Date(clock.getTime() + 5_000);
    expect(await signer.operator.unlock(signer.passphrase)).toMatchObject({ state: 'unlocked' });
    expect(JSON.stringify(logged)).not.toContain(signer.passphrase);
  });

  it('takes revocations while locked and lists them when it is unlocked', async () => {
    const [outcome] = await sign();
    if (outcome?.outcome !== 'issued') throw new Error('not issued');
    const { serial } = outcome;
    expect(await signer.operator.lock()).toMatchObject({ lockedBecause: 'locked-by-operator' });
    const revoked = await signer.client.revoke({
      serials: [serial],
      reason: 'privilegeWithdrawn',
      by: 'person:olga',
    });
    expect(revoked.revoked[0]).toMatchObject({ serial, reason: 'privilegeWithdrawn' });
    expect((await signingCrl()).revoked).toEqual([]);
    await signer.operator.unlock(signer.passphrase);
    const list = await signingCrl();
    expect(list.crlNumber).toBe(2);
    expect(list.revoked).toMatchObject([{ serial, reason: 'privilegeWithdrawn' }]);
  });

  it('keeps the first revocation, and lists one made while unlocked at once', async () => {
    const [outcome] = await sign();
    if (outcome?.outcome !== 'issued') throw new Error('not issued');
    const { serial } = outcome;
    const first = await signer.client.revoke({ serials: [serial], reason: 'superseded', by: 'person:olga' });
    const again = await signer.client.revoke({
      serials: [serial],
      reason: 'affiliationChanged',
      by: 'person:otto',
    });
    expect(again).toEqual(first);
    const list = await signingCrl();
    expect(list.crlNumber).toBe(3);
    expect(list.revoked.map((entry) => entry.serial)).toContain(serial);
    expect(await signer.client.revocationChanges(0)).toMatchObject({ lastSeq: 2, more: false });
  });

  it('does not know serials that it never issued', async () => {
    const serial = 'ab'.repeat(20);
    expect(await signer.client.revoke({ serials: [serial], reason: 'superseded', by: 'x' })).toEqual({
      revoked: [],
      unknown: [serial],
    });
  });

  it('makes no two lists for a hundred revocations at once more than it must', async () => {
    const orders = Array.from({ length: 100 }, () => makeOrder({ caKeyId: signer.caKeyId, csr, now: clock }));
    const outcomes = await signer.client.sign(orders);
    const before = (await signingCrl()).crlNumber ?? 0;
    // One connection takes 64 calls at a time; the others are told to come again.
    await Promise.allSettled(
      outcomes.map(async (outcome) => {
        if (outcome.outcome !== 'issued') throw new Error('not issued');
        await signer.client.revoke({ serials: [outcome.serial], reason: 'superseded', by: 'x' });
      }),
    );
    const list = await signingCrl();
    expect(list.revoked.length).toBeGreaterThan(60);
    expect((list.crlNumber ?? 0) - before).toBeLessThan(20);
  });

  it('refuses to sign, but not to revoke, when the clock was moved back', async () => {
    const [outcome] = await sign();
    const present = clock;
    clock = new Date(present.getTime() - 3_600_000);
    expect(await sign()).toMatchObject([{ outcome: 'refused', code: 'signer.clock' }]);
    if (outcome?.outcome !== 'issued') throw new Error('not issued');
    const revoked = await signer.client.revoke({ serials: [outcome.serial], reason: 'superseded', by: 'x' });
    expect(Date.parse(revoked.revoked[0]?.revokedAt ?? '')).toBeGreaterThanOrEqual(present.getTime());
    clock = new Date(present.getTime() + 1000);
    expect(await sign()).toMatchObject([{ outcome: 'issued' }]);
  });
});

describe('ceilings', () => {
  it('hold for an hour', async () => {
    let at = new Date();
    const small = await startTestSigner({
      now: () => at,
      policy: { ceilings: { perHour: 3, perDay: 5, revocationsPerHour: 5 } },
    });
    try {
      const some = (n: number) =>
        small.client.sign(
          Array.from({ length: n }, () => makeOrder({ caKeyId: small.caKeyId, csr, now: at })),
        );
      const outcomes = await some(5);
      expect(outcomes.filter(({ outcome }) => outcome === 'issued')).toHaveLength(3);
      expect(outcomes).toContainEqual(expect.objectContaining({ code: 'signer.ceiling' }));
      at = new Date(at.getTime() + 3_700_000);
      expect((await some(3)).filter(({ outcome }) => outcome === 'issued')).toHaveLength(2);
    } finally {
      await small.remove();
    }
  });
});
