/**
 * What an authenticator signs beside the page's data: WebAuthn Level 3 section 6.1.
 */
export type AuthenticatorData = {
  /** SHA-256 of the relying party's id. */
  rpIdHash: Buffer;
  userPresent: boolean;
  userVerified: boolean;
  /** The key may be copied to other devices of the person, and is. */
  backupEligible: boolean;
  backedUp: boolean;
  /** Rises with every signature; 0 where the authenticator does not count. */
  counter: number;
  /** Only at registration. `rest` begins with the COSE key; extensions may follow. */
  credential: { id: Buffer; rest: Buffer } | null;
};

const FIXED = 37;
const LONGEST = 4096;
/** WebAuthn section 4: credential ids have at most 1,023 octets; CTAP2 authenticators give 16 at least. */
export const CREDENTIAL_ID_MAX_BYTES = 1023;
const CREDENTIAL_ID_MIN_BYTES = 16;

/** @returns null when the bytes are not authenticator data */
export function readAuthenticatorData(bytes: Buffer): AuthenticatorData | null {
  if (bytes.length < FIXED || bytes.length > LONGEST) return null;
  const flags = bytes.readUInt8(32);
  const has = (bit: number): boolean => (flags & (1 << bit)) !== 0;
  const attested = has(6);
  const extended = has(7);
  // Section 6.1.3: what cannot be copied is not backed up.
  if (has(4) && !has(3)) return null;
  if (!attested && !extended && bytes.length !== FIXED) return null;
  const credential = attested ? readCredential(bytes.subarray(FIXED)) : null;
  if (attested && credential === null) return null;
  return {
    rpIdHash: bytes.subarray(0, 32),
    userPresent: has(0),
    userVerified: has(2),
    backupEligible: has(3),
    backedUp: has(4),
    counter: bytes.readUInt32BE(33),
    credential,
  };
}

/** Section 6.5.1: AAGUID (16), length (2), id, key. */
function readCredential(bytes: Buffer): AuthenticatorData['credential'] {
  if (bytes.length < 18) return null;
  const length = bytes.readUInt16BE(16);
  if (length < CREDENTIAL_ID_MIN_BYTES || length > CREDENTIAL_ID_MAX_BYTES || bytes.length <= 18 + length)
    return null;
  return { id: bytes.subarray(18, 18 + length), rest: bytes.subarray(18 + length) };
}
