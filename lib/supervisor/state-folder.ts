import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { HubgateError } from '../errors';

/** Below this neither database nor journal could write what they promise. */
const FREE_MIN_BYTES = 32 * 1024 * 1024;

/**
 * Makes the state directory (0700) and proves that it can be written.
 *
 * @throws {HubgateError} `start.state-dir`, `start.disk-full`
 */
export function prepareStateFolder(stateDir: string): void {
  const probe = join(stateDir, `.write-${randomBytes(4).toString('hex')}`);
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const { mode, uid } = statSync(stateDir);
    if ((mode & 0o077) !== 0 && uid === process.getuid?.()) chmodSync(stateDir, 0o700);
    writeFileSync(probe, 'x'.repeat(4096));
    rmSync(probe);
    const { bavail, bsize } = statfsSync(stateDir);
    if (bavail * bsize < FREE_MIN_BYTES) throw full(stateDir, bavail * bsize);
  } catch (thrown) {
    removeQuietly(probe);
    if (thrown instanceof HubgateError) throw thrown;
    throw worded(stateDir, thrown as NodeJS.ErrnoException);
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // What could not be written cannot be removed either.
  }
}

function full(stateDir: string, bytes: number): HubgateError {
  return new HubgateError(
    'start.disk-full',
    `The disk of the state directory ${stateDir} is full (${Math.floor(bytes / 1024)} KiB free, at least ` +
      `${FREE_MIN_BYTES / 1024 / 1024} MiB are needed). Free some space, or set HUBGATE_STATE_DIR to a folder on another disk.`,
    { params: { stateDir } },
  );
}

function worded(stateDir: string, error: NodeJS.ErrnoException): HubgateError {
  const detail = { params: { stateDir }, cause: error };
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return full(stateDir, 0);
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return new HubgateError(
        'start.state-dir',
        `The state directory ${stateDir} cannot be written (${error.code === 'EROFS' ? 'read-only file system' : 'no permission'}). ` +
          'Give it to the user that starts Hubgate, or set stateDir in hubgate.toml (or HUBGATE_STATE_DIR) to another folder.',
        detail,
      );
    case 'ENOTDIR':
    case 'EEXIST':
      return new HubgateError(
        'start.state-dir',
        `The state directory ${stateDir} is not a folder. Set stateDir in hubgate.toml to one.`,
        detail,
      );
    default:
      return new HubgateError(
        'start.state-dir',
        `The state directory ${stateDir} cannot be used (${error.code ?? error.message}). Set stateDir in hubgate.toml to a folder of yours.`,
        detail,
      );
  }
}
