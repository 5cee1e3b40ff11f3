import type { RevocationReason } from '../../wire/records';

/** One line of an index as `openssl ca` and easy-rsa keep it. */
export type IndexEntry = {
  /** Lower-case hex of even length, without leading zero octets. */
  readonly serial: string;
  readonly notAfter: Date;
  /** Null for a certificate that was never revoked. */
  readonly revocation: { readonly at: Date; readonly reason: RevocationReason } | null;
  /** RFC 4514, as far as the line can tell: it joins the parts with `/` and escapes none. */
  readonly subject: string;
  readonly commonName: string;
};

export type IndexFault = { readonly line: number; readonly why: string };

/** 256 MiB: a million certificates have half of it. */
export const INDEX_MAX_BYTES = 256 * 1024 * 1024;

/**
 * Reads an OpenSSL certificate database (openssl-ca(1), apps/lib/apps.c and crypto/txt_db): one
 * certificate a line, six fields between tabs: status `V`, `R` or `E`, end, revocation
 * (`time[,reason[,more]]`), serial, file name, subject. A tab inside a field is written `\<tab>`.
 *
 * Nothing is guessed: a line that does not say all of that is a fault, and so is a serial that stands
 * twice, since revoking one of them would mean both.
 */
export function parseIndex(text: string): { entries: IndexEntry[]; faults: IndexFault[] } {
  const entries: IndexEntry[] = [];
  const faults: IndexFault[] = [];
  const seen = new Set<string>();
  text.split('\n').forEach((raw, at) => {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '' || line.startsWith('#')) return;
    const read = readLine(line);
    const why =
      typeof read === 'string'
        ? read
        : seen.has(read.serial)
          ? `the serial ${read.serial} stands there twice`
          : null;
    if (why !== null) faults.push({ line: at + 1, why });
    else if (typeof read !== 'string') {
      seen.add(read.serial);
      entries.push(read);
    }
  });
  return { entries, faults };
}

/** The entry, or why the line is none. */
function readLine(line: string): IndexEntry | string {
  const fields = line.split(/(?<!\\)\t/).map((field) => field.replaceAll('\\\t', '\t'));
  if (fields.length !== 6) return `it has ${fields.length} fields and not six`;
  const [status = '', end = '', revoked = '', number = '', , subject = ''] = fields;
  const notAfter = indexTime(end);
  if (notAfter === null) return `its end ${shown(end)} is no time`;
  const serial = indexSerial(number);
  if (serial === null) return `${shown(number)} is no serial`;
  const entry = { serial, notAfter, ...readSubject(subject) };
  if (status === 'R') {
    const revocation = readRevocation(revoked);
    return typeof revocation === 'string' ? revocation : { ...entry, revocation };
  }
  if (status !== 'V' && status !== 'E') return `its status ${shown(status)} is not V, R or E`;
  // `openssl ca -updatedb` writes E for what ended; a revocation time there would be a hand's work.
  if (revoked !== '') return `it is ${status} and has a revocation as well`;
  return { ...entry, revocation: null };
}

/**
 * A serial as an index or serial file writes it: hex, upper case, even. RFC 5280 section 4.1.2.2
 * allows 20 octets.
 *
 * @returns lower-case hex without leading zero octets; null for anything else
 */
export function indexSerial(text: string): string | null {
  if (!/^[0-9A-Fa-f]{1,42}$/.test(text)) return null;
  const even = text.length % 2 === 0 ? text : `0${text}`;
  const serial = even.toLowerCase().replace(/^(?:00)+(?=..)/, '');
  return serial.length <= 40 && serial !== '00' ? serial : null;
}

/** UTCTime or GeneralizedTime in text, always with seconds and Z (RFC 5280 section 4.1.2.5). */
function indexTime(text: string): Date | null {
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (!match) return null;
  const [, years = '', month, day, hour, minute, second] = match;
  const year = years.length === 4 ? years : `${Number(years) < 50 ? '20' : '19'}${years}`;
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const instant = new Date(iso);
  // The 31st of February would roll over into March.
  return Number.isNaN(instant.getTime()) || instant.toISOString() !== iso ? null : instant;
}

/**
 * `crl_reasons` of OpenSSL's apps/ca.c, by what they mean in a CRL. The last three carry a further
 * field (an OID, a time) that has no place in ours. `removeFromCRL` stood in a full CRL as an entry
 * like any other, so that verifiers refuse the certificate: it stays refused.
 */
const REASONS: Readonly<Record<string, RevocationReason>> = {
  unspecified: 'unspecified',
  keyCompromise: 'keyCompromise',
  CACompromise: 'cACompromise',
  affiliationChanged: 'affiliationChanged',
  superseded: 'superseded',
  cessationOfOperation: 'cessationOfOperation',
  certificateHold: 'certificateHold',
  privilegeWithdrawn: 'privilegeWithdrawn',
  removeFromCRL: 'unspecified',
  holdInstruction: 'certificateHold',
  keyTime: 'keyCompromise',
  CAkeyTime: 'cACompromise',
};

function readRevocation(text: string): { at: Date; reason: RevocationReason } | string {
  const [time = '', name = 'unspecified'] = text.split(',');
  const at = indexTime(time);
  if (at === null) return `its revocation ${shown(text)} has no time`;
  const reason = Object.hasOwn(REASONS, name) ? REASONS[name] : undefined;
  return reason === undefined ? `its revocation reason ${shown(name)} is not known` : { at, reason };
}

/** `/DC=x/O=y/CN=z`: the oneline form escapes nothing, so a slash is a border only before `TYPE=`. */
function readSubject(oneline: string): { subject: string; commonName: string } {
  const parts = oneline.split(/\/(?=[A-Za-z][A-Za-z0-9.]{0,31}=)/).filter((part) => part !== '');
  const commonName = unescape(parts.findLast((part) => part.startsWith('CN='))?.slice(3) ?? '');
  return { subject: parts.reverse().map(escapePart).join(','), commonName };
}

/** X509_NAME_oneline(3) writes octets beyond ASCII as `\\xC3\\xA9`; UTF-8 where it is that. */
function unescape(text: string): string {
  return text.replace(/(?:\\x[0-9A-F]{2})+/g, (escaped) => {
    const decoded = Buffer.from(escaped.replaceAll('\\x', ''), 'hex').toString('utf8');
    return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{fffd}]/u.test(decoded) ? escaped : decoded;
  });
}

/** RFC 4514 section 2.4, for what may stand in a list beside names that were read from certificates. */
function escapePart(part: string): string {
  const at = part.indexOf('=');
  const value = unescape(part.slice(at + 1)).replace(/["+,;<>]/g, '\\$&');
  return `${part.slice(0, at)}=${value}`;
}

const shown = (text: string): string => JSON.stringify(text.slice(0, 40));
