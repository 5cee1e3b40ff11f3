import { constants } from 'node:fs';
import { access, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as tlsConnect } from 'node:tls';

import { blockListState } from '../certificates/block-list-file';
import { alarmsOf, auditAlarm } from '../certificates/ca-alarms';
import { watchJournal } from '../certificates/watch-journal';
import { portOf } from '../config/combinations';
import type { LoadedConfig } from '../config/load';
import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';
import { ACCESS_MAP, COMPLETE, HUBS_MAP, parseGateMap, REVOKED_MAP } from '../hubs/gate-map-file';
import { scanHubs } from '../hubs/hub-index';
import { FRONT_CERTIFICATE_WARN_DAYS } from '../trust/front-certificate';
import { parseCertificate } from '../x509/certificate';
import { checkApprovers } from './doctor-approvers';
import { oldCa, type Finding } from './doctor-old-ca';
import { checkOcsp } from './doctor-ocsp';

export type { Finding };

const LOW_BYTES = 500 * 1024 * 1024;
const SERVER_ALARM_MS = FRONT_CERTIFICATE_WARN_DAYS * 86_400_000;
const TLS_TIMEOUT_MS = 3000;

/** What can be looked at without database and signer. */
export async function checkHouse(loaded: LoadedConfig): Promise<Finding[]> {
  return [
    { check: 'configuration', level: 'ok', says: loaded.file ?? 'no hubgate.toml: all defaults' },
    await stateFolder(loaded),
    await hubsFolder(loaded),
    ...(await blockList(loaded)),
    await maps(loaded),
    await serverCertificate(loaded),
    ...oldCa(loaded),
    await resumption(loaded),
  ];
}

/** What the database and the signer say. */
export async function checkInstance(ctx: Ctx): Promise<Finding[]> {
  return [
    { check: 'database', level: 'ok', says: `${ctx.db.kind}, reachable and of this version` },
    ...(await signer(ctx)),
  ];
}

async function stateFolder({ paths }: LoadedConfig): Promise<Finding> {
  const check = 'state';
  try {
    await access(paths.stateDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const { mode } = await stat(paths.stateDir);
    if ((mode & 0o077) !== 0) {
      return {
        check,
        level: 'bad',
        says: `${paths.stateDir} is open to others (mode ${(mode & 0o777).toString(8)}): chmod 700 ${paths.stateDir}`,
      };
    }
    const { bavail, bsize } = await statfs(paths.stateDir);
    const free = Math.floor((bavail * bsize) / 1024 / 1024);
    return bavail * bsize < LOW_BYTES
      ? { check, level: 'warn', says: `${paths.stateDir}: only ${free} MiB free` }
      : { check, level: 'ok', says: `${paths.stateDir}, ${free} MiB free` };
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return {
      check,
      level: 'bad',
      says: `${paths.stateDir}: ${code === 'ENOENT' ? 'not there yet; npm start makes it' : `cannot be used (${code})`}`,
    };
  }
}

async function hubsFolder(loaded: LoadedConfig): Promise<Finding> {
  const { hubs, problems } = await scanHubs(loaded, Date.now());
  const check = 'hubs';
  const folder = problems.find(({ code }) => code === 'folder-unreadable');
  if (folder !== undefined) {
    const configured = loaded.config.hubs.dir !== undefined;
    return {
      check,
      level: configured ? 'bad' : 'warn',
      says: `${loaded.paths.hubsDir} cannot be read (${folder.text})`,
    };
  }
  const unrouted = hubs.filter(({ upstream }) => upstream === null).length;
  const says = `${hubs.length} registered in ${loaded.paths.hubsDir}, ${unrouted} without an upstream, ${problems.length} problems (hubgate hubs check)`;
  return { check, level: problems.length > 0 ? 'warn' : 'ok', says };
}

async function blockList({ paths }: LoadedConfig): Promise<Finding[]> {
  if (paths.blocklistFile === null) return [];
  const check = 'compromised keys';
  const found = await blockListState(paths.blocklistFile);
  return [
    found.state === 'ok'
      ? { check, level: 'ok', says: `${found.hashes} hashes in ${paths.blocklistFile}` }
      : { check, level: 'bad', says: found.problem },
  ];
}

async function maps({ paths }: LoadedConfig): Promise<Finding> {
  const check = 'gate maps';
  try {
    const [, , revoked] = await Promise.all(
      [HUBS_MAP, ACCESS_MAP, REVOKED_MAP].map((name) => readFile(join(paths.mapsDir, name), 'utf8')),
    );
    const complete = parseGateMap(revoked ?? '').get(COMPLETE.key) === COMPLETE.value;
    return complete
      ? { check, level: 'ok', says: paths.mapsDir }
      : {
          check,
          level: 'bad',
          says: `${join(paths.mapsDir, REVOKED_MAP)} lacks "complete yes": nobody gets in. Start the portal; it writes it.`,
        };
  } catch (thrown) {
    return {
      check,
      level: 'bad',
      says: `${paths.mapsDir}: ${(thrown as NodeJS.ErrnoException).code}. The portal writes the maps when it starts; Apache needs them before.`,
    };
  }
}

async function serverCertificate({ config, paths }: LoadedConfig): Promise<Finding> {
  const check = 'server TLS';
  if (!config.front.embedded) return servedCertificates(config);
  try {
    const { notAfter } = parseCertificate(await readFile(join(paths.serverDir, 'server.pem'), 'utf8'));
    return endOf(check, 'the server certificate', notAfter, 'hubgate server-cert --renew');
  } catch (thrown) {
    return {
      check,
      level: 'bad',
      says: `${paths.serverDir}/server.pem: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
}

function endOf(check: string, what: string, notAfter: Date, how: string): Finding {
  const left = notAfter.getTime() - Date.now();
  const at = notAfter.toISOString();
  if (left < 0) return { check, level: 'bad', says: `${what} ended at ${at}: ${how}` };
  return left < SERVER_ALARM_MS
    ? { check, level: 'warn', says: `${what} ends at ${at}: ${how}` }
    : { check, level: 'ok', says: `${what} is valid until ${at}` };
}

/** Whatever Apache or nginx serve, of whichever CA: asked for as a browser would. The first to end counts. */
async function servedCertificates({ site, front }: LoadedConfig['config']): Promise<Finding> {
  const check = 'server TLS';
  const how = 'renew it (hubgate server-cert --renew for one of this CA), then reload the front';
  try {
    const found = await Promise.all(
      [...new Set([site.url, site.gateUrl, site.canaryUrl])].map(async (origin) => ({
        origin,
        notAfter: (await handshake(origin, front.listen, 'TLSv1.2')).notAfter,
      })),
    );
    const [first] = found.sort((a, b) => a.notAfter.getTime() - b.notAfter.getTime());
    if (first === undefined) throw new RangeError('no address');
    return endOf(check, `the certificate of ${first.origin}`, first.notAfter, how);
  } catch (thrown) {
    return {
      check,
      level: 'warn',
      says: `the front does not answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
}

async function signer(ctx: Ctx): Promise<Finding[]> {
  try {
    const { status, problem } = await watchJournal(ctx);
    const findings: Finding[] = [
      status.state === 'unlocked'
        ? {
            check: 'signer',
            level: 'ok',
            says: `unlocked since ${status.since}, ${status.issued} issued, ${status.revoked} revoked`,
          }
        : {
            check: 'signer',
            level: 'warn',
            says: `locked (${status.lockedBecause ?? 'unknown'}): hubgate ca unlock`,
          },
    ];
    const alarms = [...alarmsOf(status, problem, new Date()), ...(await auditAlarm(ctx, status))];
    findings.push(...alarms.map(({ code, level, says }) => ({ check: code, level, says })));
    if (!alarms.some(({ code }) => code.startsWith('crl'))) {
      const ends = status.crlEnds.map(({ list, nextUpdate }) => `${list} until ${nextUpdate}`);
      if (ends.length > 0) findings.push({ check: 'CRL', level: 'ok', says: ends.join(', ') });
    }
    findings.push(...(await checkOcsp(ctx, status)));
    findings.push(...(await checkApprovers(ctx)));
    const newest = Date.parse(status.crlThisUpdate ?? status.since);
    if (newest > Date.now() + 60_000) {
      findings.push({
        check: 'clock',
        level: 'bad',
        says: `this machine's clock is behind the signer's journal (${new Date(newest).toISOString()}); nothing is signed until it is right`,
      });
    } else findings.push({ check: 'clock', level: 'ok', says: new Date().toISOString() });
    return findings;
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    return [{ check: 'signer', level: 'bad', says: thrown.message }];
  }
}

/** A gate that resumes TLS sessions does not look at the certificate again: a revoked one stays in. */
async function resumption({ config }: LoadedConfig): Promise<Finding> {
  const check = 'TLS resumption';
  try {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const first = await handshake(config.site.gateUrl, config.front.listen, version);
      const second = await handshake(config.site.gateUrl, config.front.listen, version, first.session);
      if (second.reused) {
        return {
          check,
          level: 'bad',
          says: `the gate resumes ${version} sessions, which skips revocation. Apache: SSLSessionTickets off, and SSLSessionCache none in mods-available/ssl.conf, then restart`,
        };
      }
    }
    return { check, level: 'ok', says: 'the gate resumes no session' };
  } catch (thrown) {
    return {
      check,
      level: 'warn',
      says: `the gate does not answer at ${config.site.gateUrl}: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
    };
  }
}

function handshake(
  origin: string,
  listen: string,
  version: 'TLSv1.2' | 'TLSv1.3',
  session?: Buffer,
): Promise<{ session: Buffer | undefined; reused: boolean; notAfter: Date }> {
  const { hostname, host } = new URL(origin);
  // *.localhost is loopback for browsers, not for every resolver.
  const address = hostname.endsWith('.localhost') ? (listen === '0.0.0.0' ? '127.0.0.1' : listen) : hostname;
  return new Promise((resolve, reject) => {
    const socket = tlsConnect(
      {
        host: address,
        port: portOf(origin),
        servername: hostname,
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
        ...(session === undefined ? {} : { session }),
      },
      () => {
        const reused = socket.isSessionReused();
        // Empty on a resumed session, which is told by itself.
        const notAfter = new Date(socket.getPeerCertificate().valid_to ?? 0);
        let latest: Buffer | undefined = socket.getSession();
        socket.on('session', (fresh: Buffer) => (latest = fresh));
        // TLS 1.3 sends tickets after the handshake: an answer is waited for.
        socket.write(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
        socket.on('data', () => undefined);
        socket.on('close', () => resolve({ session: latest, reused, notAfter }));
      },
    );
    socket.setTimeout(TLS_TIMEOUT_MS, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
  });
}
