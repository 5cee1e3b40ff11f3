import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';

export type Answer = {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  bytes: Buffer;
  reusedSocket: boolean;
};

export type Identity = { cert: string | Uint8Array; key: string | Uint8Array };

/**
 * One HTTP client of the tests. Names such as gate.localhost are no hosts to Node: the connection
 * goes to 127.0.0.1, SNI and Host carry the name.
 *
 * @param options.ca    trusted roots, PEM; without it nothing is verified
 * @param options.agent keeps one connection open over several calls
 * @param options.rawPath a path that goes out as it is; that of a URL loses its dot segments, encoded or not
 * @param options.silenceMs how long the other side may say nothing
 */
export function send(
  url: string,
  options: {
    method?: string;
    /** Names go out in the case in which they stand here; a list goes out as lines of its own. */
    headers?: Record<string, string | string[]>;
    body?: string | Uint8Array;
    ca?: string;
    identity?: Identity;
    agent?: Agent;
    maxVersion?: 'TLSv1.2' | 'TLSv1.3';
    silenceMs?: number;
    rawPath?: string;
  } = {},
): Promise<Answer> {
  const target = new URL(url);
  const secure = target.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const common = {
      host: '127.0.0.1',
      port: target.port,
      path: options.rawPath ?? `${target.pathname}${target.search}`,
      method: options.method ?? 'GET',
      headers: { host: target.host, ...options.headers },
      agent: options.agent ?? false,
    };
    const request = secure
      ? httpsRequest({
          ...common,
          servername: target.hostname,
          ...(options.ca === undefined ? { rejectUnauthorized: false } : { ca: options.ca }),
          ...(options.identity === undefined
            ? {}
            : { cert: pem(options.identity.cert), key: pem(options.identity.key) }),
          ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
        })
      : httpRequest(common);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString('utf8'),
          bytes: Buffer.concat(chunks),
          reusedSocket: request.reusedSocket,
        }),
      );
    });
    request.setTimeout(options.silenceMs ?? 30_000, () =>
      request.destroy(new Error(`no answer from ${url}`)),
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

const pem = (value: string | Uint8Array) => (typeof value === 'string' ? value : Buffer.from(value));

/** One TLS connection that stays open. */
export function oneConnection(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 });
}
