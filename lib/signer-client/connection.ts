import { connect, type Socket } from 'node:net';

import { HubgateError } from '../errors';
import { LineSplitter } from '../wire/lines';
import { FRAME_MAX_BYTES, SignerFrame } from '../wire/messages';

/** What a caller waits for: frames of its call, then nothing or the reason why there will be none. */
export type FrameSink = { frame: (frame: SignerFrame) => void; lost: (reason: HubgateError) => void };

/** One connection to the signer; many calls at once, told apart by their id. */
export type Connection = {
  readonly alive: boolean;
  /** Sends one call and hands its frames to the sink until `release`. */
  send: (id: number, line: string, sink: FrameSink) => void;
  release: (id: number) => void;
  close: () => void;
};

function down(socketPath: string, cause?: unknown): HubgateError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new HubgateError(
    'signer.down',
    `The signer does not answer at ${socketPath}${code}. Nothing is lost: requests wait. ` +
      'Start it, or see its log.',
    { params: { socket: socketPath }, cause },
  );
}

/**
 * Opens a connection to a signer's socket.
 *
 * The socket keeps the process alive only while a call waits, so a command can end without closing.
 * @throws {HubgateError} `signer.down` when nobody answers
 */
export async function openConnection(socketPath: string): Promise<Connection> {
  const socket = connect(socketPath);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(down(socketPath, error)));
  });
  socket.removeAllListeners('error');
  return attach(socket, socketPath);
}

function attach(socket: Socket, socketPath: string): Connection {
  const sinks = new Map<number, FrameSink>();
  const lines = new LineSplitter(FRAME_MAX_BYTES);
  let alive = true;

  const end = (cause?: unknown): void => {
    if (!alive) return;
    alive = false;
    socket.destroy();
    const waiting = [...sinks.values()];
    sinks.clear();
    for (const sink of waiting) sink.lost(down(socketPath, cause));
  };
  socket.on('data', (chunk) => {
    try {
      for (const line of lines.push(chunk)) {
        const frame = SignerFrame.parse(JSON.parse(line));
        sinks.get(frame.id)?.frame(frame);
      }
    } catch (error) {
      end(error);
    }
  });
  socket.on('error', end);
  socket.on('close', () => end());
  socket.unref();

  return {
    get alive() {
      return alive;
    },
    send(id, line, sink) {
      if (!alive) {
        sink.lost(down(socketPath));
        return;
      }
      sinks.set(id, sink);
      socket.ref();
      socket.write(line);
    },
    release(id) {
      sinks.delete(id);
      if (sinks.size === 0) socket.unref();
    },
    close() {
      end();
    },
  };
}
