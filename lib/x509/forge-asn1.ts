import forge from 'node-forge';

/**
 * The writer's side: node-forge's ASN.1, with short names. What is written here is read back by
 * another library before it is signed (lint.ts), so nothing of this file is used there.
 */
export type ForgeNode = forge.asn1.Asn1;

const { asn1 } = forge;
const { Class, Type } = asn1;

export const sequence = (...items: ForgeNode[]): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, items);

export const set = (...items: ForgeNode[]): ForgeNode => asn1.create(Class.UNIVERSAL, Type.SET, true, items);

/** Contents of the few identifiers that certificates hold: each has twenty, and forge works them out digit by digit. */
const oidContents = new Map<string, string>();

export function oid(dotted: string): ForgeNode {
  const content = oidContents.get(dotted) ?? asn1.oidToDer(dotted).getBytes();
  oidContents.set(dotted, content);
  return asn1.create(Class.UNIVERSAL, Type.OID, false, content);
}

export const nullValue = (): ForgeNode => asn1.create(Class.UNIVERSAL, Type.NULL, false, '');

export const boolean = (value: boolean): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.BOOLEAN, false, value ? '\xff' : '\x00');

export const smallInteger = (value: number): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.INTEGER, false, asn1.integerToDer(value).getBytes());

/** A positive INTEGER of any size, from lower-case hex. */
export function hexInteger(hex: string): ForgeNode {
  const digits = hex.replace(/^(?:00)+(?=..)/, '');
  const positive = parseInt(digits.slice(0, 2), 16) >= 0x80 ? `00${digits}` : digits;
  return asn1.create(Class.UNIVERSAL, Type.INTEGER, false, forge.util.hexToBytes(positive));
}

export const octetString = (content: string): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, content);

export const bitString = (unusedBits: number, content: string): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, String.fromCharCode(unusedBits) + content);

export const utf8String = (text: string): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.UTF8, false, forge.util.encodeUtf8(text));

export const ia5String = (text: string): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.IA5STRING, false, text);

export const printableString = (text: string): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.PRINTABLESTRING, false, text);

/** `[tag] IMPLICIT` primitive with these content bytes. */
export const contextPrimitive = (tag: number, content: string): ForgeNode =>
  asn1.create(Class.CONTEXT_SPECIFIC, tag, false, content);

/** `[tag]` constructed: EXPLICIT around one item, or IMPLICIT over a sequence's items. */
export const contextConstructed = (tag: number, ...items: ForgeNode[]): ForgeNode =>
  asn1.create(Class.CONTEXT_SPECIFIC, tag, true, items);

/**
 * UTCTime until the end of 2049, GeneralizedTime from 2050 on, both with seconds and Z
 * (RFC 5280 section 4.1.2.5).
 */
export function time(instant: Date): ForgeNode {
  const digits = instant.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return instant.getUTCFullYear() < 2050
    ? asn1.create(Class.UNIVERSAL, Type.UTCTIME, false, `${digits.slice(2)}Z`)
    : asn1.create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, `${digits}Z`);
}

/** GeneralizedTime whatever the year, with seconds and Z: OCSP has no other (RFC 6960 section 4.2.1). */
export function generalizedTime(instant: Date): ForgeNode {
  const digits = instant.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return asn1.create(Class.UNIVERSAL, Type.GENERALIZEDTIME, false, `${digits}Z`);
}

/** An ENUMERATED below 128. */
export const enumerated = (value: number): ForgeNode =>
  asn1.create(Class.UNIVERSAL, Type.ENUMERATED, false, String.fromCharCode(value));

/**
 * Takes DER as it is into forge's tree. Bit strings stay closed, so that keys that forge does not
 * know (EC, Ed25519) come out again byte for byte.
 */
export const fromDer = (der: Uint8Array): ForgeNode =>
  readForge(binary(der), { strict: true, parseAllBytes: true, decodeBitStrings: false });

// @types/node-forge knows only the older boolean form of the second parameter.
const readForge = asn1.fromDer as unknown as (
  bytes: string,
  options: { strict: boolean; parseAllBytes: boolean; decodeBitStrings: boolean },
) => ForgeNode;

export const toDer = (node: ForgeNode): Uint8Array => unbinary(toDerBinary(node));
export const toDerBinary = (node: ForgeNode): string => asn1.toDer(node).getBytes();

/** Bytes as forge keeps them: one character per byte. */
export const binary = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
export const unbinary = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));
