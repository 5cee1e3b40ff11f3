import { readFileSync, statSync } from 'node:fs';

import { HubgateError } from '../errors';

/** NIST SP 800-63B-4 section 3.1.1.2 asks for 15 where a password stands alone; 14 with two kinds of characters or four words is as much. */
const MIN_CHARACTERS = 14;

const COMMON =
  /pass(?:word|phrase|wort)|qwert|asdf|hubgate|jupyter|letmein|changeme|abc123|0123|1234|secret/gi;

/**
 * Says why a passphrase is too weak for a CA's key, which may be attacked offline for years; null when
 * it will do. Its own words are never repeated in the answer.
 */
export function weakness(passphrase: string): string | null {
  if (/[\x00-\x1f\x7f]/.test(passphrase)) return 'it holds a control character, which cannot be typed again';
  if (passphrase !== passphrase.trim()) return 'it begins or ends with a space, which is easily lost';
  if ([...passphrase].length < MIN_CHARACTERS) return `it has fewer than ${MIN_CHARACTERS} characters`;
  // What is guessed first adds nothing; what is left must carry the weight.
  const rest = passphrase.replace(COMMON, '');
  if (new Set(rest.toLowerCase()).size < 8) return 'it repeats too few different characters';
  if (isRow(rest)) return 'it is a row of the alphabet or of the keyboard';
  const words = passphrase.split(/[\s._-]+/).filter((word) => word.length >= 3);
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u].filter((kind) => kind.test(rest)).length;
  if (rest.length < MIN_CHARACTERS - 4) return 'most of it is among the first things that are guessed';
  if (new Set(words).size < 4 && kinds < 2)
    return 'it is one kind of characters; take four or more words, or add digits and signs';
  return null;
}

function isRow(text: string): boolean {
  const rows = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
  let inRow = 0;
  for (let at = 1; at < text.length; at++) {
    const pair = text.slice(at - 1, at + 1).toLowerCase();
    if (rows.some((row) => row.includes(pair)) || pair[0] === pair[1]) inRow += 1;
  }
  return inRow > text.length * 0.7;
}

/** @throws {HubgateError} `ca.passphrase` when it is too weak; `which` names the key */
export function requireStrong(passphrase: string, which: string): void {
  const why = weakness(passphrase);
  if (why === null) return;
  throw new HubgateError('ca.passphrase', `The passphrase of the ${which} is too weak: ${why}.`, {
    field: 'passphrase',
  });
}

/** 4 KiB: a passphrase file is one line. */
const FILE_MAX_BYTES = 4096;

/**
 * The first line of a file.
 *
 * @throws {HubgateError} `ca.file` when it cannot be read, `config.insecure` when others may read it
 */
export function readPassphraseFile(file: string): string {
  try {
    const { mode, size } = statSync(file);
    if ((mode & 0o007) !== 0) {
      throw new HubgateError(
        'config.insecure',
        `Everybody on this machine may read the passphrase file ${file}. Take that away first: chmod 600 ${file}`,
        { params: { file } },
      );
    }
    if (size > FILE_MAX_BYTES) throw new Error('it is too large for a passphrase');
    return readFileSync(file, 'utf8').replace(/\r?\n[\s\S]*$/, '');
  } catch (cause) {
    if (cause instanceof HubgateError) throw cause;
    throw new HubgateError('ca.file', `The passphrase file ${file} cannot be read.`, {
      params: { file },
      cause,
    });
  }
}
