import { HubgateError } from '../errors';
import { type DerNode, DerError, oidText, readDer, TAG } from './der';
import { decodeBase64, pemBlocks } from './pem';

/** The largest file that is looked at: an RSA 8192 CSR with a hundred names has 5 KiB. */
export const CSR_MAX_BYTES = 16 * 1024;

/**
 * Finds the certificate signing request in a file or a pasted text: PEM (also with CRLF, a byte
 * order mark, text around it, the label NEW CERTIFICATE REQUEST, or as UTF-16 from a Windows
 * shell), bare base64, or DER. What is something else is named, and a private key above all: the
 * caller must neither store nor log it.
 *
 * @returns the DER, not yet parsed: parseCsr()
 * @throws {HubgateError} `csr.too-large`, `csr.private-key`, `csr.certificate`, `csr.several`,
 *   `csr.truncated`, `csr.trailing-data`, `csr.malformed`
 */
export function readCsrInput(bytes: Uint8Array): Uint8Array {
  if (bytes.length > CSR_MAX_BYTES) {
    throw refusal(
      'csr.too-large',
      `This file has more than ${CSR_MAX_BYTES / 1024} KiB, so it is not a CSR. Send the CSR file alone.`,
    );
  }
  const text = decodeText(bytes);
  refusePrivateKeyText(text);
  if (text.includes('-----BEGIN ')) return fromPemText(text);
  const der = bytes[0] === TAG.sequence && !isBase64Text(text) ? bytes : fromBareBase64(text);
  return checkKind(der);
}

function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('latin1').decode(bytes).replace(/^\u00ef\u00bb\u00bf/, '');
}

function refusePrivateKeyText(text: string): void {
  // Any PEM label that ends so: PKCS#8, encrypted, RSA, EC, DSA, OPENSSH, PGP's block; and PuTTY's.
  if (
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key-File-|openssh-key-v1\0|b3BlbnNzaC1rZXktdj/.test(
      text,
    )
  ) {
    throw privateKey();
  }
}

function fromPemText(text: string): Uint8Array {
  const blocks = pemBlocks(text);
  const requests = blocks.filter(({ label }) => /^(?:NEW )?CERTIFICATE REQUEST$/.test(label));
  if (blocks.length > 1 && requests.length > 0) {
    throw refusal(
      'csr.several',
      'There are several blocks in this text. Send exactly one CSR: one block that begins with BEGIN CERTIFICATE REQUEST.',
    );
  }
  const [request] = requests;
  if (request !== undefined) return checkKind(decodeBody(request.body));
  if (blocks.some(({ label }) => /CERTIFICATE|PKCS7|CMS/.test(label))) throw certificate();
  if (/-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----/.test(text)) throw truncated();
  throw notACsr();
}

function decodeBody(body: string): Uint8Array {
  const lines = body.replace(/\s+/g, '');
  if (/^[A-Za-z0-9+/]+={0,2}$/.test(lines) && lines.length % 4 !== 0) throw truncated();
  try {
    return decodeBase64(lines);
  } catch (cause) {
    throw notACsr(cause);
  }
}

const isBase64Text = (text: string): boolean => /^[A-Za-z0-9+/\s]{64,}={0,2}\s*$/.test(text);

function fromBareBase64(text: string): Uint8Array {
  if (!isBase64Text(text)) throw notACsr();
  return decodeBody(text);
}

/** Says what DER is when it is not a CSR. Looks at headers first, so that cut-off keys are found too. */
function checkKind(der: Uint8Array): Uint8Array {
  const inner = afterHeader(der);
  const first = inner[0];
  if (der[0] !== TAG.sequence || first === undefined) throw notACsr();
  // PKCS#8 (RFC 5958) and PKCS#1 keys, EC keys (RFC 5915), PKCS#12 files: SEQUENCE { INTEGER 0…3, …
  if (first === TAG.integer && inner[1] === 1 && (inner[2] ?? 9) <= 3) throw privateKey();
  let root: DerNode;
  try {
    root = readDer(der);
  } catch (thrown) {
    if (isEncryptedKey(inner)) throw privateKey();
    if (thrown instanceof DerError && thrown.fault === 'truncated') throw truncated();
    if (thrown instanceof DerError && thrown.fault === 'trailing') throw trailing();
    throw notACsr(thrown);
  }
  if (isEncryptedKey(inner)) throw privateKey();
  const signed = root.children[0];
  const holdsCertificate =
    signed?.children[0]?.tag === 0xa0 ||
    (signed !== undefined && signed.children.length >= 6) ||
    first === TAG.oid;
  if (holdsCertificate) throw certificate();
  return der;
}

function afterHeader(der: Uint8Array): Uint8Array {
  const length = der[1] ?? 0;
  return der.subarray(length < 0x80 ? 2 : 2 + (length & 0x7f));
}

/** EncryptedPrivateKeyInfo: SEQUENCE { SEQUENCE { OID of PKCS#5 or PKCS#12 encryption, … */
function isEncryptedKey(inner: Uint8Array): boolean {
  const algorithm = inner[0] === TAG.sequence ? afterHeader(inner) : new Uint8Array();
  const length = algorithm[1] ?? 0;
  if (algorithm[0] !== TAG.oid || algorithm.length < 2 + length) return false;
  return /^1\.2\.840\.113549\.1\.(?:5|12\.1)\./.test(oidText(algorithm.subarray(2, 2 + length)));
}

type InputCode = Extract<HubgateError['code'], `csr.${string}`>;

function refusal(code: InputCode, message: string, cause?: unknown): HubgateError {
  return new HubgateError(code, message, { field: 'csr', params: { kib: CSR_MAX_BYTES / 1024 }, cause });
}

const privateKey = (): HubgateError =>
  refusal(
    'csr.private-key',
    'This is a private key. Never send it to anybody. It was not kept here; send the CSR instead, and make a new key if others could have seen this one.',
  );
const certificate = (): HubgateError =>
  refusal(
    'csr.certificate',
    'This is a certificate, not a request for one. Send the CSR: the file that begins with BEGIN CERTIFICATE REQUEST.',
  );
const truncated = (): HubgateError =>
  refusal(
    'csr.truncated',
    'The end of this CSR is missing. Copy the whole file, with its BEGIN and END lines.',
  );
const trailing = (): HubgateError =>
  refusal('csr.trailing-data', 'Something follows behind this CSR. Send the CSR file alone, as it was made.');
const notACsr = (cause?: unknown): HubgateError =>
  refusal(
    'csr.malformed',
    'This is not a certificate signing request. Send the file that begins with BEGIN CERTIFICATE REQUEST, or its DER form.',
    cause,
  );
