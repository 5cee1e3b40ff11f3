/** What a Python literal is here: a text, several, or something else that is no text. */
export type PythonValue =
  { kind: 'text'; text: string } | { kind: 'many'; items: PythonValue[] } | { kind: 'other' };

type Read = { value: PythonValue | 'unfinished'; end: number | null };

const CLOSES: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };
const OTHER: Read = { value: { kind: 'other' }, end: null };
const UNFINISHED: Read = { value: 'unfinished', end: null };
/** set([...]) is two; nothing that names people needs more. */
const DEPTH_MAX = 4;

/**
 * Reads one literal of Python, of texts in quotes and of sets, lists and tuples of them, at a place of a
 * text; `set(…)`, `frozenset(…)`, `list(…)` and `tuple(…)` around one count as one. Nothing is evaluated.
 *
 * @returns where it ends, or null: it is something else, or the text ends within it
 */
export function readLiteral(text: string, start: number, depth = 0): Read {
  const at = skipBlank(text, start, depth > 0);
  const char = text[at];
  if (char === undefined) return UNFINISHED;
  if (depth > DEPTH_MAX) return OTHER;
  const call = /^(?:set|frozenset|list|tuple)[ \t]*\(/.exec(text.slice(at, at + 20))?.[0];
  if (call !== undefined) return readCall(text, at + call.length, depth);
  const closes = CLOSES[char];
  if (closes !== undefined) return readItems(text, at + 1, closes, depth);
  return readTexts(text, at, depth);
}

function readCall(text: string, start: number, depth: number): Read {
  const inside = skipBlank(text, start, true);
  if (text[inside] === ')') return { value: { kind: 'many', items: [] }, end: inside + 1 };
  const read = readLiteral(text, inside, depth + 1);
  // set('abc') is the set of its letters.
  if (read.end === null || read.value === 'unfinished' || read.value.kind !== 'many') {
    return read.value === 'unfinished' ? UNFINISHED : OTHER;
  }
  const comma = skipBlank(text, read.end, true);
  const end = skipBlank(text, text[comma] === ',' ? comma + 1 : comma, true);
  return text[end] === ')' ? { value: read.value, end: end + 1 } : OTHER;
}

function readItems(text: string, start: number, closes: string, depth: number): Read {
  const items: PythonValue[] = [];
  let commas = 0;
  for (let at = skipBlank(text, start, true); ; at = skipBlank(text, at, true)) {
    if (text[at] === undefined) return UNFINISHED;
    if (text[at] === closes) {
      const [only] = items;
      // ('alice') is a text in brackets, ('alice',) a tuple; {} is a dictionary, which names nobody either.
      if (closes === ')' && commas === 0 && only !== undefined) return { value: only, end: at + 1 };
      return { value: { kind: 'many', items }, end: at + 1 };
    }
    if (items.length > commas) return OTHER; // two with no comma between them
    const read = readLiteral(text, at, depth + 1);
    if (read.end === null || read.value === 'unfinished') return read;
    items.push(read.value);
    at = skipBlank(text, read.end, true);
    if (text[at] === ',') {
      commas += 1;
      at += 1;
    } else if (text[at] !== closes) return text[at] === undefined ? UNFINISHED : OTHER;
  }
}

/** One text, or several without anything between them, which Python joins. */
function readTexts(text: string, start: number, depth: number): Read {
  let joined = '';
  let end = start;
  for (let at = start; ; at = skipBlank(text, end, depth > 0)) {
    const one = readText(text, at);
    if (one === null) return end === start ? OTHER : { value: { kind: 'text', text: joined }, end };
    if (one === 'unfinished') return UNFINISHED;
    joined += one.text;
    end = one.end;
  }
}

/** Raw texts too; bytes and formatted ones are no names. */
function readText(text: string, at: number): { text: string; end: number } | 'unfinished' | null {
  const opened = /^([rRuU]?)('''|"""|'|")/.exec(text.slice(at, at + 4));
  if (opened === null) return null;
  const [whole, prefix = '', quotes = ''] = opened;
  const raw = prefix.toLowerCase() === 'r';
  let read = '';
  for (let index = at + whole.length; index < text.length;) {
    if (text.startsWith(quotes, index)) return { text: read, end: index + quotes.length };
    const char = text[index] ?? '';
    if (char === '\n' && quotes.length === 1) return 'unfinished';
    if (char !== '\\') {
      read += char;
      index += 1;
      continue;
    }
    const escape = raw ? null : escapeAt(text, index);
    read += escape?.text ?? text.slice(index, index + 2);
    index += escape?.length ?? 2;
  }
  return 'unfinished';
}

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

/** Python's escapes (its reference, 2.4.1.1); those that it does not know stay as they are. */
function escapeAt(text: string, at: number): { text: string; length: number } {
  const after = text[at + 1] ?? '';
  if (Object.hasOwn(SIMPLE, after)) return { text: SIMPLE[after] ?? '', length: 2 };
  if (after === '\\' || after === "'" || after === '"') return { text: after, length: 2 };
  const hex = /^\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(text.slice(at, at + 10));
  const code = parseInt(hex?.[1] ?? hex?.[2] ?? hex?.[3] ?? '', 16);
  if (hex !== null && code <= 0x10ffff) return { text: String.fromCodePoint(code), length: hex[0].length };
  return { text: `\\${after}`, length: 2 };
}

/** Blanks and joined lines; within brackets also comments and ends of lines. */
function skipBlank(text: string, start: number, inBrackets: boolean): number {
  let at = start;
  for (;;) {
    const char = text[at];
    if (char === ' ' || char === '\t' || (inBrackets && (char === '\n' || char === '\r'))) at += 1;
    else if (char === '\\' && text[at + 1] === '\n') at += 2;
    else if (inBrackets && char === '#') {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else return at;
  }
}
