import { trustHintName } from './trust-hint';

/** What the canary told: a connection to it succeeds only where the root CA is really trusted. */
export type TrustAnswer =
  | { state: 'trusted'; proof: string | null }
  | { state: 'untrusted' }
  /** The DNS has no such name: the centre has to make it, and this browser showed nothing. */
  | { state: 'unresolved' }
  /** The portal itself did not answer: nothing is known. */
  | { state: 'unknown' };

const HINT_SECONDS = 30 * 86_400;
const PATIENCE_MS = 8000;

/**
 * Tries a connection that only the root CA can vouch for, and brings back the canary's proof.
 *
 * Clicking a warning away on the portal's name does not carry over to another host name, so the
 * fetch fails unless the root is trusted. On plain http the canary's answer
 * cannot be read; there the bare connection is the answer.
 */
export async function probeTrust(canaryUrl: string): Promise<TrustAnswer> {
  const readable = location.protocol === 'https:';
  const asked = await askPortal();
  // A page on plain http reads no proof, so it needs none of the portal's nonces.
  if (asked === null && readable) return { state: 'unknown' };
  const { nonce, canaryExists } = asked ?? { nonce: ownNonce(), canaryExists: true };
  try {
    const answer = await fetch(`${canaryUrl}/trust/proof?nonce=${encodeURIComponent(nonce)}`, {
      cache: 'no-store',
      mode: readable ? 'cors' : 'no-cors',
      credentials: 'omit',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    remember(canaryUrl, true);
    if (!readable || !answer.ok) return { state: 'trusted', proof: null };
    return { state: 'trusted', proof: ((await answer.json()) as { proof: string }).proof };
  } catch {
    if (!canaryExists) return { state: 'unresolved' };
    remember(canaryUrl, false);
    return { state: 'untrusted' };
  }
}

/** A nonce, and whether there is a canary at all; null when the portal does not answer. */
async function askPortal(): Promise<{ nonce: string; canaryExists: boolean } | null> {
  try {
    const answer = await fetch('/trust/nonce', {
      cache: 'no-store',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return answer.ok ? ((await answer.json()) as { nonce: string; canaryExists: boolean }) : null;
  } catch {
    return null;
  }
}

/** For the plain address, where no proof comes back anyhow. */
function ownNonce(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function remember(canaryUrl: string, trusted: boolean): void {
  const value = trusted ? String(Math.floor(Date.now() / 1000)) : '';
  document.cookie = `${trustHintName(canaryUrl)}=${value}; Path=/; SameSite=Lax; Max-Age=${trusted ? HINT_SECONDS : 0}`;
}
