import type { Portal } from '../e2e/support/portal';
import { loadConfig } from '../lib/config/load';
import type { Ctx } from '../lib/ctx';
import { openDatabase } from '../lib/db/client';
import { approveRequest } from '../lib/requests/approve-request';
import { submitRequest } from '../lib/requests/submit-request';
import { connectSigner } from '../lib/signer-client/client';

/** Signs by the administrators' door. @returns how many were issued */
export async function sign(
  target: Portal,
  token: string,
  which: { all: true } | { ids: readonly string[] },
): Promise<number> {
  const answer = await target.call('/api/v1/admin/requests/sign', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'application/json',
      'content-type': 'application/json',
    },
    body: JSON.stringify(which),
    silenceMs: 600_000,
  });
  const { results } = JSON.parse(answer.text) as { results: { state: string }[] };
  return results.filter(({ state }) => state === 'ISSUED').length;
}

/** Requests of these CSRs, approved: what a batch begins with. */
export async function approvedRows(target: Portal, some: readonly Uint8Array[]): Promise<string[]> {
  const loaded = loadConfig({ env: { HUBGATE_CONFIG: `${target.dir}/hubgate.toml` }, cwd: target.dir });
  const db = await openDatabase(loaded.config, loaded.paths);
  const ctx: Ctx = {
    ...loaded,
    actor: { kind: 'host', name: 'bench' },
    now: () => new Date(),
    requestId: 'bench-signing',
    locale: 'en',
    db,
    signer: connectSigner(loaded.paths.signerWebSocket),
  };
  const ids: string[] = [];
  for (let at = 0; at < some.length; at += 4) {
    ids.push(
      ...(await Promise.all(
        some.slice(at, at + 4).map(async (csr) => {
          const { id } = await submitRequest(ctx, { csr, email: null, source: 'cli' });
          await approveRequest(ctx, { id });
          return id;
        }),
      )),
    );
  }
  await db.close();
  return ids;
}
