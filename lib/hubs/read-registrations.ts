import { constants, type Stats } from 'node:fs';
import { lstat, open, readdir, realpath, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';

import {
  harmless,
  parseRegistration,
  REGISTRATION_MAX_BYTES,
  type Registration,
  type RegistrationProblem,
} from './parse-registration';

/** More files than any centre has hubs; a folder that is not ours should not stop the portal. */
const FILES_MAX = 2000;
const FILES_AT_ONCE = 32;
/** A file without a newline at its end that was written this moment is still being written. */
const WRITING_MS = 1000;
const STEP_MS = 2000;

type Outcome = { hubs: Registration[]; problems: RegistrationProblem[] };
/** What was read of files before, by name: a file that did not change is not opened again. */
export type RegistrationCache = Map<string, { stamp: string | null; outcome: Outcome }>;

export type ReadFolder = Outcome & {
  /** Whether a file is being written: worth another look in a second. */
  unfinished: boolean;
};

/**
 * Reads every `*.hub` file of the folder, in the order of names. A file that vanishes while it is
 * read was unregistered: no problem. A folder that cannot be read is one, and gives no hubs. A file
 * that is half-written counts as what it was before.
 *
 * @param options.now   milliseconds since 1970, to know what was written this moment; without it
 *   every file is taken as it is
 * @param options.cache kept by the caller from one reading to the next
 * @param options.only  the only file to read
 */
export async function readRegistrations(
  folder: string,
  options: { now?: number; cache?: RegistrationCache; only?: string } = {},
): Promise<ReadFolder> {
  const { now = Number.POSITIVE_INFINITY, only } = options;
  const cache: RegistrationCache = options.cache ?? new Map<string, never>();
  const hubs: Registration[] = [];
  const problems: RegistrationProblem[] = [];
  let names: string[];
  let root: string;
  try {
    root = await realpath(folder);
    names = (await readdir(root)).filter((name) => name.endsWith('.hub') && !name.startsWith('.')).sort();
  } catch (thrown) {
    const why = (thrown as NodeJS.ErrnoException).code ?? 'unknown';
    const problem = { code: 'folder-unreadable', file: folder, line: 0, text: why } as const;
    return { hubs, problems: [problem], unfinished: false };
  }
  if (only !== undefined) names = names.filter((name) => name === only);
  if (names.length > FILES_MAX) {
    problems.push({ code: 'too-many-files', file: folder, line: 0, text: `${names.length} > ${FILES_MAX}` });
    names = names.slice(0, FILES_MAX);
  }
  const present = new Set(names);
  for (const name of cache.keys()) if (!present.has(name)) cache.delete(name);
  let unfinished = false;
  for (let at = 0; at < names.length; at += FILES_AT_ONCE) {
    const some = names.slice(at, at + FILES_AT_ONCE);
    for (const read of await Promise.all(some.map((name) => readOne(root, name, { now, cache })))) {
      if (read === null) continue;
      unfinished ||= read.unfinished;
      hubs.push(...read.hubs);
      problems.push(...read.problems);
    }
  }
  return { hubs, problems, unfinished };
}

async function readOne(
  root: string,
  name: string,
  { now, cache }: { now: number; cache: RegistrationCache },
): Promise<ReadFolder | null> {
  try {
    const link = await lstat(join(root, name));
    const known = cache.get(name);
    // What a link leads to may change without the link.
    const stamp = link.isSymbolicLink() ? null : stampOf(link);
    if (stamp !== null && known?.stamp === stamp) return { ...known.outcome, unfinished: false };
    const read = await readFile(root, name, now);
    if (read === 'unfinished') {
      return { ...(known?.outcome ?? { hubs: [], problems: [] }), unfinished: true };
    }
    // The stamp is from before the reading: what was written since is read the next time. Times have
    // steps, up to whole seconds: what changed just now may change again within the same one.
    const settled = stamp !== null && Math.abs(now - link.mtimeMs) > STEP_MS;
    cache.set(name, { stamp: settled ? stamp : null, outcome: read });
    return { ...read, unfinished: false };
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? 'unknown';
    return code === 'ENOENT' ? null : { ...refused(name, 'unreadable', code), unfinished: false };
  }
}

function stampOf({ ino, size, mtimeMs, ctimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs} ${ctimeMs}`;
}

function refused(name: string, code: RegistrationProblem['code'], text: string): Outcome {
  return { hubs: [], problems: [{ code, file: harmless(name, 100), line: 0, text }] };
}

/** @throws errors of the file system */
async function readFile(root: string, name: string, now: number): Promise<Outcome | 'unfinished'> {
  let handle: FileHandle | undefined;
  try {
    // A link may point to another file of the folder, not to what only the portal may read.
    const real = await realpath(join(root, name));
    if (!real.startsWith(root + sep)) return refused(name, 'outside-folder', '');
    // O_NONBLOCK: opening a named pipe would wait for a writer for ever.
    handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = await handle.stat();
    if (!stat.isFile()) return refused(name, 'not-a-file', '');
    if (stat.size > REGISTRATION_MAX_BYTES) return refused(name, 'too-large', `${stat.size}`);
    const buffer = Buffer.alloc(Math.min(stat.size + 1024, REGISTRATION_MAX_BYTES));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    const bytes = buffer.subarray(0, bytesRead);
    const whole = bytes.at(-1) === 0x0a;
    // Clocks of file servers go wrong both ways; a time to come is not "this moment" for ever.
    if (!whole && Math.abs(now - stat.mtimeMs) < WRITING_MS) return 'unfinished';
    return parseRegistration(name, bytes, stat.mtimeMs);
  } finally {
    await handle?.close();
  }
}
