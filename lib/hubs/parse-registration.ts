import { readKey, splitKeyLine, type HubClaims, type HubDetails } from './registration-keys';

/** One hub as a registration file names it. */
export type Registration = {
  /** Base name of the file, or `astro-2`, … for its further hubs. */
  name: string;
  /** Normalised http(s) address. */
  url: string;
  description: string;
  details: HubDetails;
  /** From an `upstream:` line; believed only where the configuration says so. */
  upstream: string | null;
  /** From a `probe:` line; asked only where `hubs.probeAllow` covers it. */
  probe: string | null;
  file: string;
  line: number;
  /** When the file was written last; milliseconds since 1970. */
  registeredAt: number;
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
    | 'probe-refused'
    | 'unknown-key'
    | 'bad-value'
    | 'name-taken'
    | 'too-many-files'
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

/** Letters of any script, digits, blanks, dots, hyphens: a name stands in addresses and on pages. */
const FILE_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,63}$/u;

type Complain = (code: RegistrationProblem['code'], line: number, text: string) => void;
type Found = Omit<Registration, 'name' | 'registeredAt'>;

/**
 * Reads a registration file: lines `URL,DESCRIPTION`, split at the first comma, as the hubs' units
 * append them with `>>`. So: CRLF, a byte order mark, blank lines and repeated lines (a unit that
 * was started twice; the last description counts) are normal. `#` begins a comment.
 *
 * Lines `key: value` say more of the hub in the address line above them, or of every hub of the file
 * where they stand before the first; the last of several counts. One that is not understood is a
 * problem for administrators and changes nothing else.
 *
 * Never throws, whatever the bytes are.
 *
 * @param file  the file's name, `astro.hub`
 * @param bytes at most REGISTRATION_MAX_BYTES
 * @param registeredAt when it was written last; milliseconds since 1970
 */
export function parseRegistration(
  file: string,
  bytes: Uint8Array,
  registeredAt: number,
): { hubs: Registration[]; problems: RegistrationProblem[] } {
  const problems: RegistrationProblem[] = [];
  const complain: Complain = (code, line, text) =>
    problems.push({ code, file: harmless(file, 100), line, text: harmless(text, 200) });
  const base = file.replace(/\.hub$/, '').normalize('NFC');
  if (!FILE_NAME.test(base)) {
    complain('bad-name', 0, base);
    return { hubs: [], problems };
  }
  const found = readLines(
    file,
    decode(bytes, () => complain('not-utf-8', 0, '')),
    complain,
  );
  for (const hub of found) if (hub.description === '') complain('no-description', hub.line, hub.url);
  if (found.length === 0 && problems.length === 0) complain('empty', 0, '');
  const hubs = found.map((hub, index) => ({
    ...hub,
    name: index === 0 ? base : `${base}-${index + 1}`,
    registeredAt,
  }));
  return { hubs, problems };
}

/** The hubs of a file's text, in the order of their first lines. */
function readLines(file: string, text: string, complain: Complain): Found[] {
  const byUrl = new Map<string, Found>();
  let forAll: KeyLines = { details: {}, claims: { upstream: null, probe: null } };
  let current: Found | null = null;
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const number = index + 1;
    const line = raw.replace(/^\uFEFF/, '').trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.length > LINE_MAX_CHARS) {
      complain('line-too-long', number, line);
      continue;
    }
    const key = splitKeyLine(line);
    if (key !== null) {
      const said = readKey(key, { clean: harmless, address: addressOrNull });
      if (said.kind === 'problem') complain(said.code, number, line);
      else if (current === null) forAll = withKey(forAll, said);
      else Object.assign(current, flat(withKey({ details: current.details, claims: current }, said)));
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
    const known = byUrl.get(url);
    if (known === undefined && byUrl.size >= HUBS_MAX_PER_FILE) {
      complain('too-many-lines', number, line);
      break;
    }
    current = {
      ...(known ?? { url, file, ...flat(forAll) }),
      description: description || (known?.description ?? ''),
      line: number,
    };
    byUrl.set(url, current);
  }
  return [...byUrl.values()];
}

type KeyLines = { details: HubDetails; claims: HubClaims };

function withKey(before: KeyLines, said: { details: HubDetails } | { claims: Partial<HubClaims> }): KeyLines {
  if ('details' in said) return { ...before, details: { ...before.details, ...said.details } };
  return { ...before, claims: { ...before.claims, ...said.claims } };
}

function flat({ details, claims }: KeyLines): Pick<Registration, 'details' | 'upstream' | 'probe'> {
  return { details, upstream: claims.upstream, probe: claims.probe };
}

/** An http(s) address without user and password, normalised; anything else is shown, never linked. */
function readAddress(text: string): string | { problem: 'not-http' | 'not-a-url' | 'credentials' } {
  if (!URL.canParse(text)) return { problem: 'not-a-url' };
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { problem: 'not-http' };
  if (url.username !== '' || url.password !== '') return { problem: 'credentials' };
  return url.href;
}

function addressOrNull(text: string): string | null {
  const url = readAddress(text);
  return typeof url === 'string' && url.length <= LINE_MAX_CHARS ? url : null;
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
