import type { Ctx } from '../ctx';
import { runningIndex } from './hub-index';
import { followNotices } from './notices/current-notices';
import { listHubs, type HubList, type HubVisitor } from './list-hubs';

/**
 * The list of hubs now, and again whenever something about it changed, until the reader is gone.
 * Several changes while one list is made become one.
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
    yield await listHubs(ctx, { visitor: input.visitor });
    for (;;) {
      if (!changed) await new Promise<void>((resolve) => (input.gone.aborted ? resolve() : (wake = resolve)));
      if (input.gone.aborted) return;
      changed = false;
      yield await listHubs(ctx, { visitor: input.visitor });
    }
  } finally {
    for (const end of ends) end?.();
    input.gone.removeEventListener('abort', onGone);
  }
}
