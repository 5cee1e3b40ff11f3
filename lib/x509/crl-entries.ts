import { CRL_REASONS, type CrlEntry, type CrlReason } from './crl-plan';
import { TAG, toHex } from './der';

/** One entry of a CRL as our CAs write it, and where the next begins. */
export type ReadEntry = { entry: CrlEntry; next: number };

const REASON_OF = new Map(
  Object.entries(CRL_REASONS).map(([name, code]): [number, CrlReason] => [code, name as CrlReason]),
);

/** SEQUENCE { SEQUENCE { OID reasonCode, OCTET STRING { ENUMERATED … } } }, but for the last octet. */
const REASON_HEAD = [0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01] as const;

/**
 * Reads one entry of `revokedCertificates` (RFC 5280 section 5.1) that begins at this offset, in
 * exactly the form that our CAs write: serial, date, at most a reason code. Every other encoding,
 * extension or order gives null, so that equal entries mean equal bytes.
 *
 * By hand, since a list has a hundred thousand of them and the library takes 80 µs for each and
 * stops at ten thousand nodes. It shares no code with the writer (crl.ts); a test holds it against
 * the library's reading.
 */
export function readCrlEntry(bytes: Uint8Array, at: number): ReadEntry | null {
  const length = bytes[at + 1];
  // The longest has 23 + 17 + 14 octets: one octet of length always does.
  if (bytes[at] !== TAG.sequence || length === undefined || length >= 0x80) return null;
  const next = at + 2 + length;
  if (next > bytes.length) return null;

  const serialLength = bytes[at + 3];
  if (bytes[at + 2] !== TAG.integer || serialLength === undefined) return null;
  const timeAt = at + 4 + serialLength;
  if (timeAt >= next) return null;
  const serial = positiveInteger(bytes.subarray(at + 4, timeAt));
  const time = readTime(bytes, timeAt);
  if (serial === null || time === null || time.next > next) return null;
  const reason = readReason(bytes, time.next, next);
  return reason === null ? null : { entry: { serial, revokedAt: time.instant, reason }, next };
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 octets; in its shortest form. Lower-case hex. */
function positiveInteger(content: Uint8Array): string | null {
  const [first, second] = content;
  if (first === undefined || first >= 0x80) return null;
  if (first !== 0) return content.length <= 20 ? toHex(content) : null;
  return second !== undefined && second >= 0x80 && content.length <= 21 ? toHex(content.subarray(1)) : null;
}

/** RFC 5280 section 5.1.2.6: UTCTime through 2049, GeneralizedTime after, with seconds and Z. */
function readTime(bytes: Uint8Array, at: number): { instant: Date; next: number } | null {
  const utc = bytes[at] === TAG.utcTime;
  const digits = utc ? 12 : 14;
  if ((!utc && bytes[at] !== TAG.generalizedTime) || bytes[at + 1] !== digits + 1) return null;
  const start = at + 2;
  const pair = (index: number): number => {
    const tens = (bytes[start + 2 * index] ?? 0) - 0x30;
    const ones = (bytes[start + 2 * index + 1] ?? 0) - 0x30;
    return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? NaN : tens * 10 + ones;
  };
  if (bytes[start + digits] !== 0x5a) return null; // Z
  const century = utc ? (pair(0) < 50 ? 2000 : 1900) : pair(0) * 100;
  const rest = utc ? 0 : 1;
  const year = century + pair(rest);
  const [month, day, hour, minute, second] = [1, 2, 3, 4, 5].map((index) => pair(rest + index)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const instant = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const same =
    instant.getUTCMonth() === month - 1 &&
    instant.getUTCDate() === day &&
    instant.getUTCHours() === hour &&
    instant.getUTCMinutes() === minute &&
    instant.getUTCSeconds() === second;
  // NaN is never the same; neither is the 30th of February, nor a year in the other type's range.
  if (!same || utc !== year < 2050) return null;
  return { instant, next: start + digits + 1 };
}

function readReason(bytes: Uint8Array, at: number, end: number): CrlReason | null {
  if (at === end) return 'unspecified';
  if (end - at !== REASON_HEAD.length + 1) return null;
  if (REASON_HEAD.some((octet, index) => bytes[at + index] !== octet)) return null;
  const reason = REASON_OF.get(bytes[end - 1] ?? 0);
  // "Unspecified" is written by leaving the extension out (RFC 5280 section 5.3.1).
  return reason === undefined || reason === 'unspecified' ? null : reason;
}
