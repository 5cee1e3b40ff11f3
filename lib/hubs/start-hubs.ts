import { mkdir } from 'node:fs/promises';

import type { Ctx } from '../ctx';
import type { Instance } from '../instance';
import { HubHistoryRecord, rememberHubs } from './hub-history-record';
import { HubIndex, runningIndex, setRunningIndex } from './hub-index';
import { publishGateMaps, publishHubMaps, publishRevocations } from './publish-maps';

const REPUBLISH_MS = 10_000;
const RECORD_MS = 60_000;
/** Outages are written soon after they begin or end; many at once are one writing. */
const NEWS_MS = 1000;

/**
 * Starts the hub index of this process and keeps the gate's maps current: at once, on every change
 * of a registration, and every ten seconds for what other processes changed (the command line, the
 * signer's journal after it was down). Writes the history of the hubs.
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
  const remembered = await rememberHubs(ctx).catch((error: unknown) => (complain(error), undefined));
  const index = new HubIndex(instance, () => Date.now(), remembered);
  setRunningIndex(index);
  await index.start();
  index.subscribe(() => void publishHubMaps(ctx).catch(complain));
  startRecord(ctx, index, complain);
  await publishGateMaps(ctx).catch(complain);
  setInterval(() => {
    void publishHubMaps(ctx).catch(complain);
    void publishRevocations(ctx).catch(complain);
  }, REPUBLISH_MS).unref();
}

/** Observes every change; writes once a minute, and soon after a hub changed its state. */
function startRecord(
  ctx: Pick<Ctx, 'db' | 'paths' | 'now'>,
  index: HubIndex,
  complain: (error: unknown) => void,
): void {
  const record = new HubHistoryRecord(ctx);
  let work: Promise<void> = Promise.resolve();
  const write = () => {
    work = work.then(() => record.write(index.snapshot())).catch(complain);
  };
  let news: NodeJS.Timeout | null = null;
  record.observe(index.snapshot());
  index.subscribe((snapshot) => {
    record.observe(snapshot);
    if (!record.isNews(snapshot)) return;
    news ??= setTimeout(() => {
      news = null;
      write();
    }, NEWS_MS);
  });
  write();
  setInterval(write, RECORD_MS).unref();
}
