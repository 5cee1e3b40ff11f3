import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

import type { LoadedConfig } from '../config/load';
import {
  ACCESS_MAP,
  GATE_ACCESS_PATH,
  GateMapFile,
  HUBS_MAP,
  REVOKED_MAP,
  VERSION_KEY,
} from '../hubs/gate-map-file';
import type { Responder } from '../responder/responder';
import { EnteredHubs } from './entered-hubs';
import { forward, forwardUpgrade, type Forwarding } from './forward';
import { decideGate, revocationOf, upstreamGuard, type GateDecision } from './gate-decision';
import {
  asksForCertificate,
  hostnameOf,
  hostnameOfHeader,
  planListeners,
  servedOverHttp,
  type ListenerPlan,
} from './listeners';
import { openOcspDoor, type OcspDoor } from './ocsp-door';
import { listen, openServer, renewTls } from './open-server';
import { answerAccessVersion, answerPlainly, refuseUpgrade, speakTo } from './plain-answer';
import { hstsFor, hubHeaders, portalHeaders, type Arrival } from './request-headers';
import { shownCertificate, type ShownCertificate } from './shown-certificate';
import { tlsFiles } from './tls-files';

export type Front = {
  /** What listens, for the line that says so. */
  readonly listeners: readonly ListenerPlan[];
  /** Stops accepting, lets running requests end for as long as given, then cuts them off. */
  close(graceMs: number): Promise<void>;
};

/** Forms with a CSR have some 20 KiB; a little room for what comes. Routes have their own limits. */
const PORTAL_BODY_MAX_BYTES = 1024 * 1024;
const PORTAL_BODY_MS = 30_000;
const TLS_FILES_EVERY_MS = 2000;
const NONE: ShownCertificate = { verify: 'NONE' };

/**
 * The embedded front: ends TLS, decides at the gate, forwards to web process and hubs.
 *
 * @param responder answers OCSP on the http port; null leaves that to the web process
 * @throws {HubgateError} `start.port-in-use`, `config.missing-file`, `config.insecure` (a port that
 *   needs more rights)
 */
export async function serveFront(
  loaded: Pick<LoadedConfig, 'config' | 'paths'>,
  frontSecret: string,
  now: () => Date,
  responder: Responder | null = null,
): Promise<Front> {
  const { config, paths } = loaded;
  const files = tlsFiles(paths);
  const maps = {
    hubs: new GateMapFile(join(paths.mapsDir, HUBS_MAP)),
    access: new GateMapFile(join(paths.mapsDir, ACCESS_MAP)),
    revoked: new GateMapFile(join(paths.mapsDir, REVOKED_MAP)),
  };
  const mayRouteTo = upstreamGuard(Object.values(config.hubs.upstream));
  const listeners = planListeners(config);
  const servers: Server[] = [];
  const entered = new EnteredHubs();
  const doors: OcspDoor[] = [];

  const route = (plan: ListenerPlan, request: IncomingMessage): Route => {
    const shown = shownAt(plan, request, now());
    const target = request.url ?? '/';
    const arrival = {
      proto: plan.kind === 'http' ? 'http' : 'https',
      peerAddress: peerOf(request),
      shown,
    } as const;
    const current = {
      hubs: maps.hubs.current(),
      access: maps.access.current(),
      revoked: maps.revoked.current(),
    };
    const decision: GateDecision = asksForCertificate(plan)
      ? decideGate(target, shown, current, mayRouteTo)
      : { to: 'portal' };
    return { target, arrival: { ...arrival, shown: withRevocation(shown, current.revoked) }, decision };
  };

  const forwardingOf = (plan: ListenerPlan, request: IncomingMessage): Forwarding | number => {
    const { target, arrival, decision } = route(plan, request);
    const hsts = plan.kind === 'http' ? null : hstsFor(originAt(plan, request));
    const portal = { kind: 'portal', socketPath: paths.portalSocket } as const;
    const explanation = (path: string, status: number, about: Record<string, string>): Forwarding => ({
      target: portal,
      path,
      headers: { ...portalHeaders(request, arrival, frontSecret), ...about },
      hsts,
      status,
      asGet: true,
      bodyTimeMs: PORTAL_BODY_MS,
    });
    switch (decision.to) {
      case 'bad-path':
        return 400;
      case 'hub': {
        const { hostname, port } = new URL(decision.upstream);
        return {
          target: { kind: 'hub', hostname: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) },
          path: target,
          headers: hubHeaders(request, arrival),
          hsts,
          otherwise: explanation('/gate-hub-down', 503, { 'x-hubgate-hub': decision.hub }),
        };
      }
      case 'refused':
        return explanation('/gate-refused', 403, {
          'x-hubgate-refusal': decision.why,
          'x-hubgate-hub': decision.hub,
        });
      case 'portal':
        return {
          target: portal,
          path: target,
          headers: portalHeaders(request, arrival, frontSecret),
          hsts,
          bodyLimitBytes: PORTAL_BODY_MAX_BYTES,
          bodyTimeMs: PORTAL_BODY_MS,
        };
    }
  };

  const staysAt = (plan: ListenerPlan, request: IncomingMessage) => () =>
    route(plan, request).decision.to === 'hub';

  const onRequest = (plan: ListenerPlan) => (request: IncomingMessage, response: ServerResponse) => {
    request.on('error', () => response.destroy());
    speakTo(response, config.site);
    const problem = requestProblem(plan, request);
    if (problem !== null) return answerPlainly(response, problem);
    const elsewhere = plan.kind === 'http' ? leadsTo(request, config.site) : null;
    if (elsewhere !== null) return answerPlainly(response, 308, elsewhere);
    if (plan.kind !== 'http' && plan.kind !== 'portal' && request.url === GATE_ACCESS_PATH) {
      return answerAccessVersion(response, maps.access.current()?.get(VERSION_KEY));
    }
    const forwarding = forwardingOf(plan, request);
    if (typeof forwarding === 'number') return answerPlainly(response, forwarding);
    if (forwarding.target.kind === 'hub') {
      response.once('close', entered.add(request.socket, staysAt(plan, request)));
    }
    forward(request, response, forwarding);
  };

  const onUpgrade = (plan: ListenerPlan) => (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const problem = requestProblem(plan, request);
    if (problem !== null || !/^websocket$/i.test(request.headers.upgrade ?? '')) {
      return refuseUpgrade(socket, problem ?? 400);
    }
    const forwarding = forwardingOf(plan, request);
    if (typeof forwarding === 'number') return refuseUpgrade(socket, forwarding);
    if (forwarding.status !== undefined) return refuseUpgrade(socket, forwarding.status);
    // The portal has no WebSockets, and Next leaves such a request without an answer.
    if (forwarding.target.kind === 'portal') return refuseUpgrade(socket, 400);
    socket.once('close', entered.add(socket, staysAt(plan, request)));
    forwardUpgrade(request, socket, head, forwarding);
  };

  const stop = async (graceMs: number) => {
    clearInterval(watcher);
    const closed = servers.map(
      (server) =>
        new Promise<void>((resolve) => (server.listening ? server.close(() => resolve()) : resolve())),
    );
    for (const server of servers) server.closeIdleConnections();
    for (const door of doors) door.end();
    const cutOff = setTimeout(() => {
      entered.destroyAll();
      for (const door of doors) door.cut();
      for (const server of servers) server.closeAllConnections();
    }, graceMs);
    await Promise.all(closed);
    clearTimeout(cutOff);
  };

  const watcher = setInterval(() => {
    if (!files.changed()) return;
    try {
      renewTls(servers, files.read());
    } catch {
      // Written just now, one file before the other: the next look finds both. The old ones stay.
    }
  }, TLS_FILES_EVERY_MS);
  watcher.unref();

  try {
    for (const plan of listeners) {
      const server = openServer(plan, () => files.read());
      if (plan.kind === 'http' && responder !== null) doors.push(openOcspDoor(server, responder, Date.now));
      server.on('request', onRequest(plan));
      if (plan.kind !== 'http') server.on('upgrade', onUpgrade(plan));
      servers.push(server);
      await listen(server, plan, config.front.listen);
    }
  } catch (thrown) {
    await stop(0);
    throw thrown;
  }
  return { listeners, close: stop };
}

type Route = { target: string; arrival: Arrival; decision: GateDecision };

function shownAt(plan: ListenerPlan, request: IncomingMessage, now: Date): ShownCertificate {
  return asksForCertificate(plan) && request.socket instanceof TLSSocket
    ? shownCertificate(request.socket, now)
    : NONE;
}

/** The web process hears of a revocation as of any other failure, with the certificate for the page. */
function withRevocation(
  shown: ShownCertificate,
  revoked: ReadonlyMap<string, string> | null,
): ShownCertificate {
  if (shown.verify !== 'SUCCESS' || revocationOf(shown.serial, revoked) !== 'revoked') return shown;
  return { ...shown, verify: 'FAILED', reason: 'certificate revoked', why: 'unknown-issuer' };
}

function peerOf(request: IncomingMessage): string {
  return (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
}

/**
 * 400 without one proper host; 421 (RFC 9110 section 15.5.20) where the name belongs to another port;
 * 405 for TRACE, which would show the client what the front adds, and which Next cannot represent.
 */
function requestProblem(plan: ListenerPlan, request: IncomingMessage): 400 | 405 | 421 | null {
  const hosts = request.rawHeaders.filter((name, index) => index % 2 === 0 && /^host$/i.test(name));
  const hostname = hostnameOfHeader(request.headers.host);
  if (hosts.length !== 1 || hostname === null || !(request.url ?? '').startsWith('/')) return 400;
  if (plan.kind === 'gate' && !plan.hostnames.includes(hostname)) return 421;
  return request.method === 'TRACE' ? 405 : null;
}

function originAt(plan: ListenerPlan, request: IncomingMessage): string {
  const hostname = hostnameOfHeader(request.headers.host) ?? hostnameOf(plan.origin);
  return `https://${hostname}:${plan.port}`;
}

function leadsTo(request: IncomingMessage, site: LoadedConfig['config']['site']): string | null {
  const target = request.url ?? '/';
  const hostname = hostnameOfHeader(request.headers.host);
  const gate = hostname === hostnameOf(site.gateUrl) && hostname !== hostnameOf(site.url);
  if (!gate && servedOverHttp(target)) return null;
  return `${gate ? site.gateUrl : site.url}${target}`;
}
