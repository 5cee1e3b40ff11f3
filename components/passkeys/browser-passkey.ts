import type { NewPasskeyAnswer } from '#lib/identity/add-passkey';
import type { PasskeyWish } from '#lib/identity/begin-passkey';
import type { TouchAnswer, TouchQuestion } from '#lib/identity/touch-answer';

/** What can go wrong between browser and passkey, for a sentence of each. */
export type PasskeyTrouble = 'unsupported' | 'cancelled' | 'known' | 'elsewhere' | 'failed';

/** The browser or the passkey did not go along; nothing was sent. */
export class PasskeyError extends Error {
  override readonly name = 'PasskeyError';
  constructor(
    readonly trouble: PasskeyTrouble,
    cause?: unknown,
  ) {
    super(trouble, { cause });
  }
}

/**
 * Has the browser make a new passkey, without attestation: who it belongs to is decided by people.
 *
 * @throws {PasskeyError}
 */
export async function makePasskey(wish: PasskeyWish): Promise<NewPasskeyAnswer> {
  const made = await ask(() =>
    navigator.credentials.create({
      publicKey: {
        challenge: bytesOf(wish.challenge),
        rp: { id: wish.rpId, name: wish.rpName },
        user: { id: bytesOf(wish.user.id), name: wish.user.name, displayName: wish.user.name },
        pubKeyCredParams: wish.algorithms.map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: wish.exclude.map(descriptor),
        authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
        attestation: 'none',
        timeout: wish.timeoutMs,
      },
    }),
  );
  const { response } = made;
  if (!(response instanceof AuthenticatorAttestationResponse) || !('getAuthenticatorData' in response)) {
    throw new PasskeyError('unsupported');
  }
  return {
    authenticatorData: textOf(response.getAuthenticatorData()),
    clientDataJSON: textOf(response.clientDataJSON),
  };
}

/**
 * Has the browser ask for a touch of one of these passkeys, with PIN or finger.
 *
 * @throws {PasskeyError}
 */
export async function askTouch(wish: TouchQuestion): Promise<TouchAnswer> {
  const touched = await ask(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(wish.challenge),
        rpId: wish.rpId,
        allowCredentials: wish.allow.map(descriptor),
        userVerification: 'required',
        timeout: wish.timeoutMs,
      },
    }),
  );
  const { response } = touched;
  if (!(response instanceof AuthenticatorAssertionResponse)) throw new PasskeyError('failed');
  return {
    id: touched.id,
    authenticatorData: textOf(response.authenticatorData),
    clientDataJSON: textOf(response.clientDataJSON),
    signature: textOf(response.signature),
  };
}

async function ask(call: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (typeof PublicKeyCredential !== 'function') throw new PasskeyError('unsupported');
  let credential: Credential | null;
  try {
    credential = await call();
  } catch (thrown) {
    throw new PasskeyError(troubleOf(thrown), thrown);
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyError('failed');
  return credential;
}

/** WebAuthn Level 3, sections 5.1.3 and 5.1.4: what the browser says by the error's name. */
function troubleOf(thrown: unknown): PasskeyTrouble {
  switch (thrown instanceof DOMException ? thrown.name : '') {
    case 'NotAllowedError':
    case 'AbortError':
      return 'cancelled';
    case 'InvalidStateError':
      return 'known';
    case 'SecurityError':
      return 'elsewhere';
    case 'NotSupportedError':
      return 'unsupported';
    default:
      return 'failed';
  }
}

const descriptor = (id: string): PublicKeyCredentialDescriptor => ({ type: 'public-key', id: bytesOf(id) });

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

function textOf(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (octet) => String.fromCharCode(octet)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/u, '');
}
