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
  const make = async (index: number): Promise<Uint8Array> => {
    const keyPair = await crypto.subtle.generateKey(BROWSER_KEYS[algorithm], true, ['sign', 'verify']);
    return buildCsr({ commonName: `${name}n${index}`, keyPair, algorithm });
  };
  return addApprovedCsrs(
    portal,
    Array.from({ length: count }, (_, index) => () => make(index)),
  );
}

type Csrs = readonly (() => Uint8Array | Promise<Uint8Array>)[];

/** The same with CSRs of one's own, DER; made when it is their turn. */
export function addApprovedCsrs(portal: Pick<Portal, 'dir'>, csrs: Csrs): Promise<string[]> {
  return addCsrs(portal, csrs, async (ctx, id) => void (await approveRequest(ctx, { id })));
}

/** Requests that wait for an approver. */
export function addWaitingCsrs(portal: Pick<Portal, 'dir'>, csrs: Csrs): Promise<string[]> {
  return addCsrs(portal, csrs, async () => undefined);
}

async function addCsrs(
  portal: Pick<Portal, 'dir'>,
  csrs: Csrs,
  then: (ctx: Ctx, id: string) => Promise<void>,
): Promise<string[]> {
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
  const one = async (csr: () => Uint8Array | Promise<Uint8Array>): Promise<string> => {
    const { id } = await submitRequest(ctx, { csr: await csr(), email: null, source: 'cli' });
    await then(ctx, id);
    return id;
  };
  const ids: string[] = [];
  try {
    for (let at = 0; at < csrs.length; at += 4) {
      ids.push(...(await Promise.all(csrs.slice(at, at + 4).map(one))));
    }
    return ids;
  } finally {
    await db.close();
  }
}
