import { PasskeyError, type PasskeyTrouble } from './browser-passkey';

/** A title and a sentence for each trouble; made on the server. */
export type TroubleWords = Record<PasskeyTrouble, { title: string; text: string }>;

/** What a form shows when browser or passkey did not go along. */
export function problemOf(thrown: unknown, words: TroubleWords) {
  const trouble = thrown instanceof PasskeyError ? thrown.trouble : 'failed';
  const { title, text } = words[trouble];
  return {
    ok: false as const,
    code: `passkey.${trouble}`,
    title,
    message: text,
    advice: '',
    field: null,
    values: {},
    requestId: '',
  };
}
