/**
 * Base64url without padding (RFC 4648 section 5), as WebAuthn writes bytes. One text per byte string:
 * what decodes alike but is written otherwise (padding, stray bits, blanks) is refused.
 *
 * @returns null for anything else
 */
export function fromBase64url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}

export function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
