import { type ErrorCode, HubgateError } from '../errors';

/** Where a text was typed or found; decides the code of the refusal. */
export type TextField = 'commonName' | 'email' | 'name' | 'note' | 'label' | 'csr';

const CODES: Record<TextField, ErrorCode> = {
  commonName: 'request.common-name',
  email: 'request.email',
  name: 'request.name',
  note: 'request.note',
  label: 'request.label',
  csr: 'csr.text',
};

/** What is wrong with a text, in words that fit behind "The … ". Null: nothing. */
export type TextFault = {
  reason: 'empty' | 'too-long' | 'control' | 'invisible' | 'look-alike';
  words: string;
};

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}]/u;
// Bidirectional controls re-order what is read ("Trojan Source", CVE-2021-42574); the others are
// seen by programs and not by people.
const INVISIBLE = /[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
const STACKED_MARKS = /\p{M}{5,}/u;

/**
 * Judges one line of text from a stranger that people will read or a certificate will hold:
 * control characters, characters that cannot be seen or that re-order the line, and words that
 * mix scripts or use look-alike forms of letters (Unicode UTS #39, section 5.1 "moderately
 * restrictive", word by word).
 */
export function findTextFault(text: string, maxLength: number): TextFault | null {
  if (text === '') return { reason: 'empty', words: 'is empty' };
  if ([...text].length > maxLength)
    return { reason: 'too-long', words: `is longer than ${maxLength} characters` };
  if (!text.isWellFormed() || CONTROL.test(text)) {
    return { reason: 'control', words: 'holds a line break or another control character' };
  }
  if (INVISIBLE.test(text) || STACKED_MARKS.test(text)) {
    return {
      reason: 'invisible',
      words: 'holds characters that cannot be seen or that change the order of reading',
    };
  }
  for (const word of text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []) {
    if (mixesScripts(word)) {
      return { reason: 'look-alike', words: `mixes letters of several scripts in one word ("${word}")` };
    }
    // Full-width, mathematical and circled letters look like plain ones: UTS #39 section 3.1.
    if (
      word.normalize('NFKC') !== word.normalize('NFC') &&
      /^[\p{Script=Latin}\p{N}\p{M}]+$/u.test(word.normalize('NFKC'))
    ) {
      return { reason: 'look-alike', words: `uses look-alike forms of plain letters ("${word}")` };
    }
  }
  return null;
}

const SCRIPTS: readonly [name: string, test: RegExp][] = (
  [
    'Latin',
    'Cyrillic',
    'Greek',
    'Armenian',
    'Georgian',
    'Hebrew',
    'Arabic',
    'Cherokee',
    'Coptic',
    'Lisu',
    'Thai',
    'Devanagari',
  ] as const
).map((name) => [name, new RegExp(`\\p{Script=${name}}`, 'u')]);
const EAST_ASIAN =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}]/u;
const NEUTRAL = /[\p{Script=Common}\p{Script=Inherited}\p{M}\p{N}]/u;

function mixesScripts(word: string): boolean {
  const found = new Set<string>();
  for (const character of word) {
    if (NEUTRAL.test(character)) continue;
    const script = SCRIPTS.find(([, test]) => test.test(character))?.[0];
    found.add(script ?? (EAST_ASIAN.test(character) ? 'East Asian' : 'other'));
  }
  // Latin beside East Asian letters is ordinary writing and cannot be confused.
  if (found.size === 2 && found.has('Latin') && found.has('East Asian')) return false;
  return found.size > 1;
}

/**
 * A text of a form, checked and in Unicode's composed form (NFC) without white space at its ends.
 *
 * @param options.maxLength characters, 64 unless given
 * @param options.lines     true where line breaks belong, as in a note; CRLF becomes LF
 * @throws {HubgateError} `request.name`, `request.note`, `request.label`, `request.common-name`, `request.email` or
 *   `csr.text`, by field
 */
export function checkPrintable(
  text: string,
  field: TextField,
  options: { maxLength?: number; lines?: boolean } = {},
): string {
  const maxLength = options.maxLength ?? 64;
  const clean = text.replace(/\r\n?/g, '\n').trim().normalize('NFC');
  // In prose, emoji need their joiners and variation selectors; a tab is white space.
  const judged = options.lines === true ? clean.replace(/\n|\t|\u200d|\ufe0f/g, ' ') : clean;
  const fault = findTextFault(judged, maxLength);
  if (fault === null) return clean;
  const label = {
    commonName: 'account name',
    email: 'e-mail address',
    name: 'name',
    note: 'note',
    label: 'name of the device',
    csr: 'text',
  }[field];
  throw new HubgateError(CODES[field], `The ${label} ${fault.words}. Type it again by hand.`, {
    field,
    params: { reason: fault.reason },
  });
}
