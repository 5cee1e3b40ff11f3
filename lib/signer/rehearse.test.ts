import { afterAll, beforeAll, expect, it } from 'vitest';

import { startTestSigner, type TestSigner } from '../testing/signer';
import { rehearse } from './rehearse';

let signer: TestSigner;
beforeAll(async () => {
  signer = await startTestSigner({ caKey: 'rsa-3072', locked: true });
}, 60_000);
afterAll(() => signer.remove());

it('a rehearsal passes the lint as a real certificate does, and leaves nothing behind', async () => {
  const before = await signer.client.status();
  await rehearse(signer.ca, () => new Date(), new AbortController().signal);
  const after = await signer.client.status();
  expect(after).toEqual(before);
}, 60_000);

it('ends between two rounds when the signer ends', async () => {
  const ending = new AbortController();
  let rounds = 0;
  const now = () => {
    rounds += 1;
    if (rounds === 3) ending.abort();
    return new Date();
  };
  await rehearse(signer.ca, now, ending.signal);
  expect(rounds).toBe(3);
});
