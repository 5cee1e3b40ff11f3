import { request } from 'node:http';

/** What one look at a hub's health found. */
export type Probe =
  { outcome: 'up'; version: string } | { outcome: 'not-yet' | 'down' | 'hung' | 'not-a-hub' };

const TIMEOUT_MS = 2000;

/**
 * Asks JupyterHub's own health page, unauthenticated and cheap, behind the gate: the public address
 * needs a certificate. Up is 200 **with** the header X-JupyterHub-Version, which every answer of the
 * hub process has and no proxy's answer. 404 without it: the proxy runs and has no route yet.
 *
 * @param upstream private origin
 * @param url      public address, for its path
 */
export function probeHub(upstream: string, url: string): Promise<Probe> {
  const base = new URL(url).pathname.replace(/\/+$/, '');
  const { hostname, port } = new URL(upstream);
  return new Promise((resolve) => {
    const probe = request(
      {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port: port || 80,
        path: `${base}/hub/health`,
        agent: false,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
      (response) => {
        response.resume();
        const header = response.headers['x-jupyterhub-version'];
        const version = typeof header === 'string' ? header.slice(0, 32).replace(/[^\w.+-]/g, '') : '';
        const { statusCode = 0 } = response;
        if (statusCode === 200 && version !== '') resolve({ outcome: 'up', version });
        else if (statusCode === 404 && version === '') resolve({ outcome: 'not-yet' });
        else resolve({ outcome: statusCode >= 500 ? 'down' : 'not-a-hub' });
      },
    );
    probe.on('error', (error) =>
      resolve({ outcome: error.name === 'AbortError' || error.name === 'TimeoutError' ? 'hung' : 'down' }),
    );
    probe.end();
  });
}
