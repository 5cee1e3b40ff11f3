import { connect } from 'node:net';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestSigner, type TestSigner } from '../testing/signer';
import { FRAME_MAX_BYTES } from '../wire/messages';

let signer: TestSigner;
beforeAll(async () => {
  signer = await startTestSigner();
});
afterAll(() => signer.remove());

/** Sends bytes and gives back every frame until the peer is cut or `frames` have come. */
function speak(bytes: Buffer | string, frames: number): Promise<{ frames: unknown[]; cut: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(signer.webSocket);
    let text = '';
    const done = (cut: boolean): void => {
      socket.destroy();
      resolve({
        frames: text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line)),
        cut,
      });
    };
    socket.on('data', (chunk) => {
      text += chunk.toString();
      if (text.split('\n').length > frames) done(false);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => done(true));
    socket.write(bytes);
  });
}

const call = (fields: object): string =>
  `${JSON.stringify({ v: 1, id: 7, method: 'status', params: {}, ...fields })}\n`;

describe('a frame that is not of the contract', () => {
  it.each([
    ['an unknown method', call({ method: 'mint' })],
    ['a field too many', call({ extra: 1 })],
    ['parameters of another shape', call({ params: { a: 1 } })],
    ['an empty batch', call({ method: 'sign', params: { orders: [] } })],
    ['a batch too large', call({ method: 'lookup', params: { orderIds: Array(1001).fill('R-00000000') } })],
    ['a prototype', call({ params: JSON.parse('{"__proto__": {"x": 1}}') })],
  ])('%s is refused, and the connection lives on', async (_what, line) => {
    const { frames } = await speak(line + call({ id: 8 }), 2);
    expect(frames[0]).toMatchObject({ id: 7, kind: 'refusal', code: 'signer.protocol' });
    expect(frames[1]).toMatchObject({ id: 8, kind: 'result' });
  });

  it('another version is told apart', async () => {
    const { frames } = await speak(call({ v: 2 }), 1);
    expect(frames[0]).toMatchObject({
      code: 'signer.protocol',
      message: expect.stringContaining('version 1'),
    });
  });

  it.each(['unlock', 'lock'])("%s is not taken on the web's socket", async (method) => {
    const params = method === 'unlock' ? { passphrase: signer.passphrase } : {};
    const { frames } = await speak(call({ method, params }), 1);
    expect(frames[0]).toMatchObject({ id: 7, kind: 'refusal', code: 'signer.protocol' });
    expect(await signer.client.status()).toMatchObject({ state: 'unlocked' });
  });

  it('a line longer than allowed ends the connection', async () => {
    const { cut } = await speak(Buffer.alloc(FRAME_MAX_BYTES + 1, 0x61), 1);
    expect(cut).toBe(true);
  });

  it('garbage never stops the signer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
          fc.json().map(Buffer.from),
        ),
        async (bytes) => {
          await speak(Buffer.concat([bytes, Buffer.from('\n')]), 1);
          expect(await signer.client.status()).toMatchObject({ state: 'unlocked' });
        },
      ),
      { numRuns: 150 },
    );
  });
});
