import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

import { HubgateError } from '../errors';

/**
 * Makes sure that one supervisor works on a state directory: the winner listens on a socket there.
 * A socket file that a dead one left does not answer, and is replaced.
 *
 * @throws {HubgateError} `start.already-running`
 */
export async function lockInstance(runDir: string): Promise<Server> {
  mkdirSync(runDir, { recursive: true, mode: 0o750 });
  const path = join(runDir, 'supervisor.sock');
  const pid = await answering(path);
  if (pid !== null) {
    throw new HubgateError(
      'start.already-running',
      `Hubgate runs already with this state directory (process ${pid}). Stop it first, or set HUBGATE_STATE_DIR to another one.`,
      { params: { pid } },
    );
  }
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end(`${process.pid}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.unref();
  return server;
}

function answering(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let said = '';
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', (chunk) => (said += chunk.toString('utf8', 0, 20)));
    socket.on('error', () => resolve(null));
    socket.on('close', () => resolve(said.trim() === '' ? null : said.trim()));
  });
}
