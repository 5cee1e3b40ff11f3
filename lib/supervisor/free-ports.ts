import { createServer } from 'node:net';

import { HubgateError } from '../errors';

/** Whether a port can be listened on now; false when it is in use. */
export function portIsFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else if (error.code === 'EACCES') reject(noRight(port));
      else reject(error);
    });
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

/**
 * Looks before anything is started, so that a port in use is the one thing that is said.
 *
 * @throws {HubgateError} `start.port-in-use`, `config.insecure`
 */
export async function checkPorts(
  wanted: readonly { port: number; origin: string; key: string }[],
  host: string,
): Promise<void> {
  for (const { port, origin, key } of wanted) {
    if (await portIsFree(port, host)) continue;
    throw new HubgateError(
      'start.port-in-use',
      `Port ${port} (${origin}) is in use by another program. Stop that program (\`ss -ltnp | grep :${port}\` names it), ` +
        `or give another port in ${key} of hubgate.toml.`,
      { field: key, params: { port } },
    );
  }
}

function noRight(port: number): HubgateError {
  return new HubgateError(
    'config.insecure',
    `Port ${port} needs more rights than this user has. Use ports above 1023, or put Apache in front (front.embedded = false).`,
    { params: { port } },
  );
}
