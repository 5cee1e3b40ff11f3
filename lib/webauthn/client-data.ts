/** Where passkeys belong: the relying party's id, and the origins whose pages may ask for a touch. */
export type RelyingParty = { readonly rpId: string; readonly origins: readonly string[] };

/** What the browser says about the page that asked: WebAuthn Level 3 section 5.8.1. */
export type ClientData = { type: string; challenge: string; origin: string };

const LONGEST = 4096;

/**
 * Reads clientDataJSON.
 *
 * @returns null when it is not that, or the page stood in a frame of another site
 */
export function readClientData(bytes: Uint8Array): ClientData | null {
  if (bytes.length > LONGEST) return null;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { type, challenge, origin, crossOrigin, topOrigin } = value as Record<string, unknown>;
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string') return null;
  if ((crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined) return null;
  return { type, challenge, origin };
}
