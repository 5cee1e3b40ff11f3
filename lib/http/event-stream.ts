/** Proxies and browsers drop silent connections after 30 to 60 s. */
const HEARTBEAT_MS = 15_000;

/**
 * Server-sent events. `produce` sends until it returns; after the reader has gone, `send` does
 * nothing and returns false. An `id` says of what state an event tells; no line breaks in it. `no-transform` keeps compressing proxies from holding events back.
 */
export function eventStream(
  produce: (send: (event: string, data: unknown, id?: string) => boolean, gone: AbortSignal) => Promise<void>,
): Response {
  const encoder = new TextEncoder();
  const gone = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string): boolean => {
        if (gone.signal.aborted) return false;
        try {
          controller.enqueue(encoder.encode(text));
          return true;
        } catch {
          gone.abort();
          return false;
        }
      };
      const heartbeat = setInterval(() => write(': alive\n\n'), HEARTBEAT_MS);
      heartbeat.unref();
      const send = (event: string, data: unknown, id?: string): boolean =>
        write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      void produce(send, gone.signal)
        .catch(() => undefined)
        .finally(() => {
          clearInterval(heartbeat);
          if (gone.signal.aborted) return;
          gone.abort();
          controller.close();
        });
    },
    cancel() {
      gone.abort();
    },
  });
  return new Response(body, {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
  });
}
