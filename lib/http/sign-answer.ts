import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';
import type { SignEvent } from '../requests/views';
import { log } from './log';
import { wantsJson } from './site-routing';
import { eventStream } from './event-stream';

/**
 * The progress of signing, as server-sent events or as one JSON answer. What refuses the whole
 * call (signer down or locked) comes before the first event and is thrown.
 *
 * A caller that goes away ends the stream, not the signing: the batch is drained to its end.
 */
export async function signAnswer(
  ctx: Ctx,
  request: Request,
  events: AsyncIterable<SignEvent>,
): Promise<unknown> {
  const iterator = events[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (wantsJson(request.headers.get('accept'))) return { results: await collect(iterator, first) };

  return eventStream(async (send) => {
    try {
      for (let next = first; !next.done; next = await iterator.next()) {
        const { event, ...data } = next.value;
        send(event, data);
      }
    } catch (error) {
      const code = isHubgateError(error) ? error.code : 'unexpected';
      if (code === 'unexpected')
        log(ctx.config).error({ requestId: ctx.requestId, err: error }, 'signing broke off');
      send('error', { code, requestId: ctx.requestId });
    }
  });
}

async function collect(
  iterator: AsyncIterator<SignEvent>,
  first: IteratorResult<SignEvent>,
): Promise<{ id: string; state: string; serial?: string; code?: string }[]> {
  const results = [];
  for (let next = first; !next.done; next = await iterator.next()) {
    if (next.value.event !== 'item') continue;
    const { id, state, serial, code } = next.value;
    results.push({
      id,
      state,
      ...(serial === undefined ? {} : { serial }),
      ...(code === undefined ? {} : { code }),
    });
  }
  return results;
}
