import { constants } from 'node:fs';
import { open, readdir, realpath, type FileHandle } from 'node:fs/promises';
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

/**
 * Reads every `*.hub` file of the folder, in the order of names. A file that vanishes while it is
 * read was unregistered: no problem. A folder that cannot be read is one, and gives no hubs.
 */
export async function readRegistrations(
  folder: string,
): Promise<{ hubs: Registration[]; problems: RegistrationProblem[] }> {
  const hubs: Registration[] = [];
  const problems: RegistrationProblem[] = [];
  let names: string[];
  let root: string;
  try {
    root = await realpath(folder);
    names = (await readdir(root)).filter((name) => name.endsWith('.hub') && !name.startsWith('.')).sort();
  } catch (thrown) {
    const why = (thrown as NodeJS.ErrnoException).code ?? 'unknown';
    return { hubs, problems: [{ code: 'folder-unreadable', file: folder, line: 0, text: why }] };
  }
  for (const name of names.slice(0, FILES_MAX)) {
    const outcome = await readOne(root, name);
    if (outcome === null) continue;
    hubs.push(...outcome.hubs);
    problems.push(...outcome.problems);
  }
  return { hubs, problems };
}

async function readOne(root: string, name: string): Promise<ReturnType<typeof parseRegistration> | null> {
  const refused = (code: RegistrationProblem['code'], text: string) => ({
    hubs: [],
    problems: [{ code, file: harmless(name, 100), line: 0, text }],
  });
  let handle: FileHandle | undefined;
  try {
    // A link may point to another file of the folder, not to what only the portal may read.
    const real = await realpath(join(root, name));
    if (!real.startsWith(root + sep)) return refused('outside-folder', '');
    // O_NONBLOCK: opening a named pipe would wait for a writer for ever.
    handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    const stat = await handle.stat();
    if (!stat.isFile()) return refused('not-a-file', '');
    if (stat.size > REGISTRATION_MAX_BYTES) return refused('too-large', `${stat.size}`);
    const buffer = Buffer.alloc(REGISTRATION_MAX_BYTES);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return parseRegistration(name, buffer.subarray(0, bytesRead));
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code ?? 'unknown';
    return code === 'ENOENT' ? null : refused('unreadable', code);
  } finally {
    await handle?.close();
  }
}
