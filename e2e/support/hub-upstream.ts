import { createServer } from 'node:http';

import { WebSocketServer } from 'ws';

/** What the small hub saw of one request. */
export type SeenByHub = { url: string; headers: Record<string, string | string[] | undefined> };

export type HubUpstream = { origin: string; seen: SeenByHub[]; stop: () => Promise<void> };

/**
 * A small hub: health as JupyterHub's, an answer that tells what arrived, and a WebSocket that
 * echoes. `base` is the first segment of its public address.
 */
export async function startHubUpstream(base: string): Promise<HubUpstream> {
  const seen: SeenByHub[] = [];
  const server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    response.setHeader('x-jupyterhub-version', '5.5.1');
    if (request.url === `/${base}/hub/health`) return response.end();
    response.setHeader('content-type', 'application/json');
    // A notebook that wants a worker for the whole gate.
    if (request.url === `/${base}/worker.js`) response.setHeader('service-worker-allowed', '/');
    if (request.url === `/${base}/set-cookies`) {
      response.setHeader('set-cookie', [
        'jupyterhub-session=1; Path=/',
        '__Host-hubgate-session=stolen; Path=/; Secure',
        'next-auth.csrf-token=1',
      ]);
    }
    response.end(JSON.stringify({ hub: base, url: request.url, headers: request.headers }));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    seen.push({ url: request.url ?? '', headers: request.headers });
    socket.on('message', (data: Buffer) => socket.send(`echo ${data.toString('utf8')}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    seen,
    stop: async () => {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
