import { HubgateError } from '../errors';

/**
 * Reads a body to the end, at most `maxBytes` and `seconds`. Content-Length is only a first hint:
 * what counts is what arrives.
 *
 * @throws {HubgateError} `http.too-large`, `http.malformed` when it ends early or takes too long
 */
export async function readBody(
  request: Request,
  limits: { maxBytes: number; seconds: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () =>
    new HubgateError('http.too-large', `The body is larger than ${limits.maxBytes} bytes.`, {
      params: { maxBytes: limits.maxBytes },
    });
  const announced = Number(request.headers.get('content-length') ?? '0');
  if (announced > limits.maxBytes) throw tooLarge();
  if (request.body === null) return new Uint8Array();

  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new HubgateError('http.malformed', `The body did not arrive within ${limits.seconds} s.`)),
      limits.seconds * 1000,
    );
  });
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) break;
      size += value.byteLength;
      if (size > limits.maxBytes) throw tooLarge();
      chunks.push(value);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    if (error instanceof HubgateError) throw error;
    throw new HubgateError('http.malformed', 'The body broke off before its end.', { cause: error });
  } finally {
    clearTimeout(timer);
  }
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    whole.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return whole;
}

/**
 * Bytes as a JSON value.
 *
 * @throws {HubgateError} `http.malformed`
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new HubgateError('http.malformed', 'The body is not JSON.', { cause });
  }
}
