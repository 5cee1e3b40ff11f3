import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import type { OutgoingHttpHeaders, RequestOptions, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { answerPlainly, refuseUpgrade } from './plain-answer';
import { answerHeaders } from './request-headers';

/** Where a request goes on: the web process's socket, or a hub's private address. */
export type Target = { kind: 'portal'; socketPath: string } | { kind: 'hub'; hostname: string; port: number };

export type Forwarding = {
  target: Target;
  /** Request target as it is sent on; the path of a rewrite when it is one. */
  path: string;
  headers: OutgoingHttpHeaders;
  hsts: string | null;
  /** Bytes of body at most; undefined for hubs, where people upload data. */
  bodyLimitBytes?: number;
  /** How long a body may take to arrive, also one that nobody reads; undefined for hubs. */
  bodyTimeMs?: number;
  /** Overrides the answer's status: a page that explains a refusal is still a refusal. */
  status?: number;
  /** GET without the client's body, for a rewrite. */
  asGet?: boolean;
  /** What is asked instead where the target does not answer; without it the front says so itself. */
  otherwise?: Forwarding;
};

// Connections to the web process are kept for requests without a body only: such a request may be
// sent again when the other side has just closed an idle connection.
// No limit of its own: open streams of events would fill it and keep everybody else waiting. The
// listeners limit connections, and each of those carries one request at a time.
const agent = new Agent({ keepAlive: true, maxFreeSockets: 16, scheduling: 'lifo' });

/** Longest silence of a backend before its answer begins, and while it runs (a stream sends comments). */
const PORTAL_SILENCE_MS = 120_000;
const HUB_SILENCE_MS = 600_000;

/** Sends a request on and its answer back, both as streams; ends the one when the other ends. */
export function forward(request: IncomingMessage, response: ServerResponse, forwarding: Forwarding): void {
  const declared = Number(request.headers['content-length'] ?? 0);
  const { bodyLimitBytes } = forwarding;
  if (bodyLimitBytes !== undefined && declared > bodyLimitBytes) {
    answerPlainly(response, 413);
    return;
  }
  if (forwarding.bodyTimeMs !== undefined && hasBody(request)) {
    limitBodyTime(request, response, forwarding.bodyTimeMs);
  }
  send(request, response, forwarding, true);
}

/** A body that comes in drops, or goes on after its answer, must not hold the connection for ever. */
function limitBodyTime(request: IncomingMessage, response: ServerResponse, milliseconds: number): void {
  const { socket } = request;
  const late = setTimeout(() => {
    if (request.complete) return;
    if (!response.headersSent) answerPlainly(response, 408);
    socket.destroySoon();
  }, milliseconds);
  const forget = () => clearTimeout(late);
  request.once('end', forget);
  socket.once('close', forget);
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  forwarding: Forwarding,
  mayRetry: boolean,
): void {
  const bodiless = forwarding.asGet === true || !hasBody(request);
  const options = backendOptions(request, forwarding, bodiless && mayRetry);
  const backend = httpRequest(options);
  const giveUp = (status: number): void => {
    const { otherwise } = forwarding;
    if (otherwise === undefined || response.headersSent) return answerPlainly(response, status);
    request.unpipe(backend);
    forward(request, response, otherwise);
  };
  let late = false;
  backend.setTimeout(forwarding.target.kind === 'portal' ? PORTAL_SILENCE_MS : HUB_SILENCE_MS, () => {
    late = true;
    giveUp(504);
    backend.destroy();
  });
  backend.on('response', (answer) => relay(answer, response, forwarding));
  backend.on('error', (error: NodeJS.ErrnoException) => {
    if (late || response.destroyed || response.writableEnded) return;
    if (bodiless && mayRetry && backend.reusedSocket && !response.headersSent) {
      send(request, response, forwarding, false);
      return;
    }
    giveUp(forwarding.target.kind === 'portal' && isRestarting(error, bodiless) ? 503 : 502);
  });
  response.on('close', () => {
    if (!response.writableFinished) backend.destroy();
  });
  if (bodiless) backend.end();
  else pipeBody(request, backend, response, forwarding.bodyLimitBytes);
}

/**
 * The web process is not there, or went away before it answered: it is started again. Of a request with
 * a body nobody knows then whether it was carried out, so that one is not told to come again.
 */
function isRestarting(error: NodeJS.ErrnoException, bodiless: boolean): boolean {
  const absent = /^(ENOENT|ECONNREFUSED)$/.test(error.code ?? '');
  return absent || (bodiless && /^(ECONNRESET|EPIPE)$/.test(error.code ?? ''));
}

function hasBody(request: IncomingMessage): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}

function backendOptions(request: IncomingMessage, forwarding: Forwarding, keep: boolean): RequestOptions {
  const { target, path, headers } = forwarding;
  const { 'content-length': _length, ...bodiless } = headers;
  return {
    ...(target.kind === 'portal'
      ? { socketPath: target.socketPath }
      : { hostname: target.hostname, port: target.port }),
    agent: keep && target.kind === 'portal' ? agent : false,
    method:
      forwarding.asGet === true ? (request.method === 'HEAD' ? 'HEAD' : 'GET') : (request.method ?? 'GET'),
    path,
    headers: forwarding.asGet === true ? bodiless : headers,
    setHost: false,
  };
}

function pipeBody(
  request: IncomingMessage,
  backend: ClientRequest,
  response: ServerResponse,
  limit: number | undefined,
): void {
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (limit !== undefined && received > limit) {
      request.unpipe(backend);
      backend.destroy();
      answerPlainly(response, 413);
    }
  });
  request.on('aborted', () => backend.destroy());
  request.pipe(backend);
}

function relay(answer: IncomingMessage, response: ServerResponse, forwarding: Forwarding): void {
  if (response.headersSent || response.destroyed) {
    answer.destroy();
    return;
  }
  const headers = answerHeaders(answer, forwarding.target.kind, forwarding.hsts);
  response.writeHead(forwarding.status ?? answer.statusCode ?? 502, headers);
  // A stream of events has nothing to say for a while: its headers go out at once.
  response.flushHeaders();
  answer.on('error', () => response.destroy());
  answer.on('aborted', () => response.destroy());
  answer.pipe(response);
}

/** Sends an upgrade (WebSocket, RFC 6455) on and joins both connections once it is accepted. */
export function forwardUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  forwarding: Forwarding,
): void {
  const backend = httpRequest({
    ...backendOptions(request, forwarding, false),
    headers: { ...forwarding.headers, connection: 'Upgrade', upgrade: 'websocket' },
  });
  backend.setTimeout(HUB_SILENCE_MS, () => backend.destroy(new Error('no answer')));
  socket.on('error', () => backend.destroy());
  socket.on('close', () => backend.destroy());
  backend.on('error', () => refuseUpgrade(socket, 502));
  backend.on('response', (answer) => {
    socket.write(headOf(answer, forwarding, ['connection: close']));
    answer.on('error', () => socket.destroy());
    answer.pipe(socket);
  });
  backend.on('upgrade', (answer, backendSocket, backendHead) => {
    if (!socket.writable) {
      backendSocket.destroy();
      return;
    }
    socket.write(headOf(answer, forwarding, ['connection: Upgrade', 'upgrade: websocket']));
    if (backendHead.length > 0) socket.write(backendHead);
    if (head.length > 0) backendSocket.write(head);
    backendSocket.setTimeout(0);
    (socket as Socket).setTimeout(0); // a notebook may be silent for hours
    backendSocket.on('error', () => socket.destroy());
    backendSocket.on('close', () => socket.destroy());
    socket.on('close', () => backendSocket.destroy());
    backendSocket.pipe(socket).pipe(backendSocket);
  });
  backend.end();
}

function headOf(answer: IncomingMessage, forwarding: Forwarding, extra: readonly string[]): string {
  const lines = Object.entries(answerHeaders(answer, forwarding.target.kind, forwarding.hsts)).flatMap(
    ([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => `${name}: ${String(one)}`),
  );
  const status = `HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ''}`;
  return `${[status, ...lines, ...extra].join('\r\n')}\r\n\r\n`;
}
