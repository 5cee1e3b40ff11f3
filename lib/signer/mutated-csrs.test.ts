import 'reflect-metadata';

import { constants, createPublicKey, generateKeyPairSync, verify, X509Certificate } from 'node:crypto';

import { CertificationRequest } from '@peculiar/asn1-csr';
import { AsnConvert } from '@peculiar/asn1-schema';
import { Certificate } from '@peculiar/asn1-x509';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { HubgateError, isHubgateError } from '../errors';
import { makeOrder, randomOrderId } from '../testing/orders';
import { startTestSigner, testWishes, type TestSigner } from '../testing/signer';
import type { Order } from '../wire/order';
import { parseCsr, type ParsedCsr } from '../x509/csr';
import { CSR_MAX_BYTES } from '../x509/csr-input';
import { derValue, fromHex, TAG } from '../x509/der';
import { examineCsr } from '../x509/examine-csr';
import { boolean, contextPrimitive, oid, sequence, toDer } from '../x509/forge-asn1';
import { OID } from '../x509/oids';
import { toPem } from '../x509/pem';
import {
  checkAccountName,
  checkServerAddress,
  checkServerName,
  normaliseEmail,
} from '../x509/subject-policy';
import {
  type ByteFault,
  type Seed,
  seedOf,
  spoilBytes,
  spoiltCsr,
  type TreeFault,
  TREE_FAULTS,
} from '../x509/testing/csr-mutations';
import { makeCsr, NO_KNOWN_KEYS, randomPrime, requested } from '../x509/testing/csr-maker';

/**
 * Ten thousand mutated CSRs: of the bytes, and of the tree that they encode, the latter signed again.
 * Each is refused with a code or accepted, in less than 100 ms; and what is accepted goes through the
 * real signer and comes out as the certificate that was ordered.
 *
 * `npm run fuzz [-- RUNS [SEED]]` runs more of them; a failure prints the seed that repeats it.
 */
const RUNS = Number(process.env['HUBGATE_FUZZ_RUNS'] ?? 10_000);
const SEED = Number(process.env['HUBGATE_FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const STALL_MS = 100;
const ATTEMPTS = 8;
/** Signed for real; beyond that, each accepted one is still examined. */
const SIGNED_MAX = 500;
const PATTERN = '[a-z_][a-z0-9_.-]{0,31}';
const SERVER_NAMES = ['.example.org', '192.0.2.7'];
const LIFETIME_DAYS = 365;

let signer: TestSigner;
beforeAll(async () => {
  const { profile } = testWishes('p-256').policy;
  signer = await startTestSigner({ policy: { profile: { ...profile, serverNames: SERVER_NAMES } } });
});
afterAll(() => signer.remove());

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const names = sequence(
  contextPrimitive(1, 'alice@example.org'),
  contextPrimitive(2, 'hub.example.org'),
  contextPrimitive(7, String.fromCharCode(192, 0, 2, 7)),
);
const extensions = [
  requested(OID.subjectAltName, names),
  requested(OID.basicConstraints, sequence(boolean(true))),
  requested(OID.extKeyUsage, sequence(oid(OID.serverAuth))),
];

const PSS = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
/** RFC 4055 section 3.1 with SHA-256. */
const PSS_ALGORITHM = derValue(
  TAG.sequence,
  toDer(oid('1.2.840.113549.1.1.10')),
  derValue(
    TAG.sequence,
    fromHex(
      'a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120',
    ),
  ),
);
const pssSeed = (): Seed => {
  const seed = seedOf(makeCsr({ privateKey: rsa, algorithm: PSS_ALGORITHM }), rsa, PSS);
  return { ...seed, der: spoiltCsr(seed, [], true) };
};

/** An RSA 8192 key that passes every check but its signature: the dearest that can be sent. */
function largest(): Uint8Array {
  let modulus = 1n;
  for (let factor = 0; factor < 8; factor++) modulus *= randomPrime(1024);
  const number = derValue(TAG.integer, fromHex(`00${modulus.toString(16).padStart(2048, '0')}`));
  const key = derValue(TAG.sequence, number, fromHex('0203010001'));
  const algorithm = derValue(TAG.sequence, toDer(oid(OID.rsaEncryption)), fromHex('0500'));
  const spki = derValue(TAG.sequence, algorithm, derValue(TAG.bitString, fromHex('00'), key));
  return makeCsr({ privateKey: rsa, spki });
}

const seeds: Seed[] = [
  seedOf(makeCsr({ privateKey: p256 }), p256),
  seedOf(makeCsr({ privateKey: p256, extensions }), p256),
  seedOf(makeCsr({ privateKey: p384, extensions }), p384),
  seedOf(makeCsr({ privateKey: ed25519 }), ed25519),
  seedOf(makeCsr({ privateKey: ed25519, extensions }), ed25519),
  seedOf(makeCsr({ privateKey: rsa }), rsa),
  seedOf(makeCsr({ privateKey: rsa, extensions }), rsa),
  pssSeed(),
  seedOf(largest(), rsa),
];

const byteFault: fc.Arbitrary<ByteFault> = fc.oneof(
  fc.record({ at: fc.nat(), by: fc.uint8Array({ minLength: 1, maxLength: 1 }), remove: fc.constant(1) }),
  fc.record({ at: fc.nat(), by: fc.uint8Array({ maxLength: 6 }), remove: fc.nat({ max: 8 }) }),
);
const treeFault: fc.Arbitrary<TreeFault> = fc.record({
  kind: fc.constantFrom(...TREE_FAULTS),
  at: fc.nat(),
  other: fc.nat(),
  bytes: fc.uint8Array({ maxLength: 6 }),
});
const seed = fc.constantFrom(...seeds);
const treeFaults = fc.array(treeFault, { minLength: 1, maxLength: 3 });
/** A seed, what is spoilt in its tree, and whether it is signed again. */
type Draft = readonly [Seed, readonly TreeFault[], boolean];
const draft: fc.Arbitrary<Draft> = fc.oneof<{ weight: number; arbitrary: fc.Arbitrary<Draft> }[]>(
  { weight: 3, arbitrary: fc.tuple(seed, treeFaults, fc.constant(true)) },
  { weight: 1, arbitrary: fc.tuple(seed, treeFaults, fc.constant(false)) },
  { weight: 2, arbitrary: fc.tuple(seed, fc.constant([]), fc.constant(false)) },
);
/** Base64, so that a failure prints a line that can be pasted. */
const mutated: fc.Arbitrary<string> = fc
  .record({
    draft,
    bytes: fc.array(byteFault, { maxLength: 3 }),
    cut: fc.oneof({ weight: 11, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat() }),
    form: fc.constantFrom('der', 'der', 'der', 'pem'),
    ofText: fc.array(byteFault, { maxLength: 1 }),
  })
  .map(({ draft: [of, faults, resign], bytes, cut, form, ofText }) => {
    const csr = faults.length === 0 ? of.der : spoiltCsr(of, faults, resign);
    // A tree that was signed again stays as it is, or its signature would be for nothing.
    const spoilt = resign ? csr : spoilBytes(csr, bytes, cut);
    const text = new TextEncoder().encode(toPem('CERTIFICATE REQUEST', spoilt));
    return Buffer.from(form === 'der' ? spoilt : spoilBytes(text, ofText, null)).toString('base64');
  });

/** What a run saw: that it saw enough is checked at the end. */
const seen = {
  codes: new Map<string, number>(),
  slowestMs: 0,
  accepted: [] as ParsedCsr[],
  refused: [] as Uint8Array[],
};

async function examine(bytes: Uint8Array): Promise<ParsedCsr | null> {
  try {
    return (await examineCsr(bytes, NO_KNOWN_KEYS)).csr;
  } catch (thrown) {
    if (!(thrown instanceof HubgateError) || !thrown.code.startsWith('csr.')) throw thrown;
    seen.codes.set(thrown.code, (seen.codes.get(thrown.code) ?? 0) + 1);
    if (seen.refused.length < SIGNED_MAX) seen.refused.push(bytes);
    return null;
  }
}

/** Another program's work may fall on some measurements, not on every one of the same input. */
async function withinTime(bytes: Uint8Array): Promise<ParsedCsr | null> {
  let fastest = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const before = performance.now();
    const csr = await examine(bytes);
    fastest = Math.min(fastest, performance.now() - before);
    if (fastest < STALL_MS) {
      seen.slowestMs = Math.max(seen.slowestMs, fastest);
      return csr;
    }
  }
  throw new Error(`A CSR took ${fastest.toFixed()} ms at the least, of ${ATTEMPTS} times.`);
}

/** The key as two other readers find it, and a signature that holds by it alone. */
function keyIsItsOwn(csr: ParsedCsr): void {
  const other = AsnConvert.parse(csr.der, CertificationRequest);
  const { subjectPKInfo } = other.certificationRequestInfo;
  expect(Buffer.from(AsnConvert.serialize(subjectPKInfo)).equals(csr.spki)).toBe(true);
  const key = createPublicKey({ key: Buffer.from(csr.spki), format: 'der', type: 'spki' });
  const { digest, pssSaltOctets } = csr.signedBy;
  const options = pssSaltOctets === null ? {} : { padding: PSS.padding, saltLength: pssSaltOctets };
  expect(verify(digest, csr.signed, { key, ...options }, csr.signature)).toBe(true);
}

it(
  `${RUNS} mutated CSRs are refused with a code or are what they say, none slowly`,
  async () => {
    if (process.env['HUBGATE_FUZZ_RUNS'] !== undefined) process.stdout.write(`seed ${SEED}, ${RUNS} runs\n`);
    for (const { der } of seeds) await examine(der); // tables are made at the first use
    seen.codes.clear();
    await fc.assert(
      fc.asyncProperty(mutated, async (base64) => {
        const csr = await withinTime(new Uint8Array(Buffer.from(base64, 'base64')));
        if (csr === null) return;
        keyIsItsOwn(csr);
        if (seen.accepted.length < SIGNED_MAX) seen.accepted.push(csr);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: false },
    );
    if (process.env['HUBGATE_FUZZ_RUNS'] !== undefined) {
      process.stdout.write(
        `slowest ${seen.slowestMs.toFixed(1)} ms; refused: ${JSON.stringify(Object.fromEntries(seen.codes))}\n`,
      );
    }
    // Otherwise the mutations would be too wild, or too tame, to say anything.
    expect(seen.accepted.length).toBeGreaterThan(Math.min(SIGNED_MAX, RUNS / 100) - 1);
    expect(seen.codes.size).toBeGreaterThanOrEqual(10);
  },
  Math.max(600_000, RUNS * 20),
);

/** Every extension of a certificate without alternative names, RFC 5280 section 4.2. */
const EXTENSIONS = [
  OID.basicConstraints,
  OID.keyUsage,
  OID.extKeyUsage,
  OID.authorityKeyIdentifier,
  OID.subjectKeyIdentifier,
  OID.crlDistributionPoints,
  OID.authorityInfoAccess,
];

it.each(['user', 'server'] as const)(
  'what is accepted becomes the %s certificate that was ordered, whatever the CSR asks for',
  async (profile) => {
    expect(seen.accepted.length).toBeGreaterThan(0);
    const orders = new Map<string, { order: Order; csr: ParsedCsr }>();
    for (const csr of seen.accepted) {
      const order = orderFor(csr, profile);
      orders.set(order.content.orderId, { order, csr });
    }
    const outcomes = await signer.client.sign([...orders.values()].map(({ order }) => order));
    expect(outcomes).toHaveLength(orders.size);
    for (const outcome of outcomes) {
      const wanted = orders.get(outcome.orderId);
      if (outcome.outcome !== 'issued' || wanted === undefined) throw new Error(JSON.stringify(outcome));
      isAsOrdered(Buffer.from(outcome.certificate, 'base64'), wanted.order, wanted.csr.spki);
    }
  },
  300_000,
);

/** A certificate as others read it, held against its order; nothing in it comes from the CSR but the key. */
function isAsOrdered(der: Buffer, { content }: Order, spki: Uint8Array): void {
  const certificate = new X509Certificate(der);
  const { commonName, san, profile } = content;
  expect(certificate.publicKey.export({ type: 'spki', format: 'der' }).equals(spki)).toBe(true);
  expect(certificate.subject).toBe(
    `DC=University of Chile\nO=Center for Mathematical Modeling\nOU=NLHPC\nCN=${commonName}`,
  );
  const names = [
    ...san.emails.map((email) => `email:${email}`),
    ...san.dnsNames.map((name) => `DNS:${name}`),
    ...san.ipAddresses.map((address) => `IP Address:${address}`),
  ];
  expect(certificate.subjectAltName).toBe(names.length === 0 ? undefined : names.join(', '));
  expect(certificate.ca).toBe(false);
  expect(certificate.keyUsage).toEqual([profile === 'user' ? '1.3.6.1.5.5.7.3.2' : '1.3.6.1.5.5.7.3.1']);
  // Its last second is valid, too.
  const life = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
  expect(life).toBe((LIFETIME_DAYS * 86_400 - 1) * 1000);
  const { extensions = [] } = AsnConvert.parse(der, Certificate).tbsCertificate;
  expect(extensions.map(({ extnID }) => extnID).sort()).toEqual(
    [...EXTENSIONS, ...(names.length === 0 ? [] : [OID.subjectAltName])].sort(),
  );
}

it('a signer that is sent what intake refused answers every one of them, and goes on', async () => {
  const whole = seen.refused.filter(({ length }) => length > 0 && length <= CSR_MAX_BYTES);
  expect(whole.length).toBeGreaterThan(100);
  const orders = whole.map((csr) => makeOrder({ caKeyId: signer.caKeyId, csr }));
  const outcomes = await signer.client.sign(orders);
  expect(outcomes).toHaveLength(orders.length);
  const codes = new Set<string>();
  for (const outcome of outcomes) {
    if (outcome.outcome === 'refused') {
      codes.add(outcome.code);
      continue;
    }
    // A signature by another key is for intake to refuse: whom the key belongs to is the approver's to say.
    const order = orders.find(({ content }) => content.orderId === outcome.orderId);
    if (outcome.outcome !== 'issued' || order === undefined) throw new Error(JSON.stringify(outcome));
    const csr = parseCsr(Buffer.from(order.csr, 'base64'));
    isAsOrdered(Buffer.from(outcome.certificate, 'base64'), order, csr.spki);
  }
  // What its own reading of the CSR lets through, a key that is not DER, say, the lint still does not sign.
  expect([...codes].filter((code) => !code.startsWith('csr.') && code !== 'signer.lint')).toEqual([]);
  expect(codes.size).toBeGreaterThan(3);
  const good = makeOrder({ caKeyId: signer.caKeyId, csr: makeCsr({ privateKey: p256 }) });
  expect(await signer.client.sign([good])).toMatchObject([{ outcome: 'issued' }]);
}, 300_000);

/** As an approver would have it: names of the CSR as far as policy takes them. */
function orderFor(csr: ParsedCsr, profile: 'user' | 'server'): Order {
  const order = (commonName: string, san: Order['content']['san']): Order =>
    makeOrder({
      caKeyId: signer.caKeyId,
      csr: csr.der,
      content: { orderId: randomOrderId(), profile, commonName, san, lifetimeDays: LIFETIME_DAYS },
    });
  const each = (names: readonly string[], check: (name: string) => string): string[] => [
    ...new Set(names.flatMap((name) => allowed(() => check(name)))),
  ];
  if (profile === 'user') {
    const [commonName = 'alice'] = allowed(() => checkAccountName(csr.commonName ?? '', PATTERN));
    return order(commonName, { emails: each(csr.emails, normaliseEmail), dnsNames: [], ipAddresses: [] });
  }
  const dnsNames = each(csr.dnsNames, (name) => checkServerName(name, SERVER_NAMES));
  const ipAddresses = each(csr.ipAddresses, (address) => checkServerAddress(address, SERVER_NAMES));
  const [first = 'hub.example.org'] = [...dnsNames, ...ipAddresses];
  const named = dnsNames.length + ipAddresses.length > 0;
  return order(first, { emails: [], dnsNames: named ? dnsNames : [first], ipAddresses });
}

function allowed(read: () => string): string[] {
  try {
    return [read()];
  } catch (thrown) {
    if (isHubgateError(thrown)) return [];
    throw thrown;
  }
}

it('a CSR is never longer than what is looked at', () => {
  for (const { der } of seeds) expect(der.length).toBeLessThan(CSR_MAX_BYTES);
});
