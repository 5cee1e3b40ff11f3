import { createHash } from 'node:crypto';

import { readAuthenticatorData } from './authenticator-data';
import { fromBase64url } from './base64url';
import { readClientData, type RelyingParty } from './client-data';
import { readCoseKey } from './cose-key';

/** A new passkey, as the browser hands it out; both fields base64url. */
export type Registration = { authenticatorData: string; clientDataJSON: string };

export type NewPasskey =
  | {
      ok: true;
      challenge: string;
      credentialId: Buffer;
      /** COSE_Key, as the authenticator wrote it. */
      publicKey: Buffer;
      counter: number;
      backedUp: boolean;
    }
  | { ok: false; why: string };

/**
 * Reads a new passkey: WebAuthn Level 3 section 7.1 without attestation. Which kind of authenticator
 * it is proves nothing here; that the key is the person's is for an operator to find out, by its
 * fingerprint. The caller holds `challenge` against what it expects. Never throws.
 */
export function readRegistration(input: { registration: Registration; party: RelyingParty }): NewPasskey {
  const { registration, party } = input;
  const data = fromBase64url(registration.authenticatorData);
  const client = fromBase64url(registration.clientDataJSON);
  if (data === null || client === null) return no('it is not base64url');
  const page = readClientData(client);
  if (page?.type !== 'webauthn.create') return no('it is not the answer to a request for a new passkey');
  if (!party.origins.includes(page.origin)) return no('it was made on another page');
  const read = readAuthenticatorData(data);
  if (read?.credential == null) return no('its authenticator data cannot be read');
  if (!read.rpIdHash.equals(createHash('sha256').update(party.rpId).digest()))
    return no('it is for another site');
  if (!read.userPresent || !read.userVerified) return no('the key did not ask for its PIN or finger');
  const { id, rest } = read.credential;
  const key = readCoseKey(rest);
  if (key === null) return no('its key is of a kind that is not taken here');
  return {
    ok: true,
    challenge: page.challenge,
    credentialId: id,
    publicKey: rest.subarray(0, key.length),
    counter: read.counter,
    backedUp: read.backedUp,
  };
}

const no = (why: string): NewPasskey => ({ ok: false, why });
