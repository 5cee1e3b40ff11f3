import { AsnParser } from '@peculiar/asn1-schema';
import { BasicConstraints, Extensions, SubjectAlternativeName } from '@peculiar/asn1-x509';

import { HubgateError } from '../errors';
import { type DerNode, oidText, TAG } from './der';
import { OID } from './oids';

/** What a CSR asks for besides subject and key. Only alternative names are ever taken. */
export type CsrExtensions = {
  emails: string[];
  dnsNames: string[];
  ipAddresses: string[];
  /** Names of everything else that was asked for. */
  ignored: string[];
};

const NAMES = new Map<string, string>([
  [OID.basicConstraints, 'basicConstraints'],
  [OID.keyUsage, 'keyUsage'],
  [OID.extKeyUsage, 'extKeyUsage'],
  [OID.subjectKeyIdentifier, 'subjectKeyIdentifier'],
  [OID.authorityKeyIdentifier, 'authorityKeyIdentifier'],
  [OID.nameConstraints, 'nameConstraints'],
  [OID.certificatePolicies, 'certificatePolicies'],
  [OID.crlDistributionPoints, 'crlDistributionPoints'],
  [OID.authorityInfoAccess, 'authorityInfoAccess'],
  ['1.3.6.1.5.5.7.1.24', 'tlsFeature'],
  ['2.16.840.1.113730.1.1', 'netscapeCertType'],
  ['2.16.840.1.113730.1.13', 'netscapeComment'],
  ['1.2.840.113549.1.9.7', 'challengePassword'],
  ['1.2.840.113549.1.9.2', 'unstructuredName'],
  ['1.3.6.1.4.1.311.13.2.3', 'Windows version'],
  ['1.3.6.1.4.1.311.21.20', 'Windows client information'],
  ['1.3.6.1.4.1.311.13.2.2', 'Windows provider'],
]);

// Microsoft's own OID for the same request, from the time before PKCS#9 was common.
const MICROSOFT_EXTENSION_REQUEST = '1.3.6.1.4.1.311.2.1.14';

/**
 * Reads the attributes of a CSR (RFC 2986 section 4.1, RFC 2985 section 5.4.2).
 *
 * @param attributes the `[0]` node; undefined when there is none
 * @throws {HubgateError} `csr.malformed`
 */
export function readCsrExtensions(attributes: DerNode | undefined): CsrExtensions {
  const found: CsrExtensions = { emails: [], dnsNames: [], ipAddresses: [], ignored: [] };
  for (const attribute of attributes?.children ?? []) {
    const [type, values] = attribute.children;
    if (type?.tag !== TAG.oid || values?.tag !== TAG.set) throw malformed();
    const id = oidText(type.content);
    if (id === OID.extensionRequest || id === MICROSOFT_EXTENSION_REQUEST) {
      for (const value of values.children) readRequest(value, found);
    } else {
      found.ignored.push(NAMES.get(id) ?? id);
    }
  }
  return { ...found, ignored: [...new Set(found.ignored)] };
}

function readRequest(value: DerNode, found: CsrExtensions): void {
  try {
    for (const { extnID, extnValue } of AsnParser.parse(value.bytes, Extensions)) {
      if (extnID === OID.subjectAltName) readNames(extnValue.buffer, found);
      else if (extnID === OID.basicConstraints && AsnParser.parse(extnValue.buffer, BasicConstraints).cA) {
        found.ignored.push('basicConstraints (CA:TRUE)');
      } else found.ignored.push(NAMES.get(extnID) ?? extnID);
    }
  } catch (cause) {
    throw malformed(cause);
  }
}

function readNames(value: ArrayBuffer, found: CsrExtensions): void {
  for (const name of AsnParser.parse(value, SubjectAlternativeName)) {
    if (name.rfc822Name !== undefined) found.emails.push(name.rfc822Name);
    else if (name.dNSName !== undefined) found.dnsNames.push(name.dNSName);
    else if (name.iPAddress !== undefined) found.ipAddresses.push(name.iPAddress);
    else found.ignored.push('subjectAltName (other kinds of names)');
  }
}

function malformed(cause?: unknown): HubgateError {
  return new HubgateError(
    'csr.malformed',
    'The extensions that this CSR asks for cannot be read. Make it again without them: only names are taken over.',
    { field: 'csr', cause },
  );
}
