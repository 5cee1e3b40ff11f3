import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { alarmsOf } from '../certificates/ca-alarms';
import { certIdOf, readResponse } from '../testing/ocsp';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, testWishes, type TestSigner } from '../testing/signer';
import { isCrlSignedBy, parseCrl, type CrlInfo } from '../x509/crl';
import { signerFiles } from './ca-files';
import { prepareRollOver } from './prepare-roll-over';

// What nobody asks a signer for: it looks at the clock every minute.
const MINUTE = 60_000;
const DAY = 86_400_000;

let clock: Date;
let signer: TestSigner;
beforeEach(async () => {
  // The clock that it looks at, and when it looks, are ours; everything else takes its real time.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  // Noon by this machine's clock, far from the night's hour.
  clock = new Date();
  clock.setHours(36, 0, 0, 0);
  signer = await startTestSigner({ now: () => clock });
});
afterEach(async () => {
  await signer.remove();
  vi.useRealTimers();
});

const aMinutePasses = (): void => void vi.advanceTimersByTime(MINUTE);
const passes = (ms: number): void => {
  clock = new Date(clock.getTime() + ms);
  aMinutePasses();
};

async function until<T>(what: string, ask: () => Promise<T | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 1600; tries++) {
    const found = await ask();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${what} did not come`);
}

async function issue(): Promise<string> {
  const { caKeyId = '' } = await signer.client.status();
  const csr = makeCsr(subjectKey('p-256'), 'alice');
  const [outcome] = await signer.client.sign([makeOrder({ caKeyId, csr, now: clock })]);
  if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  return outcome.serial;
}

describe('a revocation list', { timeout: 120_000 }, () => {
  const list = async (): Promise<CrlInfo> =>
    parseCrl(Buffer.from((await signer.client.crls()).signing ?? '', 'base64'));
  const later = (number: number | null): Promise<CrlInfo> =>
    until('the next list', async () => {
      const found = await list();
      return (found.crlNumber ?? 0) > (number ?? 0) && found;
    });

  it('is issued anew every day though nothing was revoked, and holds for thirty', async () => {
    const first = await list();
    passes(DAY - MINUTE);
    await signer.client.status();
    expect(await list()).toEqual(first);

    passes(MINUTE);
    const second = await later(first.crlNumber);
    expect(second).toMatchObject({ crlNumber: (first.crlNumber ?? 0) + 1, revoked: [], thisUpdate: clock });
    expect(second.nextUpdate).toEqual(new Date(clock.getTime() + 30 * DAY));
    // Who kept the one before has weeks to fetch this one.
    expect((first.nextUpdate?.getTime() ?? 0) - second.thisUpdate.getTime()).toBe(29 * DAY);
    passes(DAY);
    expect((await later(second.crlNumber)).crlNumber).toBe((first.crlNumber ?? 0) + 2);
  });

  it('waits for a locked key, and is there as soon as that is open', async () => {
    const first = await list();
    await signer.operator.lock();
    passes(3 * DAY);
    passes(DAY);
    await signer.client.status();
    expect(await list()).toEqual(first);
    await signer.operator.unlock(signer.passphrase);
    expect(await list()).toMatchObject({ crlNumber: (first.crlNumber ?? 0) + 1, thisUpdate: clock });
  });
});

describe('the second look', { timeout: 120_000 }, () => {
  const lookedAt = async () => (await signer.client.relintReport()).last?.at;
  const nextLook = (before: string | undefined): Promise<string> =>
    until('a second look', async () => {
      const at = await lookedAt();
      return at !== before && at;
    });

  it('comes every night by itself, and what it finds is an alarm', async () => {
    const serial = await issue();
    aMinutePasses(); // what was issued since the last night needs no second look yet
    expect(await signer.client.relintReport()).toEqual({});
    clock = new Date(clock);
    clock.setHours(26, 0, 0, 0); // two o'clock
    aMinutePasses();
    const first = await nextLook(undefined);
    expect((await signer.client.status()).relint).toMatchObject({ findings: 0 });
    passes(MINUTE);
    expect((await signer.client.relintReport()).running).toBeUndefined();

    await signer.stop();
    const db = new Database(signerFiles(signer.dir).journal);
    db.prepare(`UPDATE certificates SET not_after = not_after + 1000 WHERE serial = ?`).run(serial);
    db.close();
    await signer.start();
    clock = new Date(clock);
    clock.setHours(25, 59, 0, 0);
    aMinutePasses();
    expect((await signer.client.relintReport()).running).toBeUndefined();
    expect(await lookedAt()).toBe(first);

    passes(MINUTE); // two o'clock
    expect(Date.parse(await nextLook(first))).toBe(clock.getTime());
    const status = await signer.client.status();
    expect(status.relint).toMatchObject({ findings: 1 });
    expect(alarmsOf(status, null, clock)).toMatchObject([{ code: 'relint', level: 'bad' }]);
    expect((await signer.client.relintReport()).last?.first).toMatchObject([{ serial, kind: 'journal' }]);
  });
});

describe('a former CA', { timeout: 120_000 }, () => {
  it('goes on with lists and OCSP, beyond the end of the responder that it had', async () => {
    const { ca } = signer;
    const old = await issue();
    const files = signerFiles(signer.dir);
    const { rollOver } = await prepareRollOver({
      files,
      rootKeyFile: files.rootKey,
      passphrases: { root: signer.passphrase, signing: signer.passphrase },
      wishes: {
        commonName: 'JupyterHub Signing CA G2',
        key: 'p-256',
        years: 10,
        nameConstraints: null,
        rootPointers: testWishes('p-256').rootPointers,
      },
      ordinal: 2,
      now: clock,
      progress: () => undefined,
    });
    await signer.operator.rollover(rollOver);
    const responderOf = async (): Promise<string | undefined> =>
      (await signer.client.status()).responders.find(({ caKeyId }) => caKeyId === ca.keyId)?.serial;
    const before = await responderOf();

    // Beyond the thirty days of its responder and of its list, which are renewed long before.
    for (let day = 0; day < 31; day += 1) {
      passes(DAY);
      await signer.client.status();
    }
    const renewed = await until('another responder', async () => {
      const now = await responderOf();
      return now !== before && now;
    });
    expect(renewed).toBeDefined();
    const ask = async () => {
      const certId = Buffer.from(certIdOf(ca.signing, old)).toString('base64');
      const [answer] = await signer.client.ocsp([certId]);
      if (answer?.outcome !== 'response') throw new Error(JSON.stringify(answer));
      return readResponse(Buffer.from(answer.response, 'base64'), ca, clock).statuses[old];
    };
    expect(await ask()).toBe('good');
    await signer.client.revoke({ serials: [old], reason: 'superseded', by: 'test' });
    expect(await ask()).toBe('revoked');
    const [list] = (await signer.client.crls()).former;
    const der = Buffer.from(list?.der ?? '', 'base64');
    expect(isCrlSignedBy(der, ca.signing)).toBe(true);
    expect(parseCrl(der)).toMatchObject({ thisUpdate: clock, revoked: [{ serial: old }] });
  });
});
