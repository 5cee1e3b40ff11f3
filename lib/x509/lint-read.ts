import { AttributeValue, Validity } from '@peculiar/asn1-x509';

import { type DerNode, oidText, TAG } from './der';
import type { ReadAttribute } from './name';
import { parserOfRepeated } from './parse-repeated';

/** The eight fields of our TBSCertificates (RFC 5280 section 4.1), in their order. */
export type TbsFields = {
  version: DerNode;
  serial: DerNode;
  algorithm: DerNode;
  issuer: DerNode;
  validity: DerNode;
  subject: DerNode;
  spki: DerNode;
  extensions: DerNode;
};

/** The fields of a TBS; null when it has fewer or more, or is no SEQUENCE. */
export function tbsFields(tree: DerNode): TbsFields | null {
  const [version, serial, algorithm, issuer, validity, subject, spki, extensions, more] = tree.children;
  if (tree.tag !== TAG.sequence || more !== undefined) return null;
  if (!version || !serial || !algorithm || !issuer || !validity || !subject || !spki || !extensions)
    return null;
  return { version, serial, algorithm, issuer, validity, subject, spki, extensions };
}

/** One extension (RFC 5280 section 4.1) as it stands; what its value means is read by lint-extensions.ts. */
export type ReadExtension = { id: string; critical: boolean; value: Uint8Array };

/** What stands in the fields whose meaning is not fixed by their bytes alone. */
export type ReadTbs = {
  validity: Validity;
  issuer: ReadAttribute[][];
  subject: ReadAttribute[][];
  extensions: ReadExtension[];
};

const readValidity = parserOfRepeated(Validity);
const readValue = parserOfRepeated(AttributeValue);

/**
 * Reads a TBS with @peculiar/asn1-x509, value by value instead of in one piece: most values are the
 * same, byte for byte, in all certificates of a batch, and those are read once. What holds the values
 * together is DER of one kind only: der.ts has refused every other, and number, order and tags of the
 * fields are held against RFC 5280 in lint-fields.ts. The key is held against the order's byte for byte
 * there, which leaves no meaning to read.
 *
 * @throws any error of the library for bytes that are not of the field's type
 * @throws {RangeError} for a name or an extension that is not made of the parts that it must have
 */
export function readTbs({ validity, issuer, subject, extensions }: TbsFields): ReadTbs {
  return {
    validity: readValidity(bufferOf(validity.bytes)),
    issuer: readName(issuer),
    subject: readName(subject),
    extensions: (extensions.children[0]?.children ?? []).map(readExtension),
  };
}

function readName(name: DerNode): ReadAttribute[][] {
  return name.children.map((rdn) =>
    rdn.children.map(({ children: [type, value] }) => {
      if (type?.tag !== TAG.oid || value === undefined) throw new RangeError('A name is not of its type.');
      return { oid: oidText(type.content), value: readValue(bufferOf(value.bytes)).toString() };
    }),
  );
}

/** Left out, `critical` is FALSE. */
function readExtension({ children: [type, second, third] }: DerNode): ReadExtension {
  const value = third ?? second;
  if (type?.tag !== TAG.oid || value?.tag !== TAG.octetString)
    throw new RangeError('An extension is not of its type.');
  const critical = third !== undefined && second?.content[0] === 0xff;
  return { id: oidText(type.content), critical, value: value.content };
}

/** A copy of the bytes alone: the library is given no view into more than it may read. */
export const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
