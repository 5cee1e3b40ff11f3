import type { Socket } from 'node:net';

import { HubgateError } from '../errors';
import { LineSplitter, LineTooLong } from '../wire/lines';
import { FRAME_MAX_BYTES, OPERATOR_ONLY, SignerCall, type SignerFrame } from '../wire/messages';
import { WIRE_VERSION } from '../wire/order';
import type { Calls, Door } from './calls';
import type { Log } from './log';
import { refusalOf } from './outcome';

/** A frame that has begun must be whole within this time. */
const FRAME_MS = 30_000;
/** A peer that does not read is cut when so much waits for it. */
const UNREAD_MAX_BYTES = 64 * 1024 * 1024;
/** Calls of one connection under way at a time. */
const CALLS_AT_ONCE = 64;
/** Frames whose call cannot be told carry this id. */
const NO_CALL = -1;

/**
 * Speaks with one peer until it goes: newline-delimited JSON, strictly read. What is not a call is
 * refused; what is not even a line of JSON ends the connection, since nothing behind it can be
 * trusted to begin where a frame begins.
 *
 * @param onIdle hears each time that no call is under way
 */
export function servePeer(input: {
  socket: Socket;
  door: Door;
  calls: Calls;
  log: Log;
  onIdle: () => void;
}): { busy: () => boolean; end: () => void } {
  const { socket, door, calls, log, onIdle } = input;
  const lines = new LineSplitter(FRAME_MAX_BYTES);
  let running = 0;
  let timer: NodeJS.Timeout | null = null;

  function cut(why: string): void {
    log.warn({ door, why }, 'peer cut');
    socket.destroy();
  }

  function send(frame: SignerFrame): void {
    if (socket.destroyed) return;
    // Frames of one turn leave in one piece.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    socket.write(`${JSON.stringify(frame)}\n`);
    if (socket.writableLength > UNREAD_MAX_BYTES) cut('it does not read its answers');
  }

  async function answer(call: SignerCall): Promise<void> {
    running += 1;
    const { id } = call;
    try {
      const result = await calls(call, (item) => send({ id, kind: 'item', item }), door);
      send({ id, kind: 'result', result });
    } catch (error) {
      const refusal = refusalOf(error);
      log.warn({ door, method: call.method, code: refusal.code, err: errorDetail(error) }, 'call refused');
      send({ id, kind: 'refusal', ...refusal });
    } finally {
      running -= 1;
      if (running === 0) onIdle();
    }
  }

  function take(line: string): void {
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      send({ id: NO_CALL, kind: 'refusal', code: 'signer.protocol', message: 'A line is not JSON.' });
      socket.end();
      cut('it sent a line that is not JSON');
      return;
    }
    const parsed = SignerCall.safeParse(value);
    const refuse = (code: 'signer.protocol' | 'signer.busy', message: string): void => {
      log.warn({ door, code, message }, 'frame refused');
      send({ id: idOf(value), kind: 'refusal', code, message });
    };
    if (!parsed.success) return refuse('signer.protocol', whatIsWrong(value, parsed.error.issues[0]));
    if (door === 'web' && OPERATOR_ONLY.has(parsed.data.method)) {
      return refuse('signer.protocol', `"${parsed.data.method}" is taken on the operator's socket only.`);
    }
    if (running >= CALLS_AT_ONCE) return refuse('signer.busy', 'Too many calls at once on this connection.');
    void answer(parsed.data);
  }

  socket.on('data', (chunk) => {
    try {
      for (const line of lines.push(chunk)) if (!socket.destroyed) take(line);
    } catch (error) {
      cut(error instanceof LineTooLong ? error.message : 'it cannot be read');
      return;
    }
    // The clock starts with the first byte of a frame, and is not wound up by the next trickle.
    if (!lines.midLine && timer) {
      clearTimeout(timer);
      timer = null;
    }
    if (lines.midLine) timer ??= setTimeout(() => cut('its frame did not end in time'), FRAME_MS);
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => {
    if (timer) clearTimeout(timer);
  });
  return { busy: () => running > 0, end: () => socket.end() };
}

function idOf(value: unknown): number {
  if (typeof value === 'object' && value !== null && 'id' in value && Number.isSafeInteger(value.id)) {
    return value.id as number;
  }
  return NO_CALL;
}

function whatIsWrong(value: unknown, issue: { path: PropertyKey[]; message: string } | undefined): string {
  if (typeof value === 'object' && value !== null && 'v' in value && value.v !== WIRE_VERSION) {
    return `This signer speaks version ${WIRE_VERSION} of its contract. Portal and signer must be of the same release.`;
  }
  return `This is not a call of the contract (${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? 'unknown'}).`.slice(
    0,
    500,
  );
}

/** The unexpected is logged whole; a refusal says all it has to say by its code. */
const errorDetail = (error: unknown): unknown => (error instanceof HubgateError ? undefined : error);
