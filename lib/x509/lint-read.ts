import {
  type AttributeTypeAndValue,
  Extension,
  RelativeDistinguishedName,
  Validity,
} from '@peculiar/asn1-x509';

import { type DerNode, TAG } from './der';
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

/** What the other library reads in the fields whose meaning is not fixed by their bytes alone. */
export type ReadTbs = {
  validity: Validity;
  issuer: ReadAttribute[][];
  subject: ReadAttribute[][];
  extensions: Extension[];
};

const readValidity = parserOfRepeated(Validity);
const readRdn = parserOfRepeated(RelativeDistinguishedName);
const readExtension = parserOfRepeated(Extension);

/**
 * Reads a TBS with @peculiar/asn1-x509, field by field instead of in one piece: most fields are the
 * same, byte for byte, in all certificates of a batch, and those are read once. What holds the fields
 * together is DER of one kind only: der.ts has refused every other, and the fields' number, order and
 * tags are held against RFC 5280 in lint-fields.ts. The key is held against the order's byte for byte
 * there, which leaves no meaning to read.
 *
 * @throws any error of the library for bytes that are not of the field's type
 */
export function readTbs({ validity, issuer, subject, extensions }: TbsFields): ReadTbs {
  return {
    validity: readValidity(buffer(validity)),
    issuer: readName(issuer),
    subject: readName(subject),
    extensions: (extensions.children[0]?.children ?? []).map((one) => readExtension(buffer(one))),
  };
}

function readName(name: DerNode): ReadAttribute[][] {
  return name.children.map((rdn) =>
    [...readRdn(buffer(rdn))].map(({ type, value }: AttributeTypeAndValue) => ({
      oid: type,
      value: value.toString(),
    })),
  );
}

/** A copy of the bytes alone: the library is given no view into more than it may read. */
const buffer = ({ bytes }: DerNode): ArrayBuffer => new Uint8Array(bytes).buffer;
