import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { Ctx } from '../ctx';
import { crlFile } from '../trust/crl-file';
import { CRLS_FILE } from './gate-map-file';
import { writeGateMaps } from './gate-maps';

/** What this process has published last. */
let published: Uint8Array | null = null;

/**
 * Puts the CRLs of all CAs beside the gate's maps, for a front that checks them as a second lock. The
 * front's side verifies them before it takes them (hubgate-crl-refresh.sh): this folder is the portal's.
 *
 * @throws {HubgateError} `start.disk-full`, `start.state-dir`
 */
export async function publishCrls(ctx: Pick<Ctx, 'paths' | 'db' | 'signer' | 'now'>): Promise<void> {
  if (!existsSync(join(ctx.paths.caDir, 'signing-ca.pem'))) return; // before the ceremony
  const { bytes } = await crlFile(ctx, 'crls.pem');
  if (bytes === published && existsSync(join(ctx.paths.mapsDir, CRLS_FILE))) return;
  await writeGateMaps(ctx.paths.mapsDir, { crls: new TextDecoder().decode(bytes) });
  published = bytes;
}
