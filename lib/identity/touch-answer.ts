import { z } from 'zod';

const base64url = z
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
  id: base64url,
  authenticatorData: base64url,
  clientDataJSON: base64url,
  signature: base64url,
});
export type TouchAnswer = z.infer<typeof TouchAnswer>;
