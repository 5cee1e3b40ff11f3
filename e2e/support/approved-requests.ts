import { loadConfig } from '../../lib/config/load';
import type { Ctx } from '../../lib/ctx';
import { openDatabase } from '../../lib/db/client';
import { approveRequest } from '../../lib/requests/approve-request';
import { submitRequest } from '../../lib/requests/submit-request';
import { connectSigner } from '../../lib/signer-client/client';
import { BROWSER_KEYS, buildCsr } from '../../lib/x509/csr-build';
import type { Portal } from './portal';

/**
 * Fills a portal's database with approved requests, each with a key of its own, through the same
 * verbs that pages and API use; much faster than over HTTP.
 *
 * @param name  the common names are `<name>n<index>`
 * @returns their ids
 */
export async function addApprovedRequests(
  portal: Pick<Portal, 'dir'>,
  input: { name: string; count: number; algorithm: keyof typeof BROWSER_KEYS },
): Promise<string[]> {
  const { name, count, algorithm } = input;
  const loaded = loadConfig({ env: { HUBGATE_CONFIG: `${portal.dir}/hubgate.toml` }, cwd: portal.dir });
  const db = await openDatabase(loaded.config, loaded.paths);
  const ctx: Ctx = {
    ...loaded,
    actor: { kind: 'host', name: 'filler' },
    now: () => new Date(),
    requestId: 'fill-approved',
    locale: 'en',
    db,
    signer: connectSigner(loaded.paths.signerWebSocket),
  };
  const one = async (index: number): Promise<string> => {
    const keyPair = await crypto.subtle.generateKey(BROWSER_KEYS[algorithm], true, ['sign', 'verify']);
    const csr = await buildCsr({ commonName: `${name}n${index}`, keyPair, algorithm });
    const { id } = await submitRequest(ctx, { csr, email: null, source: 'cli' });
    await approveRequest(ctx, { id });
    return id;
  };
  const ids: string[] = [];
  try {
    for (let index = 0; index < count; index += 4) {
      const some = [0, 1, 2, 3].map((offset) => index + offset).filter((at) => at < count);
      ids.push(...(await Promise.all(some.map(one))));
    }
    return ids;
  } finally {
    await db.close();
  }
}
