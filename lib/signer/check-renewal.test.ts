import { createHash, sign, type KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { approve, makeCsr, makeOrder, subjectKey, type SubjectKeyKind } from '../testing/orders';
import { startTestSigner, type TestSigner } from '../testing/signer';
import type { ApprovedContent, Order } from '../wire/order';
import { renewalMessage } from '../wire/renewal-proof';

const DAY = 86_400_000;
const NO_NAMES = { emails: [], dnsNames: [], ipAddresses: [] };

let signer: TestSigner;
let now = new Date();

type Old = { key: KeyObject; serial: string; content: ApprovedContent };

async function outcomeOf(order: Order) {
  const [outcome] = await signer.client.sign([order]);
  if (!outcome) throw new Error('no outcome');
  return outcome;
}

/** A certificate by somebody's approval, of 20 days unless said otherwise. */
async function issue(content: Partial<ApprovedContent> = {}, kind: SubjectKeyKind = 'p-256'): Promise<Old> {
  const key = subjectKey(kind);
  const csr = makeCsr(key, 'x');
  const order = makeOrder({
    caKeyId: signer.caKeyId,
    csr,
    content: { lifetimeDays: 20, ...content },
    now,
  });
  const outcome = await outcomeOf(order);
  if (outcome.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  return { key, serial: outcome.serial, content: order.content };
}

type Renewal = {
  content?: Partial<ApprovedContent>;
  signer?: KeyObject;
  serial?: string;
  message?: { csrSha256?: string; serial?: string };
  signature?: string;
};

/** An order approved by nobody but the old key. */
function renewal(old: Old, options: Renewal = {}): Order {
  const csr = makeCsr(subjectKey('p-256'), 'x');
  const { profile, commonName, san } = old.content;
  const order = makeOrder({
    caKeyId: signer.caKeyId,
    csr,
    content: { profile, commonName, san, lifetimeDays: 20, ...options.content },
    now,
  });
  const csrSha256 = createHash('sha256').update(csr).digest('hex');
  const message = renewalMessage({ csrSha256, serial: old.serial, ...options.message });
  const key = options.signer ?? old.key;
  const signature =
    options.signature ??
    sign(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', message, key).toString('base64');
  const evidence = { serial: options.serial ?? old.serial, signature };
  const approval = approve(order.content, 'policy:renewal', now);
  return { ...order, approvals: [{ ...approval, method: 'renewal', evidence }] };
}

const REFUSED = { outcome: 'refused', code: 'signer.approval' };

/** From here on this signer takes people's approvals by passkey only. */
async function requirePasskeys(renewalRules?: { auto: boolean; windowDays: number }): Promise<void> {
  const file = join(signer.dir, 'policy.json');
  const policy = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const renewals = renewalRules === undefined ? {} : { renewal: renewalRules };
  writeFileSync(file, JSON.stringify({ ...policy, approvalMode: 'passkey', ...renewals }));
  await signer.stop();
  await signer.start();
}

let user: Old;
let longLived: Old;
let server: Old;
/** Certificates for one test each: a renewal uses them up. */
const spare: Record<'user' | 'server' | 'twice' | 'batch' | 'certificateHold' | 'keyCompromise', Old> =
  Object.create(null) as never;
const byKind = new Map<SubjectKeyKind, Old>();
const KINDS: SubjectKeyKind[] = ['rsa-2048', 'p-256', 'p-384', 'ed25519'];
const SAN = { emails: [], dnsNames: ['hub.example.org', 'b.example.org'], ipAddresses: [] };

beforeAll(async () => {
  signer = await startTestSigner({ now: () => now });
  user = await issue({ san: { ...NO_NAMES, emails: ['alice@example.org'] } });
  longLived = await issue({ lifetimeDays: 365 });
  server = await issue({ profile: 'server', commonName: 'hub.example.org', san: SAN });
  for (const kind of KINDS) byKind.set(kind, await issue({ commonName: kind }, kind));
  for (const name of ['twice', 'batch', 'certificateHold', 'keyCompromise'] as const)
    spare[name] = await issue();
  spare.user = await issue({ san: { ...NO_NAMES, emails: ['alice@example.org'] } });
  spare.server = await issue({ profile: 'server', commonName: 'hub.example.org', san: SAN });
  await requirePasskeys();
});
afterAll(() => signer.remove());

describe('a signer that takes passkeys only', () => {
  it('takes no word of the portal', async () => {
    const csr = makeCsr(subjectKey('p-256'), 'x');
    expect(await outcomeOf(makeOrder({ caKeyId: signer.caKeyId, csr, now }))).toMatchObject(REFUSED);
  });

  it.each(KINDS)('takes the signature of an old %s key', async (kind) => {
    const old = byKind.get(kind);
    if (old === undefined) throw new Error('not issued');
    expect(await outcomeOf(renewal(old))).toMatchObject({ outcome: 'issued' });
  });

  it('lets a renewal drop names, and keep those of a server', async () => {
    expect(await outcomeOf(renewal(spare.user, { content: { san: NO_NAMES } }))).toMatchObject({
      outcome: 'issued',
    });
    expect(await outcomeOf(renewal(spare.server))).toMatchObject({ outcome: 'issued' });
  });

  it.each<[string, () => Order]>([
    ['another name', () => renewal(user, { content: { commonName: 'mallory' } })],
    ['another profile', () => renewal(server, { content: { profile: 'user', san: NO_NAMES } })],
    [
      'one more address',
      () => renewal(user, { content: { san: { ...NO_NAMES, emails: ['root@example.org'] } } }),
    ],
    [
      'one more host',
      () => renewal(server, { content: { san: { ...SAN, dnsNames: [...SAN.dnsNames, 'c.example.org'] } } }),
    ],
    [
      'an address of a server',
      () => renewal(server, { content: { san: { ...SAN, ipAddresses: ['127.0.0.1'] } } }),
    ],
    ['the signature of another key', () => renewal(user, { signer: server.key })],
    ['a signature over another CSR', () => renewal(user, { message: { csrSha256: 'ab'.repeat(32) } })],
    ['a signature over another serial', () => renewal(user, { message: { serial: server.serial } })],
    ['a serial that was never issued', () => renewal(user, { serial: 'ab'.repeat(20) })],
    ["the serial of somebody else's certificate", () => renewal(user, { serial: server.serial })],
    ['a certificate that has long to go', () => renewal(longLived)],
  ])('refuses %s', async (_what, order) => {
    expect(await outcomeOf(order())).toMatchObject(REFUSED);
  });

  it('refuses evidence that is of another kind, and a renewal beside which nothing is proven', async () => {
    const good = renewal(user);
    const [approval] = good.approvals;
    if (approval === undefined) throw new Error('no approval');
    for (const evidence of [undefined, {}, { serial: user.serial }, { signature: 'AAAA' }]) {
      const { evidence: _gone, ...bare } = approval;
      const approvals = [{ ...bare, ...(evidence === undefined ? {} : { evidence }) }] as Order['approvals'];
      expect(await outcomeOf({ ...good, approvals })).toMatchObject(REFUSED);
    }
    const asPasskey = [{ ...approval, method: 'passkey' as const }];
    expect(await outcomeOf({ ...good, approvals: asPasskey })).toMatchObject(REFUSED);
  });

  it('refuses an approval that has run out, and one that was made for something else', async () => {
    const good = renewal(user);
    const late = good.approvals.map((one) => ({
      ...one,
      expiresAt: new Date(now.getTime() - DAY).toISOString(),
    }));
    expect(await outcomeOf({ ...good, approvals: late })).toMatchObject(REFUSED);
    const other = good.approvals.map((one) => ({ ...one, digest: 'ab'.repeat(32) }));
    expect(await outcomeOf({ ...good, approvals: other })).toMatchObject(REFUSED);
  });

  it('refuses whatever bytes stand for the signature', async () => {
    const bytes = fc.uint8Array({ maxLength: 600 }).map((one) => Buffer.from(one).toString('base64'));
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, fc.string({ maxLength: 200 })), async (signature) => {
        expect(await outcomeOf(renewal(user, { signature }))).toMatchObject(REFUSED);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a certificate renews itself once', () => {
  it('also when the next asks after a restart; the same order gets what it had', async () => {
    const first = renewal(spare.twice);
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'issued', repeated: false });
    expect(await outcomeOf(renewal(spare.twice))).toMatchObject(REFUSED);
    await signer.stop();
    await signer.start();
    expect(await outcomeOf(renewal(spare.twice))).toMatchObject(REFUSED);
    expect(await outcomeOf(first)).toMatchObject({ outcome: 'issued', repeated: true });
  });

  it('also when many ask at the same time', async () => {
    const outcomes = await signer.client.sign(Array.from({ length: 8 }, () => renewal(spare.batch)));
    expect(outcomes.filter(({ outcome }) => outcome === 'issued')).toHaveLength(1);
  });
});

describe('what happened to the old certificate since', () => {
  it.each(['certificateHold', 'keyCompromise'] as const)('%s ends renewals', async (reason) => {
    const old = spare[reason];
    await signer.client.revoke({ serials: [old.serial], reason, by: 'test' });
    expect(await outcomeOf(renewal(old))).toMatchObject(REFUSED);
  });

  it('its end does too', async () => {
    const before = now;
    now = new Date(now.getTime() + 21 * DAY);
    expect(await outcomeOf(renewal(user))).toMatchObject(REFUSED);
    now = before;
  });

  it('a signer whose rules allow none counts people only', async () => {
    await requirePasskeys({ auto: false, windowDays: 30 });
    expect(await outcomeOf(renewal(user))).toMatchObject(REFUSED);
  });
});
