import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** What a visitor's browser showed in the handshake, and what OpenSSL made of it. */
export type ShownCertificate =
  | { verify: 'NONE' }
  | ({ verify: 'SUCCESS' } & Details)
  | ({ verify: 'FAILED'; reason: string; why: 'expired' | 'not-yet-valid' | 'unknown-issuer' } & Details);

type Details = {
  /** One line, as Apache's `%{SSL_CLIENT_CERT}s`: each newline is a blank. */
  pem: string;
  /** RFC 2253, most specific part first; UTF-8 bytes as latin1, ready for a header. */
  subject: string;
  issuer: string;
  /** Upper-case hex of even length, as Apache prints it. */
  serial: string;
  commonName: string | null;
  /** Organizational units, in the order of the certificate. */
  units: readonly string[];
  notBefore: string;
  notAfter: string;
};

/** OpenSSL's codes (X509_V_ERR_…, verify(1)) in its own words; other codes are worded by themselves. */
const REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate has expired',
  CERT_NOT_YET_VALID: 'certificate is not yet valid',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self-signed certificate in certificate chain',
  UNABLE_TO_GET_ISSUER_CERT: 'unable to get issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to verify the first certificate',
  CERT_SIGNATURE_FAILURE: 'certificate signature failure',
  INVALID_PURPOSE: 'unsuitable certificate purpose',
  INVALID_CA: 'invalid CA certificate',
};

const NONE: ShownCertificate = { verify: 'NONE' };

// A connection carries many requests: the certificate is taken apart once.
const parsed = new WeakMap<TLSSocket, { certificate: X509Certificate; details: Details }>();

/**
 * The certificate of a connection at the gate. Asked for each request: a certificate can expire
 * while its connection is open.
 *
 * @param now the front's clock
 */
export function shownCertificate(socket: TLSSocket, now: Date): ShownCertificate {
  let known = parsed.get(socket);
  if (known === undefined) {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return NONE;
    known = { certificate, details: detailsOf(certificate) };
    parsed.set(socket, known);
  }
  const { certificate, details } = known;
  const code = socket.authorized
    ? validityError(certificate, now)
    : (errorCode(socket.authorizationError) ?? 'UNSPECIFIED');
  if (code === null) return { verify: 'SUCCESS', ...details };
  const reason = REASONS[code] ?? code.toLowerCase().replaceAll('_', ' ');
  return { verify: 'FAILED', reason, why: whyOf(code), ...details };
}

function whyOf(code: string): 'expired' | 'not-yet-valid' | 'unknown-issuer' {
  if (code === 'CERT_HAS_EXPIRED') return 'expired';
  if (code === 'CERT_NOT_YET_VALID') return 'not-yet-valid';
  return 'unknown-issuer';
}

/** Node's types say Error; at run time it is OpenSSL's code as a string, or an Error that has one. */
function errorCode(error: unknown): string | null {
  if (error instanceof Error) return (error as NodeJS.ErrnoException).code ?? error.message;
  return typeof error === 'string' ? error : null;
}

function validityError(certificate: X509Certificate, now: Date): string | null {
  if (now > new Date(certificate.validTo)) return 'CERT_HAS_EXPIRED';
  if (now < new Date(certificate.validFrom)) return 'CERT_NOT_YET_VALID';
  return null;
}

function detailsOf(certificate: X509Certificate): Details {
  return {
    pem: certificate.toString().trim().replace(/\r?\n/g, ' '),
    subject: headerText(oneLine(certificate.subject)),
    issuer: headerText(oneLine(certificate.issuer)),
    serial:
      certificate.serialNumber.length % 2 === 0 ? certificate.serialNumber : `0${certificate.serialNumber}`,
    commonName: commonNameOf(certificate.subject),
    units: valuesOf(certificate.subject, 'OU'),
    notBefore: certificate.validFrom,
    notAfter: certificate.validTo,
  };
}

/** Node gives one RDN per line, the most general first; OpenSSL has escaped newlines inside values. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').reverse().join(',');
}

function commonNameOf(subject: string | undefined): string | null {
  const names = valuesOf(subject, 'CN');
  // None, or several: no name to look up, rather than a guess.
  return names.length === 1 ? names[0] || null : null;
}

function valuesOf(subject: string | undefined, type: 'CN' | 'OU'): string[] {
  return (
    (subject ?? '')
      // One RDN a line; of several values in one they stand behind ` + `, which within a value is escaped.
      .split(/\n| \+ /)
      .filter((part) => part.startsWith(`${type}=`))
      .map((part) => part.slice(type.length + 1).replace(/\\([0-9A-F]{2}|.)/gi, unescape2253))
  );
}

function unescape2253(_whole: string, escaped: string): string {
  return escaped.length === 2 ? String.fromCharCode(parseInt(escaped, 16)) : escaped;
}

/** UTF-8 bytes as latin1, the only form in which Node sends them; what no header may hold becomes `?`. */
function headerText(text: string): string {
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => (byte < 0x20 || byte === 0x7f ? '?' : String.fromCharCode(byte)))
    .join('');
}
