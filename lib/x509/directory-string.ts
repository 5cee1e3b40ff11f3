import { HubgateError } from '../errors';
import { type DerNode, oidText, TAG } from './der';
import { NAME_ATTRIBUTES, type ReadAttribute } from './name';
import { OID } from './oids';

/** A subject as a stranger sent it: by relative name for display, flat for checks. */
export type DirectoryName = {
  rdns: ReadAttribute[][];
  attributes: (ReadAttribute & { label: string })[];
};

const LABELS = new Map<string, string>([
  ...Object.entries(NAME_ATTRIBUTES).map(([type, { oid }]): [string, string] => [oid, type]),
  [OID.emailAddress, 'e-mail address'],
]);

/**
 * Reads a stranger's Name without guessing: each string by its own type, invalid encodings refused.
 *
 * @throws {HubgateError} `csr.malformed`, `csr.text`
 */
export function readDirectoryName(name: DerNode): DirectoryName {
  const rdns = name.children.map((rdn) => {
    if (rdn.tag !== TAG.set || rdn.children.length === 0) throw malformed();
    return rdn.children.map((attribute) => {
      const [type, value] = attribute.children;
      const formed = attribute.tag === TAG.sequence && attribute.children.length === 2;
      if (!formed || type?.tag !== TAG.oid || value === undefined) throw malformed();
      return { oid: oidText(type.content), value: decodeString(value.tag, value.content) };
    });
  });
  const attributes = rdns
    .flat()
    .map((one) => ({ ...one, label: LABELS.get(one.oid) ?? `attribute ${one.oid}` }));
  return { rdns, attributes };
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const UTF16 = new TextDecoder('utf-16be', { fatal: true, ignoreBOM: true });

/**
 * The text of an ASN.1 string.
 *
 * @throws {HubgateError} `csr.text` when the bytes are not of the type's character set, `csr.malformed`
 *   when the type is none of strings
 */
function decodeString(tag: number, content: Uint8Array): string {
  try {
    switch (tag) {
      case TAG.utf8String:
        return UTF8.decode(content);
      case TAG.bmpString:
        return UTF16.decode(content);
      case TAG.universalString:
        return decodeUtf32(content);
      case TAG.teletexString:
        return Buffer.from(content).toString('latin1'); // what everybody means by it
      case TAG.printableString:
      case TAG.ia5String:
      case TAG.numericString:
      case TAG.visibleString:
        if (content.some((octet) => octet > 0x7f)) throw new RangeError('not ASCII');
        return Buffer.from(content).toString('latin1');
      default:
        throw malformed(); // a time, a number, a structure: no text (RFC 5280 section 4.1.2.4)
    }
  } catch (cause) {
    if (cause instanceof HubgateError) throw cause;
    throw new HubgateError(
      'csr.text',
      'A name in this CSR holds bytes that are no letters. Make the CSR again and type the names by hand.',
      { field: 'csr', params: { part: 'name', reason: 'control' }, cause },
    );
  }
}

function decodeUtf32(content: Uint8Array): string {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let text = '';
  for (let at = 0; at < content.length; at += 4) text += String.fromCodePoint(view.getUint32(at));
  return text;
}

function malformed(): HubgateError {
  return new HubgateError('csr.malformed', 'The subject of this CSR cannot be read. Make the CSR again.', {
    field: 'csr',
  });
}
