import { generateKeyPairSync, sign } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { assembleSigned } from './assemble';
import { parseCertificate } from './certificate';
import type { CertificatePlan } from './certificate-plan';
import { buildCertificateTbs } from './certificate-tbs';
import { type DerNode, derValue, encodeDer, readDer, TAG } from './der';
import {
  boolean,
  contextConstructed,
  contextPrimitive,
  type ForgeNode,
  octetString,
  oid,
  sequence,
  smallInteger,
  toDer,
  toDerBinary,
} from './forge-asn1';
import { findFaults, lintTbs, LintFailure, takeTbs } from './lint';
import { OID } from './oids';
import { testChain, testKey, testPlan } from './testing/throwaway-ca';

const NOW = new Date('2026-11-23T12:00:00Z');
const chain = testChain('p-384', 'p-256', NOW);
const spki = testKey('rsa-2048').spki;
const userPlan = testPlan(
  {
    kind: 'user',
    commonName: 'alice',
    spki,
    san: { emails: ['alice@dim.uchile.cl'], dnsNames: [], ipAddresses: [] },
  },
  chain.signing,
  NOW,
);
const serverPlan = testPlan(
  {
    kind: 'server',
    commonName: 'gate.example.org',
    spki,
    san: { emails: [], dnsNames: ['gate.example.org'], ipAddresses: ['192.0.2.7'] },
  },
  chain.signing,
  NOW,
);
const signingPlan = testPlan(
  { kind: 'signing', commonName: 'JupyterHub Signing CA', spki },
  chain.root,
  NOW,
  3650,
);

/** A tree with one node replaced; the path holds child positions. */
function replace(
  node: DerNode,
  path: readonly number[],
  by: (old: DerNode) => Uint8Array | null,
): Uint8Array {
  const [at, ...rest] = path;
  if (at === undefined) return by(node) ?? new Uint8Array();
  const children = node.children.map((child, index) =>
    index === at ? replace(child, rest, by) : encodeDer(child),
  );
  return derValue(node.tag, ...children);
}

const edit = (
  tbs: Uint8Array,
  path: readonly number[],
  by: (old: DerNode) => Uint8Array | null,
): Uint8Array => replace(readDer(tbs), path, by);

/** Extensions replaced as a whole: [7] then its SEQUENCE. */
const EXTENSIONS = [7, 0] as const;
const append = (tbs: Uint8Array, ...extensions: ForgeNode[]): Uint8Array =>
  edit(tbs, EXTENSIONS, (old) =>
    derValue(TAG.sequence, ...old.children.map(encodeDer), ...extensions.map(toDer)),
  );
const swap = (tbs: Uint8Array, id: string, by: (old: DerNode) => Uint8Array | null): Uint8Array => {
  const wanted = toDer(oid(id));
  return edit(tbs, EXTENSIONS, (old) =>
    derValue(
      TAG.sequence,
      ...old.children.map((one) =>
        Buffer.compare(encodeDer(one).subarray(2, 2 + wanted.length), wanted) === 0 ||
        Buffer.compare(one.children[0]?.bytes ?? Buffer.alloc(0), wanted) === 0
          ? (by(one) ?? new Uint8Array())
          : encodeDer(one),
      ),
    ),
  );
};
const extension = (id: string, critical: boolean, content: ForgeNode): Uint8Array =>
  toDer(sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(toDerBinary(content))));

const user = buildCertificateTbs(userPlan);
const server = buildCertificateTbs(serverPlan);
const signing = buildCertificateTbs(signingPlan);
const digits = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Each row: what was done to a good TBS, and a word of the finding that must catch it. */
const MUTATIONS: [name: string, tbs: () => Uint8Array, plan: CertificatePlan, finding: RegExp][] = [
  ['version 1', () => edit(user, [0, 0], () => Uint8Array.of(2, 1, 0)), userPlan, /version/],
  [
    'another serial',
    () =>
      edit(user, [1], (old) =>
        derValue(2, Uint8Array.of((old.content[0] ?? 0) ^ 1, ...old.content.subarray(1))),
      ),
    userPlan,
    /serial is not the planned/,
  ],
  [
    'a negative serial',
    () => edit(user, [1], (old) => derValue(2, Uint8Array.of(0x81, ...old.content.subarray(1)))),
    userPlan,
    /negative/,
  ],
  [
    'a serial of 21 octets',
    () => edit(user, [1], (old) => derValue(2, Uint8Array.of(1, ...old.content))),
    userPlan,
    /20 octets/,
  ],
  ['a short serial', () => edit(user, [1], () => Uint8Array.of(2, 1, 5)), userPlan, /20 octets/],
  [
    'another signature algorithm',
    () => edit(user, [2, 0], () => toDer(oid(OID.ecdsaWithSha384))),
    userPlan,
    /signature algorithm/,
  ],
  [
    'parameters behind ECDSA',
    () =>
      edit(user, [2], (old) =>
        derValue(TAG.sequence, encodeDer(old.children[0] as DerNode), Uint8Array.of(5, 0)),
      ),
    userPlan,
    /parameters/,
  ],
  [
    'another issuer',
    () => edit(user, [3, 3, 0, 1], () => derValue(TAG.utf8String, digits('Other CA'))),
    userPlan,
    /issuer/,
  ],
  [
    'the issuer in another string type',
    () => edit(user, [3, 3, 0, 1], (old) => derValue(TAG.printableString, old.content)),
    userPlan,
    /issuer/,
  ],
  [
    'a later end',
    () => edit(user, [4, 1], () => derValue(TAG.utcTime, digits('301123115459Z'))),
    userPlan,
    /notAfter is not the planned/,
  ],
  [
    'a GeneralizedTime before 2050',
    () => edit(user, [4, 1], (old) => derValue(TAG.generalizedTime, digits('20'), old.content)),
    userPlan,
    /time type/,
  ],
  [
    'a time without seconds',
    () => edit(user, [4, 0], () => derValue(TAG.utcTime, digits('2611231155Z'))),
    userPlan,
    /seconds|read|planned/,
  ],
  [
    'another common name',
    () => edit(user, [5, 3, 0, 1], () => derValue(TAG.utf8String, digits('mallory'))),
    userPlan,
    /CN of the subject/,
  ],
  [
    'a common name as BMPString',
    () => edit(user, [5, 3, 0, 1], () => derValue(TAG.bmpString, digits('\0a\0l\0i\0c\0e'))),
    userPlan,
    /string type/,
  ],
  [
    'DC as UTF8String',
    () => edit(user, [5, 0, 0, 1], (old) => derValue(TAG.utf8String, old.content)),
    userPlan,
    /DC of the subject/,
  ],
  [
    'a second common name',
    () =>
      edit(user, [5], (old) =>
        derValue(TAG.sequence, ...old.children.map(encodeDer), encodeDer(old.children[3] as DerNode)),
      ),
    userPlan,
    /other parts/,
  ],
  ['the organisational unit left out', () => edit(user, [5, 2], () => null), userPlan, /other parts/],
  ['another key', () => edit(user, [6], () => testKey('rsa-2048').spki), userPlan, /public key/],
  [
    'a unique identifier',
    () => edit(user, [7], (old) => Buffer.concat([derValue(0x82, Uint8Array.of(0, 1)), encodeDer(old)])),
    userPlan,
    /eight fields/,
  ],
  [
    'no subject key identifier',
    () => swap(user, OID.subjectKeyIdentifier, () => null),
    userPlan,
    /subject key identifier is missing/,
  ],
  [
    'another subject key identifier',
    () =>
      swap(user, OID.subjectKeyIdentifier, () =>
        extension(OID.subjectKeyIdentifier, false, octetString('x'.repeat(20))),
      ),
    userPlan,
    /subject key identifier is not/,
  ],
  [
    'another authority key identifier',
    () =>
      swap(user, OID.authorityKeyIdentifier, () =>
        extension(OID.authorityKeyIdentifier, false, sequence(contextPrimitive(0, 'x'.repeat(20)))),
      ),
    userPlan,
    /authority key identifier/,
  ],
  [
    'CA:TRUE',
    () =>
      swap(user, OID.basicConstraints, () => extension(OID.basicConstraints, true, sequence(boolean(true)))),
    userPlan,
    /CA:FALSE/,
  ],
  [
    'CA:FALSE written out',
    () =>
      swap(user, OID.basicConstraints, () => extension(OID.basicConstraints, true, sequence(boolean(false)))),
    userPlan,
    /default/,
  ],
  [
    'basic constraints not critical',
    () => swap(user, OID.basicConstraints, () => extension(OID.basicConstraints, false, sequence())),
    userPlan,
    /must be critical/,
  ],
  [
    'no basic constraints',
    () => swap(user, OID.basicConstraints, () => null),
    userPlan,
    /basic constraints is missing|constraints/,
  ],
  [
    'a signing CA without a path length',
    () =>
      swap(signing, OID.basicConstraints, () =>
        extension(OID.basicConstraints, true, sequence(boolean(true))),
      ),
    signingPlan,
    /path length/,
  ],
  [
    'a signing CA with path length 1',
    () =>
      swap(signing, OID.basicConstraints, () =>
        extension(OID.basicConstraints, true, sequence(boolean(true), smallInteger(1))),
      ),
    signingPlan,
    /path length/,
  ],
  [
    'keyCertSign for a user',
    () =>
      swap(user, OID.keyUsage, () =>
        derValue(
          TAG.sequence,
          toDer(oid(OID.keyUsage)),
          toDer(boolean(true)),
          derValue(4, Uint8Array.of(3, 2, 2, 0xa4)),
        ),
      ),
    userPlan,
    /key usage/,
  ],
  [
    'key usage with zero bits at its end',
    () =>
      swap(user, OID.keyUsage, () =>
        derValue(
          TAG.sequence,
          toDer(oid(OID.keyUsage)),
          toDer(boolean(true)),
          derValue(4, Uint8Array.of(3, 2, 4, 0xa0)),
        ),
      ),
    userPlan,
    /shortest form/,
  ],
  [
    'serverAuth for a user',
    () => swap(user, OID.extKeyUsage, () => extension(OID.extKeyUsage, false, sequence(oid(OID.serverAuth)))),
    userPlan,
    /extended key usage/,
  ],
  [
    'an extended usage too many',
    () =>
      swap(user, OID.extKeyUsage, () =>
        extension(OID.extKeyUsage, false, sequence(oid(OID.clientAuth), oid(OID.serverAuth))),
      ),
    userPlan,
    /extended key usage/,
  ],
  [
    'no extended key usage',
    () => swap(user, OID.extKeyUsage, () => null),
    userPlan,
    /extended key usage is missing/,
  ],
  [
    'an extended key usage on a CA',
    () =>
      append(
        signing,
        sequence(oid(OID.extKeyUsage), octetString(toDerBinary(sequence(oid(OID.clientAuth))))),
      ),
    signingPlan,
    /not in the profile/,
  ],
  [
    'another e-mail address',
    () =>
      swap(user, OID.subjectAltName, () =>
        extension(OID.subjectAltName, false, sequence(contextPrimitive(1, 'root@dim.uchile.cl'))),
      ),
    userPlan,
    /alternative names/,
  ],
  [
    'the address as a DNS name',
    () =>
      swap(user, OID.subjectAltName, () =>
        extension(OID.subjectAltName, false, sequence(contextPrimitive(2, 'alice@dim.uchile.cl'))),
      ),
    userPlan,
    /alternative names/,
  ],
  [
    'a name too many',
    () =>
      swap(server, OID.subjectAltName, () =>
        extension(
          OID.subjectAltName,
          false,
          sequence(
            contextPrimitive(2, 'gate.example.org'),
            contextPrimitive(2, 'evil.example.org'),
            contextPrimitive(7, '\xc0\x00\x02\x07'),
          ),
        ),
      ),
    serverPlan,
    /alternative names/,
  ],
  [
    'another IP address',
    () =>
      swap(server, OID.subjectAltName, () =>
        extension(
          OID.subjectAltName,
          false,
          sequence(contextPrimitive(2, 'gate.example.org'), contextPrimitive(7, '\xc0\x00\x02\x08')),
        ),
      ),
    serverPlan,
    /alternative names/,
  ],
  [
    'a critical alternative name',
    () =>
      swap(user, OID.subjectAltName, () =>
        extension(OID.subjectAltName, true, sequence(contextPrimitive(1, 'alice@dim.uchile.cl'))),
      ),
    userPlan,
    /not be critical/,
  ],
  [
    'no alternative name',
    () => swap(user, OID.subjectAltName, () => null),
    userPlan,
    /alternative name is missing/,
  ],
  [
    'another CRL pointer',
    () =>
      swap(user, OID.crlDistributionPoints, () =>
        extension(
          OID.crlDistributionPoints,
          false,
          sequence(
            sequence(contextConstructed(0, contextConstructed(0, contextPrimitive(6, 'http://evil/crl')))),
          ),
        ),
      ),
    userPlan,
    /CRL pointer/,
  ],
  [
    'no CRL pointer',
    () => swap(user, OID.crlDistributionPoints, () => null),
    userPlan,
    /CRL pointer is missing/,
  ],
  [
    'an OCSP pointer that was not planned',
    () =>
      swap(user, OID.authorityInfoAccess, () =>
        extension(
          OID.authorityInfoAccess,
          false,
          sequence(sequence(oid(OID.ocsp), contextPrimitive(6, 'http://evil/ocsp'))),
        ),
      ),
    userPlan,
    /authority information access/,
  ],
  [
    'an extension too many',
    () => append(user, sequence(oid('1.2.3.4'), octetString('x'))),
    userPlan,
    /not in the profile/,
  ],
  [
    'an extension twice',
    () =>
      append(user, sequence(oid(OID.extKeyUsage), octetString(toDerBinary(sequence(oid(OID.clientAuth)))))),
    userPlan,
    /twice/,
  ],
  [
    'critical FALSE written out',
    () =>
      swap(user, OID.extKeyUsage, () =>
        toDer(
          sequence(
            oid(OID.extKeyUsage),
            boolean(false),
            octetString(toDerBinary(sequence(oid(OID.clientAuth)))),
          ),
        ),
      ),
    userPlan,
    /writes out/,
  ],
  [
    'a length in its long form',
    () => Uint8Array.of(0x30, 0x83, 0, ...user.subarray(2)),
    userPlan,
    /shortest|read/,
  ],
  ['an indefinite length', () => Uint8Array.of(0x30, 0x80, ...user.subarray(4), 0, 0), userPlan, /read/],
  ['bytes behind it', () => Uint8Array.of(...user, 0), userPlan, /read/],
  ['its end cut off', () => user.subarray(0, -1), userPlan, /read/],
  ['nothing', () => new Uint8Array(), userPlan, /read/],
];

describe('lintTbs', () => {
  it.each(MUTATIONS)('refuses %s', (_name, tbs, plan, finding) => {
    const findings = findFaults(tbs(), plan);
    expect(findings.join('\n')).toMatch(finding);
    expect(() => lintTbs(tbs(), plan)).toThrow(LintFailure);
  });

  it('refuses any change of a single bit', () => {
    for (let at = 0; at < user.length; at++) {
      // The class bits of a tag, which libraries overlook most easily, and one more.
      for (const bit of new Set([at % 6, 6, 7])) {
        const changed = Uint8Array.from(user);
        changed[at] = (changed[at] ?? 0) ^ (1 << bit);
        if (findFaults(changed, userPlan).length === 0)
          expect.fail(`bit ${bit} of octet ${at} was not noticed`);
      }
    }
  }, 60_000);

  // The lint reads a TBS field by field: whatever else the bytes say as a whole must be noticed too.
  it('refuses whatever differs from what was planned, wherever bytes were put in or taken out', () => {
    const planned = fc.constantFrom<[Uint8Array, CertificatePlan]>(
      [user, userPlan],
      [server, serverPlan],
      [signing, signingPlan],
    );
    const cut = fc.record({ at: fc.nat(), by: fc.uint8Array({ maxLength: 6 }), remove: fc.nat({ max: 6 }) });
    fc.assert(
      fc.property(planned, fc.array(cut, { minLength: 1, maxLength: 3 }), ([tbs, plan], cuts) => {
        const changed = cuts.reduce((bytes, { at, by, remove }) => {
          const from = at % (bytes.length + 1);
          return Uint8Array.from([...bytes.subarray(0, from), ...by, ...bytes.subarray(from + remove)]);
        }, tbs);
        const same = Buffer.compare(changed, tbs) === 0;
        expect(findFaults(changed, plan).length > 0).toBe(!same);
      }),
      { numRuns: 1000 },
    );
  }, 60_000);

  it('refuses whole values moved, doubled or left out anywhere in the tree', () => {
    const paths: number[][] = [];
    const walk = (node: DerNode, path: number[]): void => {
      paths.push(path);
      node.children.forEach((child, at) => walk(child, [...path, at]));
    };
    walk(readDer(user), []);
    const unnoticed: string[] = [];
    for (const path of paths.slice(1)) {
      const doubled = edit(user, path, (old) => Buffer.concat([encodeDer(old), encodeDer(old)]));
      const gone = edit(user, path, () => null);
      for (const changed of [doubled, gone]) {
        if (findFaults(changed, userPlan).length === 0) unnoticed.push(path.join('.'));
      }
    }
    expect(unnoticed).toEqual([]);
  });

  it('accepts what was planned, and lets it be signed once', () => {
    for (const [tbs, plan] of [
      [user, userPlan],
      [server, serverPlan],
      [signing, signingPlan],
    ] as const) {
      const linted = lintTbs(tbs, plan);
      expect(takeTbs(linted)).toEqual(Uint8Array.from(tbs));
      expect(() => takeTbs(linted)).toThrow(/taken/);
    }
  });

  it('keeps the linted bytes from later changes of the array', () => {
    const tbs = Uint8Array.from(user);
    const linted = lintTbs(tbs, userPlan);
    tbs.fill(0);
    expect(takeTbs(linted)).toEqual(user);
  });

  it('writes years from 2050 on as GeneralizedTime', () => {
    const plan = { ...userPlan, validity: { notBefore: NOW, notAfter: new Date('2050-01-01T00:00:00Z') } };
    expect(readDer(buildCertificateTbs(plan)).children[4]?.children.map((node) => node.tag)).toEqual([
      TAG.utcTime,
      TAG.generalizedTime,
    ]);
    lintTbs(buildCertificateTbs(plan), plan);
  });

  it('refuses a key that intake would have refused', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weak = { ...userPlan, spki: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })) };
    expect(findFaults(buildCertificateTbs(weak), weak).join()).toMatch(/size/);
  });

  it('is cheap: building and linting cost little beside the signature', () => {
    for (let warm = 0; warm < 200; warm++) lintTbs(buildCertificateTbs(userPlan), userPlan);
    const before = process.cpuUsage();
    for (let round = 0; round < 300; round++) lintTbs(buildCertificateTbs(userPlan), userPlan);
    const { user: used, system } = process.cpuUsage(before);
    const milliseconds = (used + system) / 1000 / 300;
    process.stdout.write(`building and linting a TBS: ${milliseconds.toFixed(2)} ms of CPU\n`);
    expect(milliseconds).toBeLessThan(10); // generous: the machine is shared; a loop gone quadratic is caught
  });
});

it('assembles what parses again with the same fields', () => {
  const tbs = takeTbs(lintTbs(user, userPlan));
  const signature = sign('sha256', tbs, chain.signing.key.privateKey);
  const certificate = parseCertificate(assembleSigned(tbs, 'ECDSA-SHA256', signature));
  expect(certificate).toMatchObject({
    serial: userPlan.serial,
    commonName: 'alice',
    organizationalUnit: 'NLHPC',
    subject: 'CN=alice,OU=NLHPC,O=Center for Mathematical Modeling,DC=University of Chile',
    emails: ['alice@dim.uchile.cl'],
    isCa: false,
    keyLabel: 'RSA 2048',
    notAfter: userPlan.validity.notAfter,
    authorityKeyId: userPlan.issuerKeyId,
  });
});
