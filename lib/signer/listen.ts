import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';

import { HubgateError } from '../errors';

/** Connections of one socket at a time; the portal needs one, a command one. */
const MAX_CONNECTIONS = 64;

/**
 * Listens on a Unix socket. A file left behind by a process that died is removed, after trying it:
 * only if nobody answers.
 *
 * @param mode of the socket's file; set before anybody can connect, by the umask
 * @throws {HubgateError} `start.already-running` when somebody answers there, `start.state-dir` when
 *   the folder cannot be written or something else has that name
 */
export async function listenOnSocket(
  path: string,
  mode: number,
  onPeer: (socket: Socket) => void,
): Promise<Server> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  } catch (cause) {
    throw unusable(path, cause);
  }
  await removeStale(path);
  const server = createServer(onPeer);
  server.maxConnections = MAX_CONNECTIONS;
  // A window in which the file has looser rights than wanted would be one to slip through.
  const before = process.umask(0o777 & ~mode);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(unusable(path, cause)));
      server.listen(path, resolve);
    });
  } finally {
    process.umask(before);
  }
  chmodSync(path, mode);
  server.removeAllListeners('error');
  return server;
}

async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) throw unusable(path, new Error('it is not a socket'));
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (answered) {
    throw new HubgateError(
      'start.already-running',
      `Another signer answers at ${path}. Stop it first, or give this one another run folder (runDir).`,
      { params: { socket: path } },
    );
  }
  unlinkSync(path);
}

function unusable(path: string, cause: unknown): HubgateError {
  const why = cause instanceof Error ? cause.message : 'unknown reason';
  return new HubgateError('start.state-dir', `The signer cannot listen at ${path}: ${why}.`, {
    params: { socket: path },
    cause,
  });
}
