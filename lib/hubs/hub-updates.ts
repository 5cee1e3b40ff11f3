import { setTimeout as wait } from 'node:timers/promises';

import type { Ctx } from '../ctx';
import { runningIndex } from './hub-index';
import { followNotices } from './notices/current-notices';
import { listHubs, type HubList, type HubVisitor } from './list-hubs';

/** Of a reader's lists; what changes within becomes one. The first change is told at once. */
const PACE_MS = 1000;

/**
 * The list of hubs now, and again whenever something about it changed, until the reader is gone:
 * once a second at most, since hundreds of pages may follow hundreds of hubs.
 *
 * @throws {HubgateError} as `listHubs`, with the first list
 */
export async function* hubUpdates(
  ctx: Parameters<typeof listHubs>[0] & Pick<Ctx, 'now'>,
  input: { visitor: HubVisitor; gone: AbortSignal },
): AsyncGenerator<HubList> {
  let wake: () => void = () => undefined;
  let changed = false;
  const onChange = () => {
    changed = true;
    wake();
  };
  const ends = [runningIndex()?.subscribe(onChange), followNotices(ctx, onChange)];
  const onGone = () => wake();
  input.gone.addEventListener('abort', onGone);
  try {
    const list = () => listHubs(ctx, { visitor: input.visitor, access: 'shared' });
    yield await list();
    let told = 0;
    for (;;) {
      if (!changed) await new Promise<void>((resolve) => (input.gone.aborted ? resolve() : (wake = resolve)));
      const pause = told + PACE_MS - performance.now();
      if (pause > 0 && !input.gone.aborted) await wait(pause, undefined, { ref: false });
      if (input.gone.aborted) return;
      changed = false;
      told = performance.now();
      yield await list();
    }
  } finally {
    for (const end of ends) end?.();
    input.gone.removeEventListener('abort', onGone);
  }
}
