import { fromPem } from '../x509/pem';
import type { HeaderBag } from './front-trust';
import type { CertificateVia } from './status';

/** An RSA-8192 certificate with long names is below 8 KiB; escaping at most triples it. */
const HEADER_MAX_LENGTH = 32 * 1024;

/** What the front said, not yet believed. */
export type FrontReport = {
  via: CertificateVia | null;
  /** The front's own verdict; `unsaid` where it forwards the certificate without one. */
  verdict: 'SUCCESS' | 'NONE' | 'FAILED' | 'unsaid';
  /** The front's words after `FAILED:`. */
  failure: string | null;
  /** The certificate, when it was forwarded and could be decoded. */
  der: Uint8Array | null;
  /** True when a certificate header was there but is no certificate. */
  unreadable: boolean;
};

/**
 * Reads the headers by which a front tells which client certificate it saw: X-SSL-Client-Verify and
 * X-SSL-Client-Cert as the embedded front, Apache and nginx send them, or RFC 9440's Client-Cert.
 * The names and dates that come along are for people's logs; only the certificate itself is read.
 * Never throws, whatever they hold.
 */
export function readFrontReport(headers: HeaderBag): FrontReport {
  const verify = (headers.get('x-ssl-client-verify') ?? '').slice(0, 500).trim();
  const classic = headers.get('x-ssl-client-cert');
  const rfc9440 = headers.get('client-cert');
  const { verdict, failure } = readVerdict(verify);
  if (isPresent(classic)) {
    const der = decodeForwardedPem(classic);
    return { via: formOf(classic), verdict, failure, der, unreadable: der === null };
  }
  if (isPresent(rfc9440)) {
    const der = decodeRfc9440(rfc9440);
    return { via: 'rfc9440', verdict, failure, der, unreadable: der === null };
  }
  return { via: verify === '' ? null : 'apache', verdict, failure, der: null, unreadable: false };
}

/** Apache writes `(null)` for a variable that is not set. */
function isPresent(value: string | null): value is string {
  return value !== null && value.trim() !== '' && value.trim() !== '(null)';
}

function readVerdict(verify: string): Pick<FrontReport, 'verdict' | 'failure'> {
  if (verify === 'SUCCESS') return { verdict: 'SUCCESS', failure: null };
  if (verify === 'NONE') return { verdict: 'NONE', failure: null };
  if (verify === '' || verify === '(null)') return { verdict: 'unsaid', failure: null };
  // Apache: FAILED:reason, GENEROUS; nginx: FAILED:reason. Whatever is not SUCCESS is a failure.
  return { verdict: 'FAILED', failure: verify.replace(/^FAILED:?\s*/, '') };
}

/** nginx's $ssl_client_escaped_cert is %-escaped; the others are one line with blanks, or bare base64. */
function formOf(value: string): CertificateVia {
  return /%0A|%20|%2B|%3D/i.test(value) ? 'nginx' : 'apache';
}

/**
 * A certificate from a header, in any of the forms in use: PEM with its newlines turned into blanks
 * (Apache), into tabs (nginx's deprecated $ssl_client_cert), %-escaped (nginx's
 * $ssl_client_escaped_cert), or the bare base64 of the DER. Null when it is none of them.
 */
export function decodeForwardedPem(value: string): Uint8Array | null {
  if (value.length > HEADER_MAX_LENGTH) return null;
  try {
    const text = value.includes('%') ? decodeURIComponent(value) : value;
    if (text.includes('-----BEGIN')) return nonEmpty(fromPem(text, 'CERTIFICATE'));
    return decodeBase64(text.replace(/\s+/g, ''));
  } catch {
    return null;
  }
}

/** RFC 9440 section 2.1: a byte sequence of RFC 8941, base64 between colons. */
export function decodeRfc9440(value: string): Uint8Array | null {
  if (value.length > HEADER_MAX_LENGTH) return null;
  const match = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(value.trim());
  return match?.[1] === undefined ? null : decodeBase64(match[1]);
}

function decodeBase64(text: string): Uint8Array | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0) return null;
  return nonEmpty(new Uint8Array(Buffer.from(text, 'base64')));
}

function nonEmpty(bytes: Uint8Array): Uint8Array | null {
  return bytes.byteLength === 0 ? null : bytes;
}
