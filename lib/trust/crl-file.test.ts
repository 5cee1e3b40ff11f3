import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { HubgateError } from '../errors';
import { testHouse, type TestHouse } from '../testing/ctx';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { parseCrl } from '../x509/crl';
import { crlFile } from './crl-file';

let signer: TestSigner;
let house: TestHouse;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterEach(() => house.close());
afterAll(() => signer.remove());

/** What this process remembers of lists: another one begins without it. */
const restart = (): void => {
  delete (globalThis as { __hubgateCrls?: unknown }).__hubgateCrls;
};

const NAMES = ['signing-ca.crl', 'root-ca.crl'] as const;

describe('how long caches may keep a list', () => {
  // Both sides of the hour, and of its end.
  it.each([
    [86_400, 'public, max-age=3600'],
    [3_600, 'public, max-age=3600'],
    [3_599, 'public, max-age=3599'],
    [1, 'public, max-age=1'],
    [0, 'no-cache'],
    [-86_400, 'no-cache'],
  ])('with %i seconds until its end: %s', async (left, said) => {
    for (const name of NAMES) {
      restart();
      house = await testHouse({ signer, now: new Date() });
      const { nextUpdate } = parseCrl((await crlFile(house.ctx, name)).bytes);
      if (nextUpdate === null) throw new Error('it has no end');
      house.advance(nextUpdate.getTime() - left * 1000 - house.ctx.now().getTime());
      expect((await crlFile(house.ctx, name)).cacheControl).toBe(said);
      if (name !== NAMES.at(-1)) await house.close();
    }
  });
});

describe('while the signer is down', () => {
  it('the lists are served as they were, by a process that starts only then, too', async () => {
    restart();
    house = await testHouse({ signer, realClock: true });
    const read = () => Promise.all(NAMES.map(async (name) => (await crlFile(house.ctx, name)).bytes));
    const before = await read();
    await signer.stop();
    try {
      house.advance(60_000);
      expect(await read()).toEqual(before);
      restart();
      expect(await read()).toEqual(before);
    } finally {
      await signer.start();
    }
  });

  it('and none was ever seen, it says that there is none', async () => {
    restart();
    house = await testHouse({ signer, realClock: true });
    await signer.stop();
    try {
      const asked = crlFile(house.ctx, 'signing-ca.crl');
      await expect(asked).rejects.toBeInstanceOf(HubgateError);
      await expect(asked).rejects.toMatchObject({ code: 'ca.file' });
    } finally {
      await signer.start();
    }
  });
});
