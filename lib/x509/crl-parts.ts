import { derValue, readDerParts, TAG } from './der';

/** A CRL's TBS taken apart: its long list, and the rest as a TBS of its own that libraries can read. */
export type CrlParts = {
  /** The same TBS without `revokedCertificates`. */
  head: Uint8Array;
  issuerDer: Uint8Array;
  /** `revokedCertificates`, header included; null when nothing is revoked. */
  list: Uint8Array | null;
};

const TIMES: ReadonlySet<number | undefined> = new Set([TAG.utcTime, TAG.generalizedTime]);

/**
 * Finds the list in a TBSCertList (RFC 5280 section 5.1): behind version, algorithm, issuer and one or
 * two times, the only SEQUENCE there.
 *
 * @throws {RangeError} when these are not there
 */
export function splitCrlTbs(tbs: Uint8Array): CrlParts {
  const parts = readDerParts(tbs);
  const version = parts[0]?.[0] === TAG.integer ? 1 : 0;
  const issuerDer = parts[version + 1];
  const afterTimes = version + (TIMES.has(parts[version + 3]?.[0]) ? 4 : 3);
  if (issuerDer === undefined || parts.length < afterTimes) throw new RangeError('It ends too early.');
  const list = parts[afterTimes]?.[0] === TAG.sequence ? (parts[afterTimes] ?? null) : null;
  const rest = list === null ? parts : parts.filter((part) => part !== list);
  return { head: derValue(TAG.sequence, ...rest), issuerDer, list };
}
