import { AsnParser } from '@peculiar/asn1-schema';

/** As many values are remembered at least, and twice as many at most: more of a kind do not come again and again. */
const REMEMBERED = 64;

/**
 * A parser for values that are, byte for byte, the same in most certificates of a CA: key usages,
 * pointers, the issuer's key identifier. Equal bytes have one meaning, so each is parsed once; a batch
 * of certificates is linted in half the time. The results are shared: read them, never change them.
 */
export function parserOfRepeated<T extends object>(type: new () => T): (value: ArrayBuffer) => T {
  return ofRepeated((value): T => AsnParser.parse(value, type));
}

/**
 * The same for any function of bytes alone. What has not come again when as many others came is
 * forgotten, so values that occur once do not drive out those that always occur.
 */
export function ofRepeated<T extends object>(read: (value: ArrayBuffer) => T): (value: ArrayBuffer) => T {
  let recent = new Map<string, T>();
  let before = new Map<string, T>();
  return (value) => {
    const key = Buffer.from(value).toString('latin1');
    const known = recent.get(key);
    if (known !== undefined) return known;
    const found = before.get(key) ?? read(value);
    if (recent.size >= REMEMBERED) {
      before = recent;
      recent = new Map();
    }
    recent.set(key, found);
    return found;
  };
}
