import { connect, type Socket } from 'node:net';

import { until } from './ports';

/** A WebDriver element, as Marionette names it in its answers. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

type Answer = [kind: 1, id: number, error: { error: string; message: string } | null, value: unknown];

export type Marionette = {
  /** Sends one command. @throws {Error} with Firefox's own error code and sentence */
  call: (command: string, parameters?: Record<string, unknown>) => Promise<unknown>;
  close: () => void;
};

/**
 * Firefox's own remote protocol: JSON arrays over TCP, each behind its length in bytes and a colon; a
 * command is `[0, id, name, parameters]`, its answer `[1, id, error, result]`. Debian packages no geckodriver,
 * and this is all that geckodriver does.
 */
export async function connectMarionette(port: number): Promise<Marionette> {
  const { socket, greeting } = await until('Firefox listens', () => greet(port), 60);
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  const fail = (reason: string) => {
    for (const { reject } of waiting.values()) reject(new Error(`Firefox: ${reason}`));
    waiting.clear();
  };
  readMessages(socket, greeting.rest, (message) => {
    const [, id, error, value] = message as Answer;
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === null) one?.resolve(value);
    else one?.reject(new Error(`${error.error}: ${error.message}`));
  });
  socket.on('close', () => fail('the connection ended'));
  socket.on('error', (error) => fail(error.message));

  let last = 0;
  return {
    call: (command, parameters = {}) =>
      new Promise((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        const text = JSON.stringify([0, last, command, parameters]);
        socket.write(`${Buffer.byteLength(text)}:${text}`);
      }),
    close: () => socket.destroy(),
  };
}

/** Connects once; a Firefox that is still starting refuses, and is asked again. */
function greet(port: number): Promise<{ socket: Socket; greeting: { rest: Buffer } }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    let buffered = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      const first = takeMessage(buffered);
      if (first === null) return;
      socket.off('data', onData);
      socket.off('error', reject);
      const { marionetteProtocol } = first.message as { marionetteProtocol?: number };
      if (marionetteProtocol === 3) resolve({ socket, greeting: { rest: first.rest } });
      else reject(new Error(`Marionette protocol ${String(marionetteProtocol)}, not 3`));
    };
    socket.on('data', onData);
  });
}

function readMessages(socket: Socket, rest: Buffer, onMessage: (message: unknown) => void): void {
  let buffered = rest;
  socket.on('data', (chunk: Buffer) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let next = takeMessage(buffered); next !== null; next = takeMessage(buffered)) {
      buffered = next.rest;
      onMessage(next.message);
    }
  });
}

function takeMessage(bytes: Buffer): { message: unknown; rest: Buffer } | null {
  const colon = bytes.indexOf(':');
  if (colon < 0) return null;
  const end = colon + 1 + Number(bytes.subarray(0, colon).toString('ascii'));
  if (bytes.length < end) return null;
  return {
    message: JSON.parse(bytes.subarray(colon + 1, end).toString('utf8')),
    rest: bytes.subarray(end),
  };
}

/** The id of the element in an answer of FindElement. */
export function elementId(answer: unknown): string {
  const { value } = answer as { value: Record<string, string> };
  const id = value[ELEMENT];
  if (id === undefined) throw new Error(`no element in ${JSON.stringify(answer)}`);
  return id;
}
