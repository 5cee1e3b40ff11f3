import type { RevokeEvent } from '../certificates/revoke-selection';
import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';
import { eventStream } from './event-stream';
import { log } from './log';
import { wantsJson } from './site-routing';

/**
 * The progress of revoking many, as server-sent events or as one JSON answer. What refuses the whole
 * call (another count, no role, the signer is down) comes before the first event and is thrown.
 *
 * A caller that goes away ends the stream, not the work: the batches are drained to their end.
 */
export async function revokeAnswer(
  ctx: Ctx,
  request: Request,
  events: AsyncIterable<RevokeEvent>,
): Promise<unknown> {
  const iterator = events[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (!wantsEvents(request.headers.get('accept'))) return collect(iterator, first);

  return eventStream(async (send) => {
    try {
      for (let next = first; !next.done; next = await iterator.next()) {
        if (next.value.event === 'done') {
          const { event, ...data } = next.value;
          send(event, data);
        } else send('batch', { done: next.value.done, total: next.value.total });
      }
    } catch (error) {
      const known = isHubgateError(error);
      if (!known) log(ctx.config).error({ requestId: ctx.requestId, err: error }, 'revoking broke off');
      send('error', {
        code: known ? error.code : 'unexpected',
        ...(known ? { detail: error.message } : {}),
        requestId: ctx.requestId,
      });
    }
  });
}

/** One answer unless events are asked for by name: most callers revoke a handful. */
function wantsEvents(accept: string | null): boolean {
  return accept !== null && /\btext\/event-stream\b/i.test(accept) && !wantsJson(accept);
}

async function collect(iterator: AsyncIterator<RevokeEvent>, first: IteratorResult<RevokeEvent>) {
  const results = new Map<string, { serial: string; state: 'REVOKED'; revokedAt: string; reason: string }>();
  let unknown: string[] = [];
  for (let next = first; !next.done; next = await iterator.next()) {
    if (next.value.event === 'done') ({ unknown } = next.value);
    else for (const one of next.value.revoked) results.set(one.serial, { ...one, state: 'REVOKED' });
  }
  return { count: results.size, results: [...results.values()], unknown };
}
