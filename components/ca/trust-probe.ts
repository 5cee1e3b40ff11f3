import { trustHintName } from './trust-hint';

/** What the canary told: a connection to it succeeds only where the root CA is really trusted. */
export type TrustAnswer =
  | { state: 'trusted'; proof: string | null }
  | { state: 'untrusted' }
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
  let nonce = ownNonce();
  const readable = location.protocol === 'https:';
  if (readable) {
    try {
      const answer = await fetch('/trust/nonce', {
        cache: 'no-store',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (!answer.ok) return { state: 'unknown' };
      nonce = ((await answer.json()) as { nonce: string }).nonce;
    } catch {
      return { state: 'unknown' };
    }
  }
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
    remember(canaryUrl, false);
    return { state: 'untrusted' };
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
