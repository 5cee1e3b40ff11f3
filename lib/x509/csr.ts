import { constants, createPublicKey, hash, verify } from 'node:crypto';

import { HubgateError } from '../errors';
import { readCsrExtensions } from './csr-extensions';
import { type CsrSignature, readCsrSignature } from './csr-signature';
import { type DerNode, DerError, readDer, TAG } from './der';
import { readDirectoryName } from './directory-string';
import { spkiSha256 } from './key-id';
import { type KeyInfo, keyLabel, readSpki } from './key-info';
import { formatName } from './name';
import { OID } from './oids';
import { findTextFault } from './printable-text';

declare const parsedCsr: unique symbol;

/** A CSR that parseCsr() read. Its signature counts only after verifyCsrSignature(). */
export type ParsedCsr = {
  readonly [parsedCsr]: true;
  readonly der: Uint8Array;
  /** SHA-256 of the DER, lower-case hex. */
  readonly sha256: string;
  readonly spki: Uint8Array;
  readonly spkiSha256: string;
  readonly key: KeyInfo;
  readonly keyLabel: string;
  /** The proposed subject, RFC 4514. */
  readonly subject: string;
  readonly commonName: string | null;
  /** From the subject and from the requested alternative names. */
  readonly emails: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  /** Asked for and not granted, by name; `basicConstraints (CA:TRUE)` is told apart. */
  readonly ignoredExtensions: readonly string[];
  /** e.g. `SHA-256 with RSA`. */
  readonly signatureAlgorithm: string;
  /** What the signature is over, the signature, and how it was made. */
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
  readonly signedBy: CsrSignature;
};

/**
 * Parses a CSR strictly (PKCS#10, RFC 2986) and cheaply; the strength of its key is judged elsewhere
 * (key-checks.ts), its signature by verifyCsrSignature(). Read by our strict reader alone: the library
 * opens every string that might hold DER, and a few KiB of nonsense in one cost it 25 to 150 ms
 * (docs/decisions/0027-intake.md). The tests hold what is accepted against the library's reading.
 *
 * @param der what readCsrInput() returned, or what was stored of it
 * @throws {HubgateError} `csr.malformed`, `csr.truncated`, `csr.trailing-data`, `csr.key-type`,
 *   `csr.ec-curve`, `csr.ec-point`, `csr.signature-algorithm`, `csr.text`
 */
export function parseCsr(der: Uint8Array): ParsedCsr {
  const { info, algorithm, signature, subject, spki } = structure(der);
  const key = readSpki(spki.bytes);
  const signedBy = readCsrSignature(algorithm);
  if (key.type !== signedBy.keyType) throw signatureWrong();
  const name = readDirectoryName(subject);
  for (const { label, value } of name.attributes) refuseFault(label, value);
  const extensions = readCsrExtensions(info.children[3]);
  for (const email of extensions.emails) refuseFault('e-mail address', email);
  for (const dnsName of extensions.dnsNames) refuseFault('host name', dnsName);
  const values = (id: string): string[] =>
    name.attributes.filter((one) => one.oid === id).map((one) => one.value);
  const bytes = Uint8Array.from(der);
  return {
    der: bytes,
    sha256: hash('sha256', bytes, 'hex'),
    spki: Uint8Array.from(spki.bytes),
    spkiSha256: spkiSha256(spki.bytes),
    key,
    keyLabel: keyLabel(key),
    subject: formatName(name.rdns),
    commonName: values(OID.commonName).at(-1) ?? null,
    emails: [...new Set([...values(OID.emailAddress), ...extensions.emails])],
    dnsNames: extensions.dnsNames,
    ipAddresses: extensions.ipAddresses,
    ignoredExtensions: extensions.ignored,
    signatureAlgorithm: signedBy.name,
    signed: Uint8Array.from(info.bytes),
    signature: Uint8Array.from(signature.content.subarray(1)),
    signedBy,
  } satisfies Omit<ParsedCsr, typeof parsedCsr> as unknown as ParsedCsr;
}

type Structure = { info: DerNode; algorithm: DerNode; signature: DerNode; subject: DerNode; spki: DerNode };

function structure(der: Uint8Array): Structure {
  let root: DerNode;
  try {
    root = readDer(der);
  } catch (thrown) {
    throw malformed(thrown);
  }
  const [info, algorithm, signature] = root.children;
  const [version, subject, spki, attributes] = info?.children ?? [];
  const formed =
    root.tag === TAG.sequence &&
    root.children.length === 3 &&
    info?.tag === TAG.sequence &&
    algorithm?.tag === TAG.sequence &&
    algorithm.children[0]?.tag === TAG.oid &&
    signature?.tag === TAG.bitString &&
    signature.content[0] === 0 &&
    version?.tag === TAG.integer &&
    version.content.length === 1 &&
    version.content[0] === 0 && // RFC 2986 section 4.1: v1 is 0
    subject?.tag === TAG.sequence &&
    spki?.tag === TAG.sequence &&
    // Mandatory, but some old programs leave the empty attributes out.
    (info.children.length === 3 || (info.children.length === 4 && attributes?.tag === 0xa0));
  if (!formed) throw malformed();
  return { info, algorithm, signature, subject, spki };
}

function malformed(thrown?: unknown): HubgateError {
  const fault = thrown instanceof DerError ? thrown.fault : 'malformed';
  const [code, sentence] = (
    {
      truncated: ['csr.truncated', 'The end of this CSR is missing. Send the whole file.'],
      trailing: [
        'csr.trailing-data',
        'Something follows behind this CSR. Send the CSR file alone, as it was made.',
      ],
      malformed: ['csr.malformed', 'This CSR is damaged or was made by a faulty program. Make it again.'],
    } as const
  )[fault];
  return new HubgateError(code, sentence, { field: 'csr', cause: thrown });
}

// RFC 5280 appendix A.1 allows 64 characters for a name's parts and 255 for an e-mail address.
const MAX_TEXT = 255;

function refuseFault(label: string, value: string): void {
  const fault = value === '' ? null : findTextFault(value, MAX_TEXT);
  if (fault === null) return;
  throw new HubgateError(
    'csr.text',
    `The ${label} in this CSR ${fault.words}. Make the CSR again and type the names by hand.`,
    { field: 'csr', params: { part: label, reason: fault.reason } },
  );
}

/**
 * Verifies that the CSR was signed by its own key (proof of possession), off the event loop.
 *
 * @throws {HubgateError} `csr.signature`
 */
export async function verifyCsrSignature(csr: ParsedCsr): Promise<void> {
  const holds = await new Promise<boolean>((resolve) => {
    try {
      const { digest, pssSaltOctets } = csr.signedBy;
      const key = createPublicKey({ key: Buffer.from(csr.spki), format: 'der', type: 'spki' });
      const input =
        pssSaltOctets === null
          ? key
          : { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: pssSaltOctets };
      verify(digest, csr.signed, input, csr.signature, (error, ok) => resolve(error === null && ok));
    } catch {
      resolve(false); // OpenSSL refuses the key or the signature's form
    }
  });
  if (!holds) throw signatureWrong();
}

function signatureWrong(): HubgateError {
  return new HubgateError(
    'csr.signature',
    "The CSR's signature does not belong to its key. The file was changed or damaged: make the CSR again.",
    { field: 'csr' },
  );
}
