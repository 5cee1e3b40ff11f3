import { constants } from 'node:crypto';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer, Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

import { HubgateError } from '../errors';
import { asksForCertificate, type ListenerPlan } from './listeners';
import { refuseUpgrade } from './plain-answer';
import type { TlsFiles } from './tls-files';

const LIMITS = {
  maxHeaderSize: 32 * 1024,
  // A client has this long for its headers, and the check runs often enough to mean it (slowloris).
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 15_000,
  requireHostHeader: true,
} as const;

const TLS_OPTIONS = {
  minVersion: 'TLSv1.2',
  // No tickets: a resumed session would skip the verification of the client certificate.
  secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  honorCipherOrder: true,
} as const;

type TlsMaterial = ReturnType<TlsFiles['read']>;

/** A server for this port, not listening yet, with limits on what a client may send and how slowly. */
export function openServer(plan: ListenerPlan, tls: () => TlsMaterial): Server {
  const server = plan.kind === 'http' ? createHttpServer(LIMITS) : secureServer(plan, tls());
  limit(server, plan);
  return server;
}

/** Other files for connections that come from now on. */
export function renewTls(servers: readonly Server[], tls: TlsMaterial): void {
  for (const server of servers) {
    if (server instanceof SecureServer) server.setSecureContext({ ...tls, ...TLS_OPTIONS });
  }
}

function secureServer(plan: ListenerPlan, tls: TlsMaterial): SecureServer {
  return createHttpsServer({
    ...LIMITS,
    ...TLS_OPTIONS,
    ...tls,
    ALPNProtocols: ['http/1.1'],
    handshakeTimeout: 10_000,
    requestCert: asksForCertificate(plan),
    // An expired or foreign certificate gets a page that explains, not a broken connection.
    rejectUnauthorized: false,
  });
}

function limit(server: Server, plan: ListenerPlan): void {
  server.maxHeadersCount = 100;
  server.maxConnections = 4096;
  server.maxRequestsPerSocket = 10_000;
  // Uploads to a hub take as long as they take; the portal takes nothing that needs half a minute.
  server.requestTimeout = asksForCertificate(plan) ? 0 : 30_000;
  // Nothing moves in either direction: a stalled body, a reader that stopped. WebSockets are exempt,
  // from when the hub has taken them on (forwardUpgrade).
  server.setTimeout(asksForCertificate(plan) ? 600_000 : 150_000);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    refuseUpgrade(socket, error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400);
  });
  server.on('tlsClientError', (_error, socket: TLSSocket) => socket.destroy());
}

/**
 * Opens the port.
 *
 * @throws {HubgateError} `start.port-in-use`, `config.insecure` (a port that needs more rights)
 */
export function listen(server: Server, plan: ListenerPlan, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenProblem(error, plan, host)));
    server.listen(plan.port, host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

function listenProblem(error: NodeJS.ErrnoException, plan: ListenerPlan, host: string): Error {
  const where = `${host}:${plan.port} (for ${plan.origin})`;
  if (error.code === 'EADDRINUSE') {
    return new HubgateError(
      'start.port-in-use',
      `Port ${plan.port} is in use by another program: ${where}. Stop it, or give another port in [site] of hubgate.toml.`,
      { params: { port: plan.port }, cause: error },
    );
  }
  if (error.code === 'EACCES') {
    return new HubgateError(
      'config.insecure',
      `Port ${plan.port} needs more rights than this user has: ${where}. Use a port above 1023, or put Apache in front.`,
      { params: { port: plan.port }, cause: error },
    );
  }
  return error;
}
