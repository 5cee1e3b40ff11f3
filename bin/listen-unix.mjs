/**
 * Preload of the web process (`node --import dist/listen-unix.mjs server.js`).
 *
 * Next's standalone server listens on a TCP port only. With HUBGATE_LISTEN set to a path, the first
 * listen on a port becomes a Unix socket of mode 0660, which only the front's group can open. Each
 * request is marked with how it came in (`x-hubgate-transport`), in place of whatever a client sent.
 * Ends the process when its parent does.
 */
import { chmodSync, rmSync } from 'node:fs';
import { Server as HttpServer } from 'node:http';
import { Server as NetServer } from 'node:net';
import { dirname, join } from 'node:path';

import { compressedAssets } from './compressed-assets.mjs';
import { readOwnMark, watchAnswer } from './spoken-errors.mjs';

const path = process.env.HUBGATE_LISTEN;
const HEADER = 'x-hubgate-transport';

if (path) {
  // Next takes its own address from these. Its URLs say localhost for 127.0.0.1, so with another
  // HOSTNAME (containers set one) a rewrite looks like a foreign address, to be fetched over TCP.
  process.env.HOSTNAME = 'localhost';
  process.env.PORT = '3000';
  const listen = NetServer.prototype.listen;
  let used = false;
  NetServer.prototype.listen = function listenOnPath(...args) {
    const port = typeof args[0] === 'object' && args[0] !== null ? args[0].port : args[0];
    if (used || !Number.isInteger(Number(port))) return listen.apply(this, args);
    used = true;
    rmSync(path, { force: true }); // a dead process leaves its socket file, which would keep the name busy
    const callback = args.findLast((arg) => typeof arg === 'function');
    this.once('listening', () => chmodSync(path, 0o660));
    return callback ? listen.call(this, { path }, callback) : listen.call(this, { path });
  };
}

const answerCompressed = compressedAssets(join(dirname(process.argv[1] ?? ''), '.next', 'static'));

// Both ways in which Node hands a request over; Next listens to either.
const emit = HttpServer.prototype.emit;
HttpServer.prototype.emit = function emitMarked(event, ...args) {
  if (event === 'request' || event === 'upgrade' || event === 'checkContinue') mark(args[0], this);
  if (event === 'request') {
    if (refuseTrace(args[0], args[1]) || answerCompressed(args[0], args[1])) return true;
    watchAnswer(args[0], args[1], { address: this.address(), failurePage });
  }
  return emit.call(this, event, ...args);
};

/** Bundled with the catalogue, so loaded by the first failure only. */
async function failurePage(headers, requestId) {
  const made = await import(new URL('failure-page.mjs', import.meta.url).href); // beside this file in dist
  return made.failurePage(headers, requestId);
}

/** A `Request` of the Fetch standard cannot be a TRACE: Next throws, which its client would see as a 500. */
function refuseTrace(request, response) {
  if (request.method !== 'TRACE') return false;
  response.writeHead(405, {
    allow: 'GET, HEAD, POST, OPTIONS',
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end('TRACE is not answered here.\n');
  return true;
}

function mark(request, server) {
  readOwnMark(request);
  // The server's own address, not the connection's: that of a TCP client that has just gone is
  // undefined, as that of a Unix socket is. A path is a string; a closed server has null: not trusted.
  const value = typeof server.address() === 'string' ? 'unix' : 'tcp';
  for (const name of Object.keys(request.headers)) {
    if (name.replaceAll('_', '-') === HEADER) delete request.headers[name];
  }
  request.headers[HEADER] = value;
  const raw = request.rawHeaders;
  for (let index = raw.length - 2; index >= 0; index -= 2) {
    if (raw[index].toLowerCase().replaceAll('_', '-') === HEADER) raw.splice(index, 2);
  }
  raw.push(HEADER, value);
}

if (process.env.HUBGATE_SUPERVISED === '1') {
  const end = () => process.kill(process.pid, 'SIGTERM');
  process.stdin.on('end', end);
  process.stdin.on('error', end);
  process.stdin.resume();
  // A drain that hangs must not outlive the parent.
  process.stdin.on('end', () => setTimeout(() => process.exit(1), 10_000).unref());
}
