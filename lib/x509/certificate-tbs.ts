import type { CertificatePlan, NameConstraints, PlannedNames, Pointers } from './certificate-plan';
import { derValue, fromHex, TAG } from './der';
import {
  binary,
  bitString,
  boolean,
  contextConstructed,
  contextPrimitive,
  type ForgeNode,
  hexInteger,
  nullValue,
  octetString,
  oid,
  sequence,
  smallInteger,
  time,
  toDer,
  toDerBinary,
} from './forge-asn1';
import { ipOctets, networkOctets } from './ip-address';
import { keyId } from './key-id';
import { type KeyInfo, readSpki } from './key-info';
import { encodeName } from './name';
import { OID } from './oids';
import { type KeyUsageBit, PROFILES } from './profile';
import { algorithmNode } from './signature-algorithm';

/**
 * Builds the bytes of a certificate that a CA will sign (TBSCertificate, RFC 5280 section 4.1) with
 * node-forge. Nothing is decided here: the plan says what, the profile says in which form. The
 * result must pass lintTbs() before it is signed.
 *
 * @throws {RangeError} when a value of the plan cannot be encoded, which is a caller's bug
 */
export function buildCertificateTbs(plan: CertificatePlan): Uint8Array {
  const key = readSpki(plan.spki);
  return derValue(
    TAG.sequence,
    toDer(contextConstructed(0, smallInteger(2))), // version 3
    toDer(hexInteger(plan.serial)),
    toDer(algorithmNode(plan.signatureAlgorithm)),
    // The issuing CA's name and the key as they came, byte for byte.
    plan.issuer instanceof Uint8Array ? plan.issuer : encodeName(plan.issuer),
    toDer(sequence(time(plan.validity.notBefore), time(plan.validity.notAfter))),
    encodeName(plan.subject),
    plan.spki,
    toDer(contextConstructed(3, sequence(...extensions(plan, key)))),
  );
}

function extensions(plan: CertificatePlan, key: KeyInfo): ForgeNode[] {
  const profile = PROFILES[plan.kind];
  const extKeyUsage = profile.extKeyUsage(plan);
  const pointers = plan.pointers;
  const access = authorityInfoAccess(pointers);
  return [
    extension(OID.subjectKeyIdentifier, false, octetString(bytes(keyId(plan.spki)))),
    extension(OID.authorityKeyIdentifier, false, sequence(contextPrimitive(0, bytes(plan.issuerKeyId)))),
    extension(OID.basicConstraints, true, basicConstraints(profile.isCa, profile.pathLength)),
    extension(OID.keyUsage, true, keyUsage(profile.keyUsage(key))),
    ...(extKeyUsage.length === 0
      ? []
      : [extension(OID.extKeyUsage, false, sequence(...extKeyUsage.map(oid)))]),
    ...(profile.noCheck === true ? [extension(OID.ocspNoCheck, false, nullValue())] : []),
    ...subjectAltName(plan.san),
    ...(plan.nameConstraints === undefined ? [] : nameConstraints(plan.nameConstraints)),
    ...(pointers.crlUrl === undefined
      ? []
      : [extension(OID.crlDistributionPoints, false, distributionPoints(pointers.crlUrl))]),
    ...(access.length === 0 ? [] : [extension(OID.authorityInfoAccess, false, sequence(...access))]),
  ];
}

function extension(id: string, critical: boolean, content: ForgeNode): ForgeNode {
  // DER leaves out `critical` when it is FALSE, its default.
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(toDerBinary(content)));
}

function basicConstraints(isCa: boolean, pathLength: number | null): ForgeNode {
  if (!isCa) return sequence();
  return sequence(boolean(true), ...(pathLength === null ? [] : [smallInteger(pathLength)]));
}

/** RFC 5280 section 4.2.1.3: bit 0 is the most significant; DER drops trailing zero bits. */
const USAGE_BITS: Record<KeyUsageBit, number> = {
  digitalSignature: 0,
  keyEncipherment: 2,
  keyCertSign: 5,
  cRLSign: 6,
};

function keyUsage(bits: readonly KeyUsageBit[]): ForgeNode {
  const octet = bits.reduce((sum, bit) => sum | (0x80 >> USAGE_BITS[bit]), 0);
  const last = Math.max(...bits.map((bit) => USAGE_BITS[bit]));
  return bitString(7 - last, String.fromCharCode(octet));
}

function subjectAltName(san: PlannedNames): ForgeNode[] {
  const names = [
    ...san.emails.map((email) => contextPrimitive(1, ascii(email))),
    ...san.dnsNames.map((name) => contextPrimitive(2, ascii(name))),
    ...san.ipAddresses.map((address) => contextPrimitive(7, binary(ipOctets(address)))),
  ];
  // Not critical: every subject of ours has a name (RFC 5280 section 4.2.1.6).
  return names.length === 0 ? [] : [extension(OID.subjectAltName, false, sequence(...names))];
}

function nameConstraints({ permittedDns, permittedIp }: NameConstraints): ForgeNode[] {
  const subtrees = [
    ...permittedDns.map((name) => sequence(contextPrimitive(2, ascii(name)))),
    ...permittedIp.map((network) => sequence(contextPrimitive(7, binary(networkOctets(network))))),
  ];
  if (subtrees.length === 0) return [];
  return [extension(OID.nameConstraints, true, sequence(contextConstructed(0, ...subtrees)))];
}

function distributionPoints(url: string): ForgeNode {
  const fullName = contextConstructed(0, contextPrimitive(6, ascii(url)));
  return sequence(sequence(contextConstructed(0, fullName)));
}

function authorityInfoAccess({ ocspUrl, caIssuersUrl }: Pointers): ForgeNode[] {
  const entry = (method: string, url: string) => sequence(oid(method), contextPrimitive(6, ascii(url)));
  return [
    ...(ocspUrl === undefined ? [] : [entry(OID.ocsp, ocspUrl)]),
    ...(caIssuersUrl === undefined ? [] : [entry(OID.caIssuers, caIssuersUrl)]),
  ];
}

/** GeneralName strings are IA5 (RFC 5280 section 4.2.1.6): other characters have no form here. */
function ascii(text: string): string {
  if (!/^[\x21-\x7e]{1,1024}$/.test(text)) throw new RangeError(`Not an ASCII name: ${JSON.stringify(text)}`);
  return text;
}

const bytes = (hex: string): string => binary(fromHex(hex));
