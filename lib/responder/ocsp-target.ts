/** Where OCSP is answered: `/ocsp` for POST, `/ocsp/{base64}` for GET (RFC 6960 appendix A.1). */
const PLACE = /^\/ocsp(?:\/|$)/;

/** True when a request target is ours: its path, not decoded, without the query. */
export function isOcspTarget(target: string): boolean {
  return PLACE.test(target.split('?', 1)[0] ?? '');
}

/**
 * The OCSPRequest in the address of a GET: base64, percent-encoded or not. Clients leave `/` and `+`
 * as they are, or encode them, or end the responder's address with one slash more; DER begins with
 * `M`, so leading slashes carry nothing.
 *
 * @returns null when it is not base64
 */
export function requestInTarget(target: string): Uint8Array | null {
  const path = target.split('?', 1)[0] ?? '';
  let text = path.replace(/^\/ocsp\/*/, '');
  if (text.includes('%')) {
    try {
      text = decodeURIComponent(text).replace(/^\/+/, '');
    } catch {
      return null;
    }
  }
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  return Buffer.from(text, 'base64');
}
