import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { HubgateError } from '../../errors';
import { isIssuedBy, parseCertificate, type CertificateInfo } from '../../x509/certificate';
import { isCrlSignedBy, parseCrl } from '../../x509/crl';
import { fromPem } from '../../x509/pem';
import type { OldCaFiles } from './find-old-cas';
import { INDEX_MAX_BYTES, parseIndex, type IndexEntry } from './index-file';
import { KEY_FILE_MAX_BYTES, oldKeyKind } from './old-key';

/** A CA of an old folder, read. */
export type OldCa = {
  readonly files: OldCaFiles;
  readonly certificate: CertificateInfo;
  readonly key: 'encrypted' | 'plain' | 'absent';
  readonly entries: readonly IndexEntry[];
  /** What it issued, as far as copies lie there, by serial. */
  readonly issued: ReadonlyMap<string, CertificateInfo>;
  /** Of the last revocation list that it issued; 0 when none was numbered. */
  readonly crlNumber: number;
  /** Its newest revocation list that verifies, DER. */
  readonly crl: Uint8Array | null;
  /** What is odd and stands in nobody's way, as sentences. */
  readonly notes: readonly string[];
};

/** A certificate of `openssl ca -text` has a page of prose before the PEM. */
const CERTIFICATE_MAX_BYTES = 128 * 1024;
const CRL_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Reads one CA whole: certificate, index, copies of what it issued, revocation lists and their
 * number. Nothing is written, no key is opened.
 *
 * @param known its certificate, when that is known already
 * @throws {HubgateError} `ca.import` when its certificate is missing or its index cannot be understood:
 *   half of it would be worse than nothing
 */
export function readOldCa(files: OldCaFiles, known?: CertificateInfo): OldCa {
  const certificate = known ?? caCertificateOf(files);
  const notes: string[] = [];
  const entries = files.index === null ? [] : entriesOf(files.index);
  const issued = issuedBy(certificate, files, notes);
  const crl = newestCrl(certificate, files, notes);
  return {
    files,
    certificate,
    key: keyKindOf(files.key),
    entries,
    issued,
    crlNumber: Math.max(lastCrlNumber(files.crlNumber), crl?.number ?? 0),
    crl: crl?.der ?? null,
    notes,
  };
}

/** A certificate that is a CA's, from PEM or DER; null for everything else. */
export function readCaCertificate(file: string): CertificateInfo | null {
  const certificate = readCertificate(file);
  return certificate?.isCa === true ? certificate : null;
}

function caCertificateOf({ name, certificate: file, index }: OldCaFiles): CertificateInfo {
  const certificate = file === null ? null : readCertificate(file);
  if (certificate === null) {
    throw refused(
      `There is an index (${index ?? 'none'}), but ${file === null ? 'no certificate' : `no readable certificate in ${file}`} ` +
        `of the CA ${name}. Name it: --certificate FILE.`,
    );
  }
  return certificate;
}

function entriesOf(index: string): IndexEntry[] {
  if (statSync(index).size > INDEX_MAX_BYTES) throw refused(`${index} is too large for an index.`);
  const { entries, faults } = parseIndex(readFileSync(index, 'utf8'));
  const [first] = faults;
  if (first === undefined) return entries;
  throw refused(
    `${index}, line ${first.line}: ${first.why}` +
      (faults.length > 1 ? `, and ${faults.length - 1} more lines cannot be understood` : '') +
      '. Mend a copy of the folder, then import that.',
  );
}

function issuedBy(
  ca: CertificateInfo,
  files: OldCaFiles,
  notes: string[],
): ReadonlyMap<string, CertificateInfo> {
  const found = new Map<string, CertificateInfo>();
  const twice = new Set<string>();
  for (const folder of files.certificates) {
    for (const name of readdirSync(folder).sort()) {
      if (!/\.(?:pem|crt|cer)$/.test(name)) continue;
      const certificate = readCertificate(join(folder, name));
      if (certificate === null || certificate.fingerprintSha256 === ca.fingerprintSha256) continue;
      const before = found.get(certificate.serial);
      if (before?.fingerprintSha256 === certificate.fingerprintSha256) continue;
      if (!isIssuedBy(certificate, ca)) continue;
      if (before === undefined) found.set(certificate.serial, certificate);
      else twice.add(certificate.serial);
    }
  }
  for (const serial of twice) {
    notes.push(
      `The serial ${serial} was given to two certificates. One is listed; revoking it revokes both.`,
    );
  }
  return found;
}

function newestCrl(
  ca: CertificateInfo,
  files: OldCaFiles,
  notes: string[],
): { number: number; der: Uint8Array } | null {
  const found: { number: number; der: Uint8Array; at: number }[] = [];
  for (const file of files.crls) {
    try {
      if (statSync(file).size > CRL_MAX_BYTES) continue;
      const bytes = readFileSync(file);
      const text = bytes.toString('latin1');
      const der = text.includes('-----BEGIN X509 CRL-----') ? fromPem(text, 'X509 CRL') : bytes;
      const { crlNumber, thisUpdate } = parseCrl(der);
      if (!isCrlSignedBy(der, ca)) continue;
      found.push({ number: safeNumber(crlNumber ?? 0, file), der, at: thisUpdate.getTime() });
    } catch (thrown) {
      if (thrown instanceof HubgateError) throw thrown;
      notes.push(`The revocation list ${file} cannot be read and is left aside.`);
    }
  }
  const newest = found.sort((a, b) => b.at - a.at)[0];
  return newest === undefined
    ? null
    : { der: newest.der, number: Math.max(...found.map(({ number }) => number)) };
}

/** The file holds the number of the next list, in hex as openssl-ca(1) says of `crlnumber`. */
function lastCrlNumber(file: string | null): number {
  if (file === null) return 0;
  const text = readFileSync(file, 'latin1').trim();
  if (!/^[0-9A-Fa-f]{1,40}$/.test(text)) {
    throw refused(`${file} holds no number of a revocation list: ${JSON.stringify(text.slice(0, 40))}.`);
  }
  return Math.max(0, safeNumber(Number(BigInt(`0x${text}`)), file) - 1);
}

/** Numbers count on from here; one beyond 2^53 would stop to rise. */
function safeNumber(number: number, file: string): number {
  if (Number.isSafeInteger(number + 1_000_000_000)) return number;
  throw refused(`The revocation list number in ${file} is too large to be counted on.`);
}

function keyKindOf(file: string | null): OldCa['key'] {
  if (file === null) return 'absent';
  try {
    if (statSync(file).size > KEY_FILE_MAX_BYTES) return 'absent';
    return oldKeyKind(readFileSync(file, 'latin1')) ?? 'absent';
  } catch {
    return 'absent';
  }
}

/** Null for what is no certificate: folders of CAs hold keys, requests and readme files too. */
function readCertificate(file: string): CertificateInfo | null {
  try {
    const { size } = statSync(file);
    if (size > CERTIFICATE_MAX_BYTES) return null;
    const bytes = readFileSync(file);
    return parseCertificate(bytes[0] === 0x30 ? bytes : bytes.toString('latin1'));
  } catch {
    return null;
  }
}

const refused = (message: string): HubgateError => new HubgateError('ca.import', message);
