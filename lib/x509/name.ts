import { AsnParser } from '@peculiar/asn1-schema';
import { Name as Asn1Name } from '@peculiar/asn1-x509';

import type { ForgeNode } from './forge-asn1';
import { ia5String, oid, printableString, sequence, set, toDer, utf8String } from './forge-asn1';
import { OID } from './oids';

/** The attribute types that certificates of this centre carry. */
export type NameAttributeType = 'DC' | 'C' | 'ST' | 'L' | 'O' | 'OU' | 'CN' | 'UID';

/** One relative distinguished name. Ours never hold several attributes. */
export type NameAttribute = { readonly type: NameAttributeType; readonly value: string };

/** A distinguished name in the order of its encoding: the most general part first. */
export type Name = readonly NameAttribute[];

/** How each type is written. RFC 4519 section 2.4: DC is an IA5String; RFC 5280 A.1: C is Printable. */
export const NAME_ATTRIBUTES: Record<
  NameAttributeType,
  { oid: string; encoding: 'ia5' | 'printable' | 'utf8' }
> = {
  DC: { oid: OID.domainComponent, encoding: 'ia5' },
  C: { oid: OID.country, encoding: 'printable' },
  ST: { oid: OID.state, encoding: 'utf8' },
  L: { oid: OID.locality, encoding: 'utf8' },
  O: { oid: OID.organization, encoding: 'utf8' },
  OU: { oid: OID.organizationalUnit, encoding: 'utf8' },
  CN: { oid: OID.commonName, encoding: 'utf8' },
  UID: { oid: OID.userId, encoding: 'utf8' },
};

/** RFC 5280 appendix A.1, ub-common-name and its siblings: 64 characters. */
const UPPER_BOUND = 64;

/**
 * The name of a certificate of this centre: fixed parts first, then the common name. An empty part
 * is left out.
 */
export function centreName(fixed: { dn: string; org: string; ou: string }, commonName: string): Name {
  const all: Name = [
    { type: 'DC', value: fixed.dn },
    { type: 'O', value: fixed.org },
    { type: 'OU', value: fixed.ou },
    { type: 'CN', value: commonName },
  ];
  return all.filter((attribute) => attribute.value !== '');
}

/**
 * The DER of a name.
 *
 * @throws {RangeError} when a value is empty, too long, or cannot stand in its string type
 */
export function encodeName(name: Name): Uint8Array {
  return toDer(nameNode(name));
}

/** The name as a node for node-forge's writer. Errors as `encodeName`. */
export function nameNode(name: Name): ForgeNode {
  return sequence(
    ...name.map((attribute) => set(sequence(oid(NAME_ATTRIBUTES[attribute.type].oid), value(attribute)))),
  );
}

function value({ type, value: text }: NameAttribute): ForgeNode {
  const length = [...text].length;
  if (length < 1 || length > UPPER_BOUND) throw new RangeError(`${type} must have 1 to 64 characters.`);
  switch (NAME_ATTRIBUTES[type].encoding) {
    case 'ia5':
      if (!/^[\x20-\x7e]+$/.test(text)) throw new RangeError(`${type} must be ASCII.`);
      return ia5String(text);
    case 'printable':
      if (!/^[A-Za-z0-9 '()+,\-./:=?]+$/.test(text)) throw new RangeError(`${type} must be printable.`);
      return printableString(text);
    case 'utf8':
      if (!text.isWellFormed()) throw new RangeError(`${type} is not well-formed Unicode.`);
      return utf8String(text);
  }
}

/** One attribute of a name as it was read, whatever its type. */
export type ReadAttribute = { oid: string; value: string };

/**
 * Reads any name, one list per relative distinguished name.
 *
 * @throws when the bytes are not a Name (any error of the ASN.1 library)
 */
export function readName(der: Uint8Array): ReadAttribute[][] {
  return readAttributes(AsnParser.parse(der, Asn1Name));
}

/** The same from an already parsed name of @peculiar/asn1-x509. */
export function readAttributes(name: Asn1Name): ReadAttribute[][] {
  return [...name].map((rdn) =>
    [...rdn].map(({ type, value: held }) => ({ oid: type, value: held.toString() })),
  );
}

const SHORT_NAMES = new Map<string, string>([
  ...Object.entries(NAME_ATTRIBUTES).map(([type, { oid: dotted }]): [string, string] => [dotted, type]),
  [OID.emailAddress, 'emailAddress'],
  [OID.serialNumber, 'serialNumber'],
]);

/**
 * A name as people read it: RFC 4514, the most specific part first. Control characters are escaped
 * as hex pairs, so that the text is safe in logs and terminals.
 */
export function formatName(name: Uint8Array | Name | ReadAttribute[][]): string {
  const rdns = name instanceof Uint8Array ? readName(name) : name.map(asRead);
  return rdns
    .map((rdn) =>
      rdn.map(({ oid: type, value: text }) => `${SHORT_NAMES.get(type) ?? type}=${escapeValue(text)}`),
    )
    .map((parts) => parts.join('+'))
    .reverse()
    .join(',');
}

function asRead(rdn: NameAttribute | ReadAttribute[]): ReadAttribute[] {
  return 'type' in rdn ? [{ oid: NAME_ATTRIBUTES[rdn.type].oid, value: rdn.value }] : rdn;
}

/** Nothing in it to escape: nearly every value, and one look in place of four. */
const PLAIN = /^[\w.@/-]+(?: [\w.@/-]+)*$/;

/** RFC 4514 section 2.4. */
function escapeValue(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(/["+,;<>\\]/g, '\\$&')
    .replace(/^[ #]/, '\\$&')
    .replace(/ $/, '\\ ')
    .replace(/[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, hexPairs);
}

const hexPairs = (character: string): string =>
  [...new TextEncoder().encode(character)]
    .map((octet) => `\\${octet.toString(16).padStart(2, '0')}`)
    .join('');
