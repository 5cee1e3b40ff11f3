import { chmodSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';

import { HubgateError, isHubgateError } from '../errors';

/** Connections of one socket at a time; the portal needs one, a command one. */
const MAX_CONNECTIONS = 64;

/** sun_path of sockaddr_un holds 108 bytes on Linux, the last one zero. */
const SOCKET_PATH_MAX_BYTES = 107;

/** A socket that listens; `close` takes no more connections and removes its file. */
export type Listening = { close: () => void };

/**
 * Listens on a Unix socket. A file left behind by a process that died is removed, after trying it:
 * only if nobody answers.
 *
 * @param mode of the socket's file; it has it before anybody can see it
 * @throws {HubgateError} `start.already-running` when somebody answers there, `start.state-dir` when
 *   the folder cannot be written, the path is too long or something else has that name
 */
export async function listenOnSocket(
  path: string,
  mode: number,
  onPeer: (socket: Socket) => void,
): Promise<Listening> {
  if (Buffer.byteLength(path) > SOCKET_PATH_MAX_BYTES) {
    throw unusable(path, new Error('its path is longer than sockets may have; set runDir to a shorter one'));
  }
  const server = createServer(onPeer);
  server.maxConnections = MAX_CONNECTIONS;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    await refuseLiving(path);
    // Bound in a private folder, given its mode, then moved into place: there is no moment at which
    // the wrong people could connect, and a stale file is replaced in one step.
    // Not by join(), which drops the dot: the folder above belongs to others in production.
    const nursery = mkdtempSync(`${dirname(path)}/.`);
    const born = join(nursery, 's');
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(born, resolve);
      });
      chmodSync(born, mode);
      renameSync(born, path);
    } finally {
      rmdirSync(nursery);
    }
  } catch (error) {
    server.close();
    throw isHubgateError(error) ? error : unusable(path, error);
  }
  server.removeAllListeners('error');
  return {
    close: () => {
      server.close();
      rmSync(path, { force: true });
    },
  };
}

async function refuseLiving(path: string): Promise<void> {
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
}

function unusable(path: string, cause: unknown): HubgateError {
  const why = cause instanceof Error ? cause.message : 'unknown reason';
  return new HubgateError('start.state-dir', `The signer cannot listen at ${path}: ${why}.`, {
    params: { socket: path },
    cause,
  });
}
