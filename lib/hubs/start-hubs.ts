import { mkdir } from 'node:fs/promises';

import type { Ctx } from '../ctx';
import type { Instance } from '../instance';
import { HubIndex, runningIndex, setRunningIndex } from './hub-index';
import { publishGateMaps, publishHubMaps, publishRevocations } from './publish-maps';

const REPUBLISH_MS = 10_000;

/**
 * Starts the hub index of this process and keeps the gate's maps current: at once, on every change
 * of a registration, and every ten seconds for what other processes changed (the command line, the
 * signer's journal after it was down).
 *
 * @param complain hears failures of writing; the next round tries again
 */
export async function startHubs(instance: Instance, complain: (error: unknown) => void): Promise<void> {
  if (runningIndex() !== null) return;
  const ctx: Pick<Ctx, 'config' | 'paths' | 'db' | 'signer' | 'now'> = {
    config: instance.config,
    paths: instance.paths,
    db: instance.db,
    signer: instance.signer,
    now: () => new Date(),
  };
  // The portal's own folder is made; a configured one that is missing is an error that people see.
  if (instance.config.hubs.dir === undefined) {
    await mkdir(instance.paths.hubsDir, { recursive: true, mode: 0o755 }).catch(complain);
  }
  const index = new HubIndex(instance, () => Date.now());
  setRunningIndex(index);
  await index.start();
  index.subscribe(() => void publishHubMaps(ctx).catch(complain));
  await publishGateMaps(ctx).catch(complain);
  setInterval(() => {
    void publishHubMaps(ctx).catch(complain);
    void publishRevocations(ctx).catch(complain);
  }, REPUBLISH_MS).unref();
}
