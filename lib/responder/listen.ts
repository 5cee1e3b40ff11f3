import { chmodSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';

import type { Responder } from './responder';
import { serveConnection, type ServedConnection } from './serve-connection';

/** Apache opens one for each request under way and keeps some. */
const MAX_CONNECTIONS = 1024;

export type ListeningResponder = {
  /** Takes no more connections; answers under way go out, what is left is cut after the grace. */
  close: (graceMs: number) => Promise<void>;
};

/**
 * Serves OCSP on a Unix socket of mode 0660, for the front's group, in place of what a dead process
 * left there. The folder is the caller's and nobody else may write to it.
 */
export async function listenForOcsp(input: {
  path: string;
  responder: Responder;
  now: () => number;
}): Promise<ListeningResponder> {
  const { path, responder, now } = input;
  const open = new Map<object, ServedConnection & { cut: () => void }>();
  const server = createServer((socket) => {
    open.set(socket, { ...serveConnection({ socket, responder, now }), cut: () => void socket.destroy() });
    socket.once('close', () => open.delete(socket));
  });
  server.maxConnections = MAX_CONNECTIONS;
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.removeAllListeners('error');
  chmodSync(path, 0o660);
  return {
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of open.values()) connection.end();
      const timer = setTimeout(() => {
        for (const connection of open.values()) connection.cut();
      }, graceMs);
      await closed;
      clearTimeout(timer);
      rmSync(path, { force: true });
    },
  };
}
