import { createHash, verify } from 'node:crypto';

import { readAuthenticatorData } from './authenticator-data';
import { fromBase64url } from './base64url';
import { readClientData, type RelyingParty } from './client-data';
import { readCoseKey } from './cose-key';

/** One touch, as the browser hands it out; every field base64url. */
export type Assertion = { authenticatorData: string; clientDataJSON: string; signature: string };

/** What a touch proves: that this challenge was signed with this key, by its verified owner. */
export type Touch =
  { ok: true; challenge: string; counter: number; backedUp: boolean } | { ok: false; why: string };

/**
 * Verifies a touch: WebAuthn Level 3 section 7.2, steps 10 to 22. The caller holds `challenge` against
 * what it expects, and `counter` against the last one. Never throws, whatever the bytes hold.
 *
 * @param input.publicKey COSE_Key, as it was enrolled
 */
export function verifyAssertion(input: {
  publicKey: Uint8Array;
  assertion: Assertion;
  party: RelyingParty;
}): Touch {
  const { publicKey, assertion, party } = input;
  const [data, client, signature] = [
    fromBase64url(assertion.authenticatorData),
    fromBase64url(assertion.clientDataJSON),
    fromBase64url(assertion.signature),
  ];
  if (data === null || client === null || signature === null) return no('it is not base64url');
  const page = readClientData(client);
  if (page?.type !== 'webauthn.get') return no('it is not the answer to a request for a touch');
  if (!party.origins.includes(page.origin))
    return no(`it was given on another page (${printable(page.origin)})`);
  const read = readAuthenticatorData(data);
  if (read === null) return no('its authenticator data cannot be read');
  if (!read.rpIdHash.equals(sha256(party.rpId))) return no('it is for another site');
  if (!read.userPresent) return no('nobody touched the key');
  if (!read.userVerified) return no('the key did not ask for its PIN or finger');
  const key = readCoseKey(publicKey);
  if (key === null) return no('its key cannot be read');
  try {
    const signed = Buffer.concat([data, sha256(client)]);
    const hash = key.algorithm === -8 ? null : 'sha256'; // RFC 8032: Ed25519 hashes by itself
    if (!verify(hash, signed, key.key, signature)) return no('the key did not sign it');
  } catch {
    return no('the key did not sign it');
  }
  return { ok: true, challenge: page.challenge, counter: read.counter, backedUp: read.backedUp };
}

/**
 * Is this counter a step forward? WebAuthn section 7.2 step 22: two zeros are an authenticator that
 * does not count; otherwise anything but a rise may be a copy of the key.
 */
export function counterRises(last: number, next: number): boolean {
  return (last === 0 && next === 0) || next > last;
}

const no = (why: string): Touch => ({ ok: false, why });
const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

/** For a sentence: strangers wrote it. */
const printable = (text: string): string => text.slice(0, 100).replaceAll(/[^\x21-\x7e]/g, '?');
