import { describe, expect, it } from 'vitest';

import { readCsrExtensions } from './csr-extensions';
import { DerError, derValue, fromHex, readDer, TAG } from './der';
import { oid, toDer } from './forge-asn1';
import { OID } from './oids';

const ATTRIBUTES = 0xa0;
const type = toDer(oid(OID.extensionRequest));
const values = derValue(TAG.set, derValue(TAG.sequence));
const read = (...attribute: Uint8Array[]) => readCsrExtensions(readDer(derValue(ATTRIBUTES, ...attribute)));

describe('the attributes of a CSR', () => {
  it('are SEQUENCEs of a type and a SET of values', () => {
    expect(read(derValue(TAG.sequence, type, values)).ignored).toEqual([]);
  });

  it.each([
    ['a SET in the place of the SEQUENCE', derValue(TAG.set, type, values)],
    ['a third element', derValue(TAG.sequence, type, values, values)],
    ['no values', derValue(TAG.sequence, type)],
    ['a SEQUENCE of values', derValue(TAG.sequence, type, derValue(TAG.sequence))],
  ])('are refused with %s', (_what, attribute) => {
    expect(() => read(attribute)).toThrow(expect.objectContaining({ code: 'csr.malformed' }));
  });
});

describe('DER', () => {
  const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

  it.each([
    ['half a character of a BMPString', derValue(TAG.bmpString, fromHex('006101'))],
    ['three quarters of one of a UniversalString', derValue(TAG.universalString, fromHex('000000'))],
    ['a UTCTime without seconds', derValue(TAG.utcTime, ascii('2611260700Z'))],
    ['a UTCTime of another zone', derValue(TAG.utcTime, ascii('261126070000+0300'))],
    ['a GeneralizedTime in local time', derValue(TAG.generalizedTime, ascii('20261126070000'))],
    ['a fraction that ends in 0', derValue(TAG.generalizedTime, ascii('20261126070000.10Z'))],
  ])('has no place for %s', (_what, bytes) => {
    expect(() => readDer(bytes)).toThrow(DerError);
  });

  it.each([
    derValue(TAG.utcTime, ascii('261126070000Z')),
    derValue(TAG.generalizedTime, ascii('20261126070000Z')),
    derValue(TAG.generalizedTime, ascii('20261126070000.05Z')),
    derValue(TAG.bmpString, fromHex('0061')),
  ])('has it for strings and times in their one form', (bytes) => {
    expect(readDer(bytes).bytes).toEqual(bytes);
  });
});
