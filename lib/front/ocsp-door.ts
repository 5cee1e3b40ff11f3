import type { Server } from 'node:http';
import type { Socket } from 'node:net';

import type { Responder } from '../responder/responder';
import { serveConnection, type ServedConnection } from '../responder/serve-connection';

/** A connection whose first bytes do not come is cut. */
const FIRST_BYTES_MS = 10_000;

const BEGINS_WITH_OCSP = /^(?:GET|HEAD|POST) \/ocsp[/? ]/;

/** The OCSP connections of a server, which it does not know as its own. */
export type OcspDoor = {
  /** Lets answers under way go out, then ends the connections. */
  end: () => void;
  cut: () => void;
};

/**
 * Answers OCSP on the port of a plain http server: a connection that begins with it is taken before
 * Node's own reader of HTTP sees it, which would spend three times as long on it. Any other connection,
 * and one that asks for something else later, goes to the server as it came.
 */
export function openOcspDoor(server: Server, responder: Responder, now: () => number): OcspDoor {
  const open = new Map<Socket, ServedConnection>();
  const accepting = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');

  const hand = (socket: Socket, bytes: Buffer): void => {
    open.delete(socket);
    socket.pause();
    if (bytes.length > 0) socket.unshift(bytes);
    for (const accept of accepting) accept.call(server, socket);
    // Node's server reads past the stream, from its handle; what was read before would come out of
    // order. It stops doing so when somebody else listens for data.
    socket.on('data', () => undefined);
    socket.resume();
  };

  server.on('connection', (socket: Socket) => {
    const cut = (): void => void socket.destroy();
    const timer = setTimeout(cut, FIRST_BYTES_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      open.delete(socket);
    });
    socket.on('error', cut);
    socket.once('data', (chunk: Buffer) => {
      clearTimeout(timer);
      socket.off('error', cut);
      socket.pause();
      if (!BEGINS_WITH_OCSP.test(chunk.toString('latin1', 0, 16))) return hand(socket, chunk);
      socket.unshift(chunk);
      open.set(socket, serveConnection({ socket, responder, now, elsewhere: hand }));
      socket.resume();
    });
  });

  return {
    end() {
      for (const connection of open.values()) connection.end();
    },
    cut() {
      for (const socket of open.keys()) socket.destroy();
    },
  };
}
