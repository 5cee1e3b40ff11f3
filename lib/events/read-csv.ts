import { HubgateError } from '../errors';
import { EVENT_MAX_NAMES } from '../wire/event';
import { checkPrintable, normaliseEmail } from '../x509/subject-policy';

/** One participant as the list has them. */
export type ListedPerson = { name: string | null; email: string | null; account: string | null };

/** Names of columns, in whatever order they stand; without such a line: name, e-mail, account. */
const HEADS: Record<string, keyof ListedPerson> = {
  ...heads('name', 'name', 'full name', 'participant', 'nombre', 'participante'),
  ...heads(
    'email',
    'e-mail',
    'email',
    'mail',
    'e-mail address',
    'email address',
    'correo',
    'correo electrónico',
  ),
  ...heads('account', 'account', 'login', 'user', 'username', 'cn', 'cuenta', 'usuario'),
};

/** A thousand rows of 130 characters. Forms of the portal take little more (next.config.js). */
export const CSV_MAX_BYTES = 128 * 1024;
const NAME_MAX = 100;

/**
 * Reads a list of participants: RFC 4180, and what spreadsheets make of it (a byte order mark,
 * semicolons or tabs, bare line feeds, rows of empty cells).
 *
 * @throws {HubgateError} `event.csv` with the reason and, where there is one, the line: nothing is
 *   guessed, and nothing is left out in silence
 */
export function readCsv(bytes: Uint8Array): ListedPerson[] {
  if (bytes.byteLength > CSV_MAX_BYTES) throw wrong('too-large', { limit: EVENT_MAX_NAMES });
  const records = parse(decode(bytes));
  const [first] = records;
  if (first === undefined) throw wrong('empty');
  const columns = headOf(first.cells);
  const body = columns === null ? records : records.slice(1);
  if (body.length === 0) throw wrong('empty');
  if (body.length > EVENT_MAX_NAMES) throw wrong('too-many', { rows: body.length, limit: EVENT_MAX_NAMES });
  const people = body.map(({ cells, line }) =>
    personOf(cells, columns ?? ['name', 'email', 'account'], line),
  );
  refuseDuplicates(
    people,
    body.map(({ line }) => line),
  );
  return people;
}

function decode(bytes: Uint8Array): string {
  try {
    // Drops a byte order mark.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw wrong('encoding');
  }
}

/** Records that hold something, with the line that each begins on. */
function parse(text: string): { cells: string[]; line: number }[] {
  const separator = separatorOf(text);
  const records: { cells: string[]; line: number }[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  /** Nothing but blanks so far: a quotation mark opens a cell there, and is a character elsewhere. */
  let blank = true;
  let line = 1;
  let begun = 1;
  const endCell = (): void => {
    cells.push(cell.trim());
    cell = '';
    blank = true;
  };
  const endRecord = (): void => {
    endCell();
    if (cells.some((one) => one !== '')) records.push({ cells, line: begun });
    cells = [];
    begun = line;
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '\n') line += 1;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text.charAt(at + 1) === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (char === '"' && blank) {
      cell = '';
      quoted = true;
      blank = false;
    } else if (char === separator) endCell();
    else if (char === '\n' || (char === '\r' && text.charAt(at + 1) !== '\n')) endRecord();
    else if (char !== '\r') {
      cell += char;
      if (char !== ' ') blank = false;
    }
  }
  if (quoted) throw wrong('quote', { line: begun });
  endRecord();
  return records;
}

/** What stands most often in the first line, outside quotes. */
function separatorOf(text: string): string {
  const [line = ''] = text.replaceAll(/"[^"]*"/g, '').split(/[\r\n]/, 1);
  const counts = [',', ';', '\t'].map((char) => ({ char, n: line.split(char).length }));
  return counts.reduce((best, one) => (one.n > best.n ? one : best)).char;
}

function headOf(cells: readonly string[]): (keyof ListedPerson | null)[] | null {
  const columns = cells.map((cell) => HEADS[cell.toLowerCase()] ?? null);
  return columns.some((one) => one !== null) ? columns : null;
}

function personOf(
  cells: readonly string[],
  columns: readonly (keyof ListedPerson | null)[],
  line: number,
): ListedPerson {
  const person: ListedPerson = { name: null, email: null, account: null };
  cells.forEach((cell, at) => {
    const column = columns[at];
    if (cell === '') return;
    if (column === undefined) throw wrong('columns', { line });
    if (column !== null) person[column] = cell;
  });
  try {
    if (person.name !== null) person.name = checkPrintable(person.name, 'name', { maxLength: NAME_MAX });
    if (person.email !== null) person.email = normaliseEmail(person.email);
  } catch (thrown) {
    if (!(thrown instanceof HubgateError)) throw thrown;
    throw wrong(thrown.code === 'request.email' ? 'email' : 'name', { line });
  }
  if (person.name === null && person.email === null && person.account === null)
    throw wrong('nobody', { line });
  return person;
}

/** The same person twice is a slip of whoever made the list: who is meant cannot be guessed. */
function refuseDuplicates(people: readonly ListedPerson[], lines: readonly number[]): void {
  const seen = new Map<string, number>();
  people.forEach(({ email, account }, at) => {
    const line = lines[at] ?? 0;
    for (const key of [email && `mail ${email.toLowerCase()}`, account && `account ${account}`]) {
      if (!key) continue;
      const first = seen.get(key);
      if (first !== undefined) throw wrong('duplicate', { line, first });
      seen.set(key, line);
    }
  });
}

const SENTENCES = {
  'too-large': () => 'The file is too large to be a list of at most 1,000 people.',
  'too-many': ({ rows = 0, limit = 0 }) =>
    `The list has ${rows} rows; an event has at most ${limit}. Split it into several events.`,
  empty: () => 'The list is empty.',
  encoding: () => 'The file is not UTF-8. Save it once more as "CSV UTF-8".',
  quote: ({ line = 0 }) => `A quotation mark that is opened on line ${line} is never closed.`,
  columns: ({ line = 0 }) => `Line ${line} has more cells than there are columns.`,
  email: ({ line = 0 }) => `The e-mail address on line ${line} is not complete.`,
  name: ({ line = 0 }) => `The name on line ${line} is too long, or holds characters that cannot be shown.`,
  nobody: ({ line = 0 }) => `Line ${line} has neither name nor address.`,
  duplicate: ({ line = 0, first = 0 }) => `Line ${line} names the same person as line ${first}.`,
} as const satisfies Record<string, (numbers: Record<string, number>) => string>;

export type CsvFault = keyof typeof SENTENCES;

function wrong(reason: CsvFault, numbers: Record<string, number> = {}): HubgateError {
  return new HubgateError('event.csv', SENTENCES[reason](numbers), {
    field: 'list',
    params: { reason, ...numbers },
  });
}

function heads(column: keyof ListedPerson, ...words: string[]): Record<string, keyof ListedPerson> {
  return Object.fromEntries(words.map((word) => [word, column]));
}
