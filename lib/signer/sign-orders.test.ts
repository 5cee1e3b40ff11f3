import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { approve, makeCsr, makeOrder, randomOrderId, subjectKey } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import type { ApprovedContent, Order } from '../wire/order';
import { isIssuedBy, parseCertificate } from '../x509/certificate';

const key = subjectKey('p-256');
const csr = makeCsr(key, 'whoever');

let signer: TestSigner;
const order = (content: Partial<ApprovedContent> = {}, approvers?: string[]): Order =>
  makeOrder({ caKeyId: signer.caKeyId, csr, content, ...(approvers && { approvers }) });

async function outcomeOf(one: Order) {
  const [outcome] = await signer.client.sign([one]);
  if (!outcome) throw new Error('no outcome');
  return outcome;
}

beforeAll(async () => {
  signer = await startTestSigner();
});
afterAll(() => signer.remove());

describe('signing an order', () => {
  it("gives a certificate of the signing CA with the approved name and the CSR's key", async () => {
    const one = order({ san: { emails: ['alice@example.org'], dnsNames: [], ipAddresses: [] } });
    const outcome = await outcomeOf(one);
    if (outcome.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
    const certificate = parseCertificate(Buffer.from(outcome.certificate, 'base64'));
    expect(isIssuedBy(certificate, signer.ca.signing)).toBe(true);
    expect(certificate).toMatchObject({
      serial: outcome.serial,
      commonName: 'alice',
      organizationalUnit: 'NLHPC',
      emails: ['alice@example.org'],
    });
    expect(outcome.repeated).toBe(false);
  });

  it('gives the first certificate again for the same content', async () => {
    const one = order();
    const first = await outcomeOf(one);
    const again = await outcomeOf({ ...one, approvals: [approve(one.content, 'peter')] });
    expect(again).toEqual({ ...first, repeated: true });
    expect(await signer.client.lookup([one.content.orderId, randomOrderId()])).toEqual([
      again,
      { outcome: 'unknown', orderId: expect.any(String) },
    ]);
  });

  it('signs an order once when it stands twice in a batch and comes twice at a time', async () => {
    const one = order();
    const batches = await Promise.all([signer.client.sign([one, one]), signer.client.sign([one])]);
    const serials = batches
      .flat()
      .map((outcome) => (outcome.outcome === 'issued' ? outcome.serial : outcome));
    expect(serials).toHaveLength(3);
    expect(new Set(serials).size).toBe(1);
  });

  it('refuses other content under the same order id', async () => {
    const one = order();
    await outcomeOf(one);
    const other = order({ orderId: one.content.orderId, commonName: 'mallory' });
    expect(await outcomeOf(other)).toMatchObject({ outcome: 'refused', code: 'signer.order-conflict' });
  });
});

describe('what is refused', () => {
  const day = 86_400_000;
  it.each<[string, string, () => Order]>([
    [
      'an approval of something else',
      'signer.approval',
      () => ({ ...order(), approvals: order({ commonName: 'alice' }).approvals }),
    ],
    [
      'an approval that has expired',
      'signer.approval',
      () => makeOrder({ caKeyId: signer.caKeyId, csr, now: new Date(Date.now() - day) }),
    ],
    [
      'an approval from the future',
      'signer.approval',
      () => makeOrder({ caKeyId: signer.caKeyId, csr, now: new Date(Date.now() + day) }),
    ],
    ['an approval for another CA', 'signer.former-ca', () => order({ caKeyId: 'ab'.repeat(20) })],
    ['another CSR than the approved one', 'signer.refused', () => order({ csrSha256: 'ab'.repeat(32) })],
    ['a system account', 'request.system-account', () => order({ commonName: 'root' })],
    ['a name that breaks the pattern', 'request.common-name', () => order({ commonName: 'Alice Liddell' })],
    [
      'a life longer than its policy',
      'signer.refused',
      () =>
        order({
          profile: 'server',
          lifetimeDays: 400,
          commonName: 'a.example.org',
          san: { emails: [], dnsNames: ['a.example.org'], ipAddresses: [] },
        }),
    ],
    [
      "a host name in a person's certificate",
      'request.san',
      () => order({ san: { emails: [], dnsNames: ['a.example.org'], ipAddresses: [] } }),
    ],
    [
      'a server outside its names',
      'request.san',
      () =>
        order({
          profile: 'server',
          commonName: 'www.example.com',
          san: { emails: [], dnsNames: ['www.example.com'], ipAddresses: [] },
        }),
    ],
    [
      'an address with a line break',
      'request.email',
      () => order({ san: { emails: ['a@b.c\nBcc: x'], dnsNames: [], ipAddresses: [] } }),
    ],
    [
      'bytes that are no CSR',
      'csr.malformed',
      () => makeOrder({ caKeyId: signer.caKeyId, csr: Uint8Array.of(0x30, 0x00) }),
    ],
    [
      'an RSA key of 1024 bits',
      'csr.weak-key',
      () => makeOrder({ caKeyId: signer.caKeyId, csr: makeCsr(weakKey(), 'x') }),
    ],
  ])('%s is %s', async (_what, code, make) => {
    expect(await outcomeOf(make())).toMatchObject({ outcome: 'refused', code });
  });

  it('a batch goes on behind a bad order', async () => {
    const outcomes = await signer.client.sign([order(), order({ commonName: 'root' }), order()]);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['issued', 'issued', 'refused']);
  });
});

import { generateKeyPairSync } from 'node:crypto';
const weakKey = () => generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
