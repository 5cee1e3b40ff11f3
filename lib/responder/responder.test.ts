import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { certIdOf, readResponse, type ReadResponse } from '../testing/ocsp';
import { encodeOcspRequest } from '../x509/ocsp-request';
import { makeCsr, makeOrder, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import { derValue, readDer, TAG } from '../x509/der';
import { ocspError } from '../x509/ocsp-response';
import { testChain } from '../x509/testing/throwaway-ca';
import { openResponder, type OcspReply, type Responder } from './responder';

const csr = makeCsr(subjectKey('p-256'), 'alice');
let signer: TestSigner;
let responder: Responder;
let ahead = 0;
const warnings: string[] = [];
const ready: number[] = [];

const open = (): Responder =>
  openResponder({
    signer: signer.client,
    now: () => Date.now() + ahead,
    log: {
      info: ({ answers }) => void ready.push(answers as number),
      warn: (_fields, message) => void warnings.push(message),
    },
  });

beforeAll(async () => {
  signer = await startTestSigner({ child: true });
  responder = open();
  await until(() => ready.length > 0);
});
afterAll(async () => {
  responder.stop();
  await signer.remove();
});

async function until(holds: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error('it did not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function issue(count = 1): Promise<string[]> {
  const orders = Array.from({ length: count }, () => makeOrder({ caKeyId: signer.caKeyId, csr }));
  return (await signer.client.sign(orders)).map((outcome) => {
    if (outcome.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
    return outcome.serial;
  });
}

const request = (...serials: string[]): Uint8Array =>
  encodeOcspRequest(...serials.map((serial) => certIdOf(signer.ca.signing, serial)));
const derOf = (reply: OcspReply): Uint8Array => (reply.kind === 'ready' ? reply.answer.der : reply.der);
const opened = (reply: OcspReply): ReadResponse =>
  readResponse(derOf(reply), { signing: signer.ca.signing, root: signer.ca.root });
const ask = async (...serials: string[]): Promise<OcspReply> => responder.answer(request(...serials));

/** A request with a nonce: its list of extensions is put behind the list of requests. */
function withNonce(plain: Uint8Array, nonce: Uint8Array): Uint8Array {
  const list = readDer(plain).children[0]?.children[0]?.bytes ?? new Uint8Array();
  const id = Buffer.from('06092b0601050507300102', 'hex');
  const value = derValue(TAG.octetString, derValue(TAG.octetString, nonce));
  const extensions = derValue(0xa2, derValue(TAG.sequence, derValue(TAG.sequence, id, value)));
  return derValue(TAG.sequence, derValue(TAG.sequence, list, extensions));
}

/** GOOD or REVOKED, read from the bytes: fast enough to ask in a loop. */
function isRevoked(reply: OcspReply): boolean {
  if (reply.kind !== 'ready') throw new Error('no answer for everybody');
  const basic = readDer(
    readDer(reply.answer.der).children[1]?.children[0]?.children[1]?.content ?? new Uint8Array(),
  );
  const tag = basic.children[0]?.children[2]?.children[0]?.children[1]?.tag;
  if (tag !== 0x80 && tag !== 0xa1) throw new Error(`a status of tag ${tag}`);
  return tag === 0xa1;
}

describe('the responder', () => {
  it('fetches an answer once and then has it at once, byte for byte', async () => {
    const [serial = ''] = await issue();
    const first = await ask(serial);
    expect(opened(first).statuses).toEqual({ [serial]: 'good' });
    const again = responder.answer(request(serial));
    expect(again).toEqual(first); // not a promise
    expect(first).toMatchObject({ kind: 'ready', answer: { serial, known: true } });
  });

  it('has asked before anybody does', async () => {
    await issue(5);
    const started = ready.length;
    const other = open();
    await until(() => ready.length > started);
    const serials = (await signer.client.ocspLive(null, 5)).answers.map(({ answer }) => answer.serial);
    expect(serials).toHaveLength(5);
    for (const serial of serials) expect(other.answer(request(serial))).toMatchObject({ kind: 'ready' });
    other.stop();
  });

  it('knows a revocation, a hold and its end within a second', async () => {
    const [serial = ''] = await issue();
    expect(isRevoked(await ask(serial))).toBe(false);
    const within = async (revoked: boolean): Promise<void> => {
      const started = performance.now();
      await until(async () => isRevoked(await ask(serial)) === revoked);
      const ms = performance.now() - started;
      process.stdout.write(`seen after ${ms.toFixed(0)} ms\n`);
      expect(ms).toBeLessThan(1000);
    };
    await signer.client.revoke({ serials: [serial], reason: 'certificateHold', by: 'person:olga' });
    await within(true);
    await signer.operator.release({ serials: [serial], by: 'host:root' });
    await within(false);
    await signer.client.revoke({ serials: [serial], reason: 'affiliationChanged', by: 'person:olga' });
    await within(true);
    expect(opened(await ask(serial)).reason).toBe('affiliationChanged');
  });

  // An answer that was signed just before the revocation and arrives just after it must not stay.
  it('keeps no answer that a revocation overtook', async () => {
    const serials = await issue(60);
    const asking = serials.map(async (serial, at) => {
      await new Promise((resolve) => setTimeout(resolve, at % 20));
      await ask(serial);
    });
    const revoking = serials.map(async (serial, at) => {
      await new Promise((resolve) => setTimeout(resolve, (at * 7) % 20));
      await signer.client.revoke({ serials: [serial], reason: 'superseded', by: 'person:olga' });
    });
    await Promise.all([...asking, ...revoking]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (const serial of serials) expect(isRevoked(await ask(serial))).toBe(true);
  });

  it('gives a nonce back, and keeps such an answer for nobody', async () => {
    const [serial = ''] = await issue();
    const reply = await responder.answer(withNonce(request(serial), new Uint8Array(32).fill(3)));
    expect(reply.kind).toBe('once');
    expect(opened(reply)).toMatchObject({ statuses: { [serial]: 'good' }, nonce: `0420${'03'.repeat(32)}` });
  });

  it('answers with what everybody gets when too many send nonces', async () => {
    const [serial = ''] = await issue();
    const replies = await Promise.all(
      Array.from({ length: 400 }, async (_, at) =>
        responder.answer(withNonce(request(serial), Uint8Array.of(at & 0xff))),
      ),
    );
    const everybody = Buffer.from(derOf(await ask(serial)));
    const without = replies.filter((reply) => everybody.equals(derOf(reply)));
    expect(without.length).toBeGreaterThan(150);
    expect(without.length).toBeLessThan(400);
    expect(replies.every(({ kind }) => kind === 'once')).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 500)); // leave some for the others
  });

  it('answers about several certificates together', async () => {
    const [a = '', b = ''] = await issue(2);
    const reply = await ask(a, b, '05');
    expect(reply.kind).toBe('once');
    expect(opened(reply).statuses).toEqual({ [a]: 'good', [b]: 'good', '05': 'unknown' });
  });

  it('says what it cannot answer', async () => {
    expect(responder.answer(new Uint8Array())).toEqual({ kind: 'once', der: ocspError('malformedRequest') });
    const foreign = testChain('p-256', 'p-256', new Date()).signing.certificate;
    const reply = await responder.answer(encodeOcspRequest(certIdOf(foreign, '05')));
    expect(reply).toEqual({ kind: 'once', der: ocspError('unauthorized') });
  });

  it('does not answer about the past: what has ended is asked anew', async () => {
    const [serial = ''] = await issue();
    const first = await ask(serial);
    ahead = 25 * 3_600_000;
    const asked = responder.answer(request(serial));
    expect(asked).toBeInstanceOf(Promise);
    await asked;
    ahead = 0;
    expect((await ask(serial)).kind).toBe('ready');
    expect(first.kind).toBe('ready');
  });
});

describe('while the signer is down', () => {
  it('goes on with what holds, says "try later" to the rest, and forgets nothing of a restart', async () => {
    const [known = '', unasked = '', revoked = ''] = await issue(3);
    const before = await ask(known);
    await ask(revoked);
    await signer.kill();
    expect(await ask(known)).toEqual(before);
    expect(await ask(unasked)).toEqual({ kind: 'once', der: ocspError('tryLater') });
    const nonce = await responder.answer(withNonce(request(known), Uint8Array.of(1)));
    expect(derOf(nonce)).toEqual(derOf(before));
    expect(warnings.some((text) => text.includes('does not answer'))).toBe(true);

    await signer.start();
    expect(isRevoked(await ask(unasked))).toBe(false);
    await signer.client.revoke({ serials: [revoked], reason: 'superseded', by: 'person:olga' });
    await until(async () => isRevoked(await ask(revoked)), 1500);
  });
});
