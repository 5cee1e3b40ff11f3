import type { Socket } from 'node:net';

import type { ReadyAnswer } from './answer-cache';
import { derOf, isNotModified, OCSP_BODY_MAX_BYTES, ocspHeaders } from './http-answer';
import { OcspHttpReader, type OcspHttpRequest } from './http-reader';
import { isOcspTarget, requestInTarget } from './ocsp-target';
import type { OcspReply, Responder } from './responder';

/** A request that has begun must be whole within this time. */
const REQUEST_MS = 10_000;
/** A connection on which nothing moves ends. Above the 3 s after which Apache lets go of it. */
const IDLE_MS = 15_000;

const STATUS_TEXT: Record<number, string> = {
  200: 'OK',
  304: 'Not Modified',
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  411: 'Length Required',
  413: 'Content Too Large',
  431: 'Request Header Fields Too Large',
  505: 'HTTP Version Not Supported',
};

/** A connection that is served until it ends; `end` lets the answer under way go out first. */
export type ServedConnection = { end: () => void };

/**
 * Serves OCSP over one connection, one request after the other.
 *
 * @param input.elsewhere takes over the connection when a request is for another place than OCSP, with
 *                        the bytes of that request; without it the answer is 404
 */
export function serveConnection(input: {
  socket: Socket;
  responder: Responder;
  now: () => number;
  elsewhere?: (socket: Socket, bytes: Buffer) => void;
}): ServedConnection {
  const { socket, responder, now, elsewhere } = input;
  const reader = new OcspHttpReader({ isOurs: isOcspTarget, bodyMaxBytes: OCSP_BODY_MAX_BYTES });
  /** An answer is being made, or the client does not read: no further request is taken. */
  let busy = false;
  let ending = false;
  let timer: NodeJS.Timeout | null = null;

  function watch(): void {
    if (!reader.midRequest && timer) {
      clearTimeout(timer);
      timer = null;
    }
    // The clock starts with a request's first byte, and is not wound up by the next trickle.
    if (reader.midRequest) timer ??= setTimeout(() => socket.destroy(), REQUEST_MS);
  }

  function refuse(status: number): void {
    ending = true;
    socket.end(plainAnswer(status, false));
  }

  function letGo(bytes: Buffer): void {
    if (timer) clearTimeout(timer);
    socket.off('data', take).off('error', cut).off('close', closed).off('timeout', cut);
    socket.setTimeout(0);
    elsewhere?.(socket, bytes);
  }

  function respond(request: OcspHttpRequest): void {
    const bytes = request.method === 'POST' ? request.body : (requestInTarget(request.target) ?? NOTHING);
    const reply = responder.answer(bytes);
    if ('kind' in reply) return write(request, reply);
    hold();
    reply.then((made) => {
      release();
      if (socket.destroyed) return;
      write(request, made);
      readOn();
    }, cut);
  }

  function write(request: OcspHttpRequest, reply: OcspReply): void {
    const keepAlive = request.keepAlive && !ending;
    const taken = socket.write(httpAnswer(request, reply, now(), keepAlive));
    if (!keepAlive) {
      ending = true;
      socket.end();
    } else if (!taken) {
      hold();
      socket.once('drain', () => {
        release();
        readOn();
      });
    }
  }

  function hold(): void {
    busy = true;
    socket.pause();
  }

  function release(): void {
    busy = false;
    socket.resume();
  }

  function readOn(): void {
    while (!busy && !ending) {
      const event = reader.next();
      if (event === null) break;
      if (event.kind === 'continue') socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      else if (event.kind === 'refused') refuse(event.status);
      else if (event.kind === 'request') respond(event.request);
      else if (elsewhere) return letGo(reader.rest);
      else refuse(404);
    }
    watch();
  }

  function take(chunk: Buffer): void {
    if (ending) return;
    reader.push(chunk);
    readOn();
  }
  const cut = (): void => void socket.destroy();
  const closed = (): void => void (timer && clearTimeout(timer));

  socket.setNoDelay(true);
  socket.setTimeout(IDLE_MS);
  socket.on('data', take).on('error', cut).on('close', closed).on('timeout', cut);
  return {
    end() {
      ending = true;
      if (!busy) socket.end();
    },
  };
}

const NOTHING = new Uint8Array();

/** The answer that most get, by its second: a gate asks about the same certificate many times in one. */
const wholeAnswers = new WeakMap<ReadyAnswer, { second: number; bytes: Buffer }>();

function httpAnswer(request: OcspHttpRequest, reply: OcspReply, now: number, keepAlive: boolean): Buffer {
  const usual =
    keepAlive && reply.kind === 'ready' && request.method !== 'HEAD' && request.ifNoneMatch === null;
  if (!usual) return makeAnswer(request, reply, now, keepAlive);
  const current = Math.floor(now / 1000);
  const made = wholeAnswers.get(reply.answer);
  if (made?.second === current) return made.bytes;
  const bytes = makeAnswer(request, reply, now, keepAlive);
  wholeAnswers.set(reply.answer, { second: current, bytes });
  return bytes;
}

function makeAnswer(request: OcspHttpRequest, reply: OcspReply, now: number, keepAlive: boolean): Buffer {
  const unchanged = request.method !== 'POST' && isNotModified(reply, request.ifNoneMatch);
  const status = unchanged ? 304 : 200;
  const body = unchanged || request.method === 'HEAD' ? NOTHING : derOf(reply);
  let head = `HTTP/1.1 ${status} ${STATUS_TEXT[status]}\r\nDate: ${httpDate(now)}\r\n`;
  for (const [name, value] of ocspHeaders(reply, now)) head += `${name}: ${value}\r\n`;
  if (!unchanged) head += `Content-Length: ${derOf(reply).length}\r\n`;
  head += `Connection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n`;
  const whole = Buffer.allocUnsafe(head.length + body.length);
  whole.write(head, 'latin1');
  whole.set(body, head.length);
  return whole;
}

function plainAnswer(status: number, keepAlive: boolean): string {
  const text = `${STATUS_TEXT[status]}\n`;
  const allow = status === 405 ? 'Allow: GET, HEAD, POST\r\n' : '';
  return (
    `HTTP/1.1 ${status} ${STATUS_TEXT[status]}\r\nContent-Type: text/plain\r\nCache-Control: no-store\r\n${allow}` +
    `Content-Length: ${text.length}\r\nConnection: ${keepAlive ? 'keep-alive' : 'close'}\r\n\r\n${text}`
  );
}

/** The text of a second is the same for a thousand answers. */
let second = 0;
let secondText = '';
function httpDate(now: number): string {
  const current = Math.floor(now / 1000);
  if (current !== second) {
    second = current;
    secondText = new Date(now).toUTCString();
  }
  return secondText;
}
