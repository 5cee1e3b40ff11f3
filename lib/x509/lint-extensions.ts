import { AsnParser } from '@peculiar/asn1-schema';
import {
  AuthorityInfoAccessSyntax,
  AuthorityKeyIdentifier,
  BasicConstraints,
  CRLDistributionPoints,
  ExtendedKeyUsage,
  type GeneralName,
  KeyUsage,
  KeyUsageFlags,
  NameConstraints as Asn1NameConstraints,
  SubjectAlternativeName,
} from '@peculiar/asn1-x509';

import type { CertificatePlan } from './certificate-plan';
import { type DerNode, encodeDer, readDer, sameBytes, TAG, toHex } from './der';
import { ipOctets, networkOctets } from './ip-address';
import { keyId } from './key-id';
import { readSpki } from './key-info';
import { bufferOf, type ReadTbs, type TbsFields } from './lint-read';
import { findTagFault } from './lint-tags';
import { OID } from './oids';
import { ofRepeated, parserOfRepeated } from './parse-repeated';
import { type KeyUsageBit, PROFILES } from './profile';

const readAuthorityKeyId = parserOfRepeated(AuthorityKeyIdentifier);
const readBasicConstraints = parserOfRepeated(BasicConstraints);
const readKeyUsage = parserOfRepeated(KeyUsage);
const readExtKeyUsage = parserOfRepeated(ExtendedKeyUsage);
const readDistributionPoints = parserOfRepeated(CRLDistributionPoints);
const readAccess = parserOfRepeated(AuthorityInfoAccessSyntax);

/** What is wrong with an extension's value whatever it should say. */
const findValueFaults = ofRepeated((value: ArrayBuffer): string[] => {
  const bytes = new Uint8Array(value);
  const content = readDer(bytes);
  return [...(sameBytes(encodeDer(content), bytes) ? [] : ['it is not DER.']), ...findTagFault(content)];
});

type Expect = (holds: boolean, otherwise: string) => void;

/** What is expected of one extension: its criticality, and its content. */
type Expected = { name: string; critical: boolean; check: (value: ArrayBuffer, expect: Expect) => void };

/** Faults of a TBS's extensions (RFC 5280 section 4.2): each expected one as planned, and no other. */
export function findExtensionFaults(fields: TbsFields, read: ReadTbs, plan: CertificatePlan): string[] {
  const faults: string[] = [];
  const expect: Expect = (holds, otherwise) => {
    if (!holds) faults.push(otherwise);
  };
  const expected = expectedExtensions(plan);
  const seen = new Set<string>();
  for (const { id, critical, value } of read.extensions) {
    expect(!seen.has(id), `The extension ${id} stands twice.`);
    seen.add(id);
    const rule = expected.get(id);
    if (rule === undefined) {
      faults.push(`The extension ${id} is not in the profile.`);
      continue;
    }
    expect(critical === rule.critical, `${rule.name} must ${rule.critical ? '' : 'not '}be critical.`);
    try {
      const content = bufferOf(value);
      faults.push(...findValueFaults(content).map((fault) => `${rule.name}: ${fault}`));
      rule.check(content, expect);
    } catch {
      faults.push(`${rule.name} cannot be read.`);
    }
  }
  for (const [id, rule] of expected) expect(seen.has(id), `${rule.name} is missing.`);

  // DER: `critical` FALSE is the default and must not be written (X.690 section 11.5).
  const written = fields.extensions.children[0]?.children ?? [];
  expect(
    written.every((one) => one.tag === TAG.sequence && one.children.length <= 3),
    'An extension is not of its type.',
  );
  expect(
    written.every(
      ({ children: [, critical], children }) =>
        children.length === 2 || (critical?.tag === TAG.boolean && critical.content[0] === 0xff),
    ),
    'An extension writes out critical FALSE.',
  );
  return faults;
}

function expectedExtensions(plan: CertificatePlan): Map<string, Expected> {
  const profile = PROFILES[plan.kind];
  const { pointers, san, nameConstraints } = plan;
  const rules = new Map<string, Expected>();
  const rule = (id: string, name: string, critical: boolean, check: Expected['check']): void => {
    rules.set(id, { name, critical, check });
  };

  const ownKeyId = keyId(plan.spki);
  rule(OID.subjectKeyIdentifier, 'The subject key identifier', false, (value, expect) => {
    const { tag, content } = readDer(new Uint8Array(value)); // an OCTET STRING: nothing for the library to read
    expect(
      tag === TAG.octetString && toHex(content) === ownKeyId,
      'The subject key identifier is not the one of the key.',
    );
  });
  rule(OID.authorityKeyIdentifier, 'The authority key identifier', false, (value, expect) => {
    const read = readAuthorityKeyId(value);
    const id = read.keyIdentifier === undefined ? '' : toHex(new Uint8Array(read.keyIdentifier.buffer));
    const planned = plan.kind === 'root' ? ownKeyId : plan.issuerKeyId;
    expect(
      id === planned && id === plan.issuerKeyId,
      'The authority key identifier is not the one of the issuing key.',
    );
    expect(
      read.authorityCertIssuer === undefined && read.authorityCertSerialNumber === undefined,
      'The authority key identifier holds more than a key identifier.',
    );
  });
  rule(OID.basicConstraints, 'The basic constraints', true, (value, expect) => {
    const read = readBasicConstraints(value);
    expect(
      read.cA === profile.isCa,
      `The basic constraints must say CA:${String(profile.isCa).toUpperCase()}.`,
    );
    expect(
      (read.pathLenConstraint ?? null) === profile.pathLength,
      'The path length is not the one of the profile.',
    );
    const parts = readDer(new Uint8Array(value)).children;
    expect(profile.isCa || parts.length === 0, 'The basic constraints write out a default.');
  });
  rule(OID.keyUsage, 'The key usage', true, (value, expect) => {
    const planned = profile.keyUsage(readSpki(plan.spki));
    const flags = readKeyUsage(value).toNumber();
    expect(
      flags === planned.reduce((sum, bit) => sum | USAGE_FLAGS[bit], 0),
      'The key usage is not the one of the profile and key.',
    );
    expect(isMinimalBitList(new Uint8Array(value)), 'The key usage is not a bit list in its shortest form.');
  });

  const usages = profile.extKeyUsage(plan);
  if (usages.length > 0) {
    rule(OID.extKeyUsage, 'The extended key usage', false, (value, expect) => {
      expect(
        sameList([...readExtKeyUsage(value)], usages),
        'The extended key usage is not the one of the profile.',
      );
    });
  }
  if (profile.noCheck === true) {
    rule(OID.ocspNoCheck, 'The mark of a responder', false, (value, expect) => {
      expect(readDer(new Uint8Array(value)).tag === TAG.null, 'The mark of a responder is not NULL.');
    });
  }
  const hosts = san.dnsNames.length + san.ipAddresses.length;
  if (san.emails.length + hosts > 0) {
    rule(OID.subjectAltName, 'The subject alternative name', false, (value, expect) => {
      const allowed =
        profile.san === 'emails' ? hosts === 0 : profile.san === 'hosts' && san.emails.length === 0;
      expect(allowed, 'The subject alternative name holds a kind of name that the profile does not allow.');
      const read = [...AsnParser.parse(value, SubjectAlternativeName)].map(nameText);
      const planned = [
        ...san.emails.map((email) => `email:${email}`),
        ...san.dnsNames.map((name) => `dns:${name}`),
        ...san.ipAddresses.map(() => 'ip'),
      ];
      const octets = san.ipAddresses.map((address) => toHex(ipOctets(address)));
      expect(
        sameList(read, planned) && sameList(addressOctets(readDer(new Uint8Array(value))), octets),
        'The subject alternative names are not those of the order.',
      );
    });
  }
  const subtrees = [
    ...(nameConstraints?.permittedDns ?? []).map((name) => `dns:${name}`),
    ...(nameConstraints?.permittedIp ?? []).map(() => 'ip'),
  ];
  if (subtrees.length > 0) {
    rule(OID.nameConstraints, 'The name constraints', true, (value, expect) => {
      const read = AsnParser.parse(value, Asn1NameConstraints);
      const permitted = [...(read.permittedSubtrees ?? [])];
      const networks = (nameConstraints?.permittedIp ?? []).map((network) => toHex(networkOctets(network)));
      expect(profile.isCa, 'Only a CA may have name constraints.');
      expect(
        read.excludedSubtrees === undefined,
        'The name constraints exclude names, which was not planned.',
      );
      expect(
        permitted.every((one) => one.minimum === 0 && one.maximum === undefined) &&
          sameList(
            permitted.map((one) => nameText(one.base)),
            subtrees,
          ) &&
          sameList(addressOctets(readDer(new Uint8Array(value))), networks),
        'The name constraints are not the planned ones.',
      );
    });
  }
  if (pointers.crlUrl !== undefined) {
    rule(OID.crlDistributionPoints, 'The CRL pointer', false, (value, expect) => {
      const points = [...readDistributionPoints(value)];
      const names = points.flatMap((one) => one.distributionPoint?.fullName ?? []).map(nameText);
      const plain = points.every((one) => one.reasons === undefined && one.cRLIssuer === undefined);
      expect(
        plain && points.length === 1 && sameList(names, [`url:${pointers.crlUrl}`]),
        'The CRL pointer is not the planned one.',
      );
      expect(profile.pointers.includes('crl'), 'The profile allows no CRL pointer.');
    });
  }
  if (pointers.ocspUrl !== undefined || pointers.caIssuersUrl !== undefined) {
    rule(OID.authorityInfoAccess, 'The authority information access', false, (value, expect) => {
      const read = [...readAccess(value)].map((one) => `${one.accessMethod} ${nameText(one.accessLocation)}`);
      const planned = [
        ...(pointers.ocspUrl === undefined ? [] : [`${OID.ocsp} url:${pointers.ocspUrl}`]),
        ...(pointers.caIssuersUrl === undefined ? [] : [`${OID.caIssuers} url:${pointers.caIssuersUrl}`]),
      ];
      expect(sameList(read, planned), 'The authority information access is not the planned one.');
      expect(
        (pointers.ocspUrl === undefined || profile.pointers.includes('ocsp')) &&
          (pointers.caIssuersUrl === undefined || profile.pointers.includes('caIssuers')),
        'The profile allows no such authority information access.',
      );
    });
  }
  return rules;
}

const USAGE_FLAGS: Record<KeyUsageBit, number> = {
  digitalSignature: KeyUsageFlags.digitalSignature,
  keyEncipherment: KeyUsageFlags.keyEncipherment,
  keyCertSign: KeyUsageFlags.keyCertSign,
  cRLSign: KeyUsageFlags.cRLSign,
};

/**
 * A general name with its kind, so that a DNS name is never taken for an address of the same letters.
 * The library words addresses for people and counts a mask's bits only: octets are compared apart.
 */
function nameText(name: GeneralName): string {
  if (name.rfc822Name !== undefined) return `email:${name.rfc822Name}`;
  if (name.dNSName !== undefined) return `dns:${name.dNSName}`;
  if (name.uniformResourceIdentifier !== undefined) return `url:${name.uniformResourceIdentifier}`;
  return name.iPAddress === undefined ? 'other' : 'ip';
}

/** The octets of every iPAddress in an extension, in order, as hex. */
function addressOctets(node: DerNode): string[] {
  if (node.tag === 0x87) return [toHex(node.content)]; // [7] IMPLICIT OCTET STRING
  return node.children.flatMap(addressOctets);
}

/** Named bit lists end with a set bit (X.690 section 11.2.2). */
function isMinimalBitList(der: Uint8Array): boolean {
  const { content } = readDer(der);
  const unused = content[0] ?? 8;
  return content.length > 1 && (((content[content.length - 1] ?? 0) >> unused) & 1) === 1;
}

const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((item, at) => item === b[at]);
