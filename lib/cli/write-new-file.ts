import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { HubgateError } from '../errors';

/** @throws {HubgateError} `config.value` when something is there already, or its folder is not */
export function refuseUnusable(file: string): void {
  const why = existsSync(file)
    ? `${file} exists already. Name a new file.`
    : existsSync(dirname(file))
      ? null
      : `There is no folder ${dirname(file)}. Make it first, or name another file.`;
  if (why !== null) throw new HubgateError('config.value', why, { field: 'file' });
}

/**
 * Writes a file that must not be there yet.
 *
 * @param mode less the umask
 * @throws {HubgateError} `config.value` when it cannot be written
 */
export function writeNewFile(file: string, content: string | Uint8Array, mode = 0o666): void {
  refuseUnusable(file);
  try {
    writeFileSync(file, content, { flag: 'wx', mode });
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/** What the system said of a file that could not be written, such as a full or read-only disk. */
export function unwritable(file: string, cause: unknown): HubgateError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new HubgateError('config.value', `${file} cannot be written: ${why}.`, { field: 'file', cause });
}
