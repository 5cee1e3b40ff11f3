import { HubgateError } from '../errors';
import { type DerNode, oidText, readDer, TAG } from './der';
import { ipText } from './ip-address';
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
 * Reads the attributes of a CSR (RFC 2986 section 4.1, RFC 2985 section 5.4.2) with our own strict
 * reader alone: what stands inside an OCTET STRING has been checked by nobody yet, and a library
 * spent 25 to 150 ms of CPU on one BOOLEAN of a few KiB.
 *
 * @param attributes the `[0]` node; undefined when there is none
 * @throws {HubgateError} `csr.malformed`
 */
export function readCsrExtensions(attributes: DerNode | undefined): CsrExtensions {
  const found: CsrExtensions = { emails: [], dnsNames: [], ipAddresses: [], ignored: [] };
  for (const attribute of attributes?.children ?? []) {
    const [type, values, ...more] = attribute.children;
    const formed =
      attribute.tag === TAG.sequence && type?.tag === TAG.oid && values?.tag === TAG.set && more.length === 0;
    if (!formed) throw malformed();
    const id = oidText(type.content);
    if (id === OID.extensionRequest || id === MICROSOFT_EXTENSION_REQUEST) {
      for (const value of values.children) readRequest(value, found);
    } else {
      found.ignored.push(NAMES.get(id) ?? id);
    }
  }
  return { ...found, ignored: [...new Set(found.ignored)] };
}

/** Extensions (RFC 5280 section 4.1): SEQUENCE OF { extnID, critical DEFAULT FALSE, extnValue }. */
function readRequest(value: DerNode, found: CsrExtensions): void {
  if (value.tag !== TAG.sequence) throw malformed();
  for (const extension of value.children) {
    const [id, ...rest] = extension.children;
    const content = rest.at(-1);
    const formed =
      extension.tag === TAG.sequence &&
      id?.tag === TAG.oid &&
      content?.tag === TAG.octetString &&
      (rest.length === 1 || (rest.length === 2 && rest[0]?.tag === TAG.boolean));
    if (!formed) throw malformed();
    readExtension(oidText(id.content), content.content, found);
  }
}

function readExtension(id: string, content: Uint8Array, found: CsrExtensions): void {
  const name = NAMES.get(id) ?? id;
  if (id !== OID.subjectAltName && id !== OID.basicConstraints) return void found.ignored.push(name);
  let root: DerNode;
  try {
    root = readDer(content);
  } catch (cause) {
    throw malformed(cause);
  }
  if (root.tag !== TAG.sequence) throw malformed();
  if (id === OID.subjectAltName) return root.children.forEach((one) => readName(one, found));
  const [first] = root.children;
  const isCa = first?.tag === TAG.boolean && first.content[0] === 0xff;
  found.ignored.push(isCa ? 'basicConstraints (CA:TRUE)' : name);
}

/** GeneralName (RFC 5280 section 4.2.1.6): rfc822Name [1], dNSName [2], iPAddress [7]; the rest is ignored. */
function readName({ tag, content }: DerNode, found: CsrExtensions): void {
  if (tag === 0x81) found.emails.push(ia5(content));
  else if (tag === 0x82) found.dnsNames.push(ia5(content));
  else if (tag === 0x87) found.ipAddresses.push(address(content));
  else found.ignored.push('subjectAltName (other kinds of names)');
}

/** ASCII, since these are IA5Strings: an octet above is as wrong there as in another alphabet. */
function ia5(content: Uint8Array): string {
  if (content.some((octet) => octet >= 0x80)) throw malformed();
  return new TextDecoder('latin1').decode(content);
}

function address(content: Uint8Array): string {
  if (content.length !== 4 && content.length !== 16) throw malformed();
  return ipText(content);
}

function malformed(cause?: unknown): HubgateError {
  return new HubgateError(
    'csr.malformed',
    'The extensions that this CSR asks for cannot be read. Make it again without them: only names are taken over.',
    { field: 'csr', cause },
  );
}
