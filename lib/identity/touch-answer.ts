import { z } from 'zod';

import { CredentialId } from '../wire/passkey-approval';

/** How the portal names a passkey: by its credential id. */
export const PasskeyId = CredentialId;

/** Bytes as browsers hand them out, base64url. */
export const WebauthnBytes = z
  .string()
  .max(8192)
  .regex(/^[A-Za-z0-9_-]+$/);

/** What `navigator.credentials.get` is given; bytes are base64url. */
export type TouchQuestion = {
  challenge: string;
  rpId: string;
  /** Which of the person's passkeys will do. */
  allow: string[];
  timeoutMs: number;
};

/** What the browser hands out for a touch. */
export const TouchAnswer = z.strictObject({
  id: WebauthnBytes,
  authenticatorData: WebauthnBytes,
  clientDataJSON: WebauthnBytes,
  signature: WebauthnBytes,
});
export type TouchAnswer = z.infer<typeof TouchAnswer>;
