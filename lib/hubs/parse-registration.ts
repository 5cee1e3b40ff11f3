/** One hub as a registration file names it. */
export type Registration = {
  /** Base name of the file, or `astro-2`, … for its further hubs. */
  name: string;
  /** Normalised http(s) address. */
  url: string;
  description: string;
  /** From an `upstream:` line; believed only where the configuration says so. */
  upstream: string | null;
  file: string;
  line: number;
};

/** What an administrator should see: never linked, its text made harmless. */
export type RegistrationProblem = {
  code:
    | 'not-http'
    | 'not-a-url'
    | 'credentials'
    | 'no-description'
    | 'line-too-long'
    | 'too-many-lines'
    | 'not-utf-8'
    | 'bad-name'
    | 'too-large'
    | 'unreadable'
    | 'not-a-file'
    | 'outside-folder'
    | 'empty'
    | 'route-taken'
    | 'upstream-refused'
    | 'folder-unreadable';
  file: string;
  /** Counted from 1; 0 when it is about the whole file. */
  line: number;
  text: string;
};

export const REGISTRATION_MAX_BYTES = 64 * 1024;
const LINE_MAX_CHARS = 2048;
const HUBS_MAX_PER_FILE = 50;
const DESCRIPTION_MAX_CHARS = 300;

/**
 * Reads a registration file: lines `URL,DESCRIPTION`, split at the first comma, as the hubs' units
 * append them with `>>`. So: CRLF, a byte order mark, blank lines and repeated lines (a unit that
 * was started twice; the last description counts) are normal. `#` begins a comment.
 *
 * Never throws, whatever the bytes are.
 *
 * @param file  the file's name, `astro.hub`
 * @param bytes at most REGISTRATION_MAX_BYTES
 */
export function parseRegistration(
  file: string,
  bytes: Uint8Array,
): { hubs: Registration[]; problems: RegistrationProblem[] } {
  const problems: RegistrationProblem[] = [];
  const complain = (code: RegistrationProblem['code'], line: number, text: string) =>
    problems.push({ code, file: harmless(file, 100), line, text: harmless(text, 200) });
  const base = file.replace(/\.hub$/, '');
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(base)) {
    complain('bad-name', 0, base);
    return { hubs: [], problems };
  }
  const text = decode(bytes, () => complain('not-utf-8', 0, ''));
  const byUrl = new Map<string, Omit<Registration, 'name' | 'upstream'>>();
  let upstream: string | null = null;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const number = index + 1;
    const line = raw.replace(/^\uFEFF/, '').trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.length > LINE_MAX_CHARS) {
      complain('line-too-long', number, line);
      continue;
    }
    const named = /^upstream:\s*(\S+)$/i.exec(line)?.[1];
    if (named !== undefined) {
      upstream = named;
      continue;
    }
    const comma = line.indexOf(',');
    const address = (comma === -1 ? line : line.slice(0, comma)).trim();
    const description = harmless(comma === -1 ? '' : line.slice(comma + 1), DESCRIPTION_MAX_CHARS);
    const url = readAddress(address);
    if (typeof url !== 'string') {
      complain(url.problem, number, line);
      continue;
    }
    if (byUrl.size >= HUBS_MAX_PER_FILE && !byUrl.has(url)) {
      complain('too-many-lines', number, line);
      break;
    }
    byUrl.set(url, {
      url,
      description: description || (byUrl.get(url)?.description ?? ''),
      file,
      line: number,
    });
  }
  const found = [...byUrl.values()];
  for (const hub of found) if (hub.description === '') complain('no-description', hub.line, hub.url);
  if (found.length === 0 && problems.length === 0) complain('empty', 0, '');
  const hubs = found.map((hub, index) => ({
    ...hub,
    name: index === 0 ? base : `${base}-${index + 1}`,
    upstream,
  }));
  return { hubs, problems };
}

/** An http(s) address without user and password, normalised; anything else is shown, never linked. */
function readAddress(text: string): string | { problem: 'not-http' | 'not-a-url' | 'credentials' } {
  if (!URL.canParse(text)) return { problem: 'not-a-url' };
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { problem: 'not-http' };
  if (url.username !== '' || url.password !== '') return { problem: 'credentials' };
  return url.href;
}

function decode(bytes: Uint8Array, complain: () => void): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    complain();
    return new TextDecoder('utf-8').decode(bytes);
  }
}

/**
 * Text that can be shown: control characters and those that turn the direction of writing (which
 * can make one address look like another) are taken out; cut to a length.
 */
export function harmless(text: string, maxChars: number): string {
  const clean = text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const characters = [...clean];
  return characters.length > maxChars ? `${characters.slice(0, maxChars - 1).join('')}…` : clean;
}

/** The route of a hub on the gate: the first path segment of its public address, or null. */
export function routeOf(url: string): string | null {
  return /^\/([a-z0-9][a-z0-9-]{0,63})(?:\/|$)/.exec(new URL(url).pathname)?.[1] ?? null;
}
