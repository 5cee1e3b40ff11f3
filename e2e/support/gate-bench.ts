import { chmod, chown, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startApache, type Apache, type ApacheValues } from './apache';
import { startHubUpstream, type HubUpstream } from './hub-upstream';
import { makeForeignCa, type ForeignCa } from './openssl';
import { freePorts } from './ports';
import { mustRun } from './run';

/** What a gate is tested with, whichever front is put before it. */
export type GateSite = {
  dir: string;
  ca: ForeignCa;
  hub: HubUpstream;
  values: ApacheValues;
  ports: { http: number; portal: number; gate: number };
  /** As the portal does: a new file, then rename(2). */
  writeMap: (name: string, lines: string[]) => Promise<void>;
  /** astro for alice, open for anybody, nothing revoked; and two registrations that must not work. */
  defaultMaps: () => Promise<void>;
  stop: () => Promise<void>;
};

export type GateBench = GateSite & { apache: Apache };

/** Apache with the files of deploy/apache, a small hub, and a portal that only says what arrived. */
export async function startGateBench(layout: 'hubgate.conf' | 'hubgate-one-name.conf'): Promise<GateBench> {
  const site = await startGateSite(layout === 'hubgate-one-name.conf');
  const apache = await startApache({ dir: join(site.dir, 'apache'), layout, values: site.values });
  return {
    ...site,
    apache,
    stop: async () => {
      await apache.stop();
      await site.stop();
    },
  };
}

/** CA, maps, hub and a portal that only says what arrived, without the front. */
export async function startGateSite(oneName = false): Promise<GateSite> {
  const dir = await mkdtemp(join(tmpdir(), 'hubgate-gate-'));
  await chmod(dir, 0o755);
  const ca = await makeForeignCa(join(dir, 'ca'), 'Gate');
  const hub = await startHubUpstream('astro');
  const [http, portalPort, free] = (await freePorts(3)) as [number, number, number];
  const ports = { http, portal: portalPort, gate: oneName ? portalPort : free };
  await mkdir(join(dir, 'run'));
  if (process.getuid?.() === 0) {
    const group = Number((await mustRun('id', ['-g', 'www-data'])).trim());
    await chown(join(dir, 'run'), 0, group);
    await chmod(join(dir, 'run'), 0o2750);
  }
  const portal = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    // Apache passes on the status of the pages that explain.
    const { url = '' } = request;
    if (url === '/gate-refused') response.statusCode = 403;
    if (url.startsWith('/gate-no-hub/')) response.statusCode = 404;
    if (url === '/gate-hub-down') response.statusCode = 503;
    response.end(JSON.stringify({ portal: true, url: request.url, headers: request.headers }));
  });
  const before = process.umask(0o007);
  await new Promise<void>((resolve) => portal.listen(join(dir, 'run', 'portal.sock'), resolve));
  process.umask(before);
  const values: ApacheValues = {
    HTTP_LISTEN: `127.0.0.1:${http}`,
    HTTP_NAME: 'localhost',
    HTTP_URL: `http://localhost:${http}`,
    PORTAL_LISTEN: `127.0.0.1:${ports.portal}`,
    PORTAL_NAME: 'localhost',
    PORTAL_URL: `https://localhost:${ports.portal}`,
    GATE_LISTEN: `127.0.0.1:${ports.gate}`,
    GATE_NAME: oneName ? 'localhost' : 'gate.localhost',
    CANARY_NAME: 'canary.localhost',
    SERVER_CERT: ca.serverCertFile,
    SERVER_KEY: ca.serverKeyFile,
    CA_BUNDLE: ca.bundleFile,
    CRL_FILE: join(dir, 'crls.pem'),
    MAPS_DIR: join(dir, 'maps'),
    PORTAL_SOCKET: join(dir, 'run', 'portal.sock'),
    OCSP_SOCKET: join(dir, 'run', 'ocsp.sock'),
  };
  await mkdir(values.MAPS_DIR);
  const writeMap = async (name: string, lines: string[]) => {
    const path = join(values.MAPS_DIR, name);
    await writeFile(`${path}.new`, lines.map((line) => `${line}\n`).join(''), { mode: 0o644 });
    await rename(`${path}.new`, path);
  };
  const defaultMaps = async () => {
    await writeMap('hubs.map', [
      `astro ${hub.origin}`,
      `open ${hub.origin}`,
      'evil http://127.0.0.1:80/x@',
      'status http://127.0.0.1:1',
    ]);
    await writeMap('access.map', ['astro/alice yes', 'open any']);
    await writeMap('revoked.map', ['complete yes']);
  };
  await defaultMaps();
  return {
    dir,
    ca,
    hub,
    values,
    ports,
    writeMap,
    defaultMaps,
    stop: async () => {
      await hub.stop();
      portal.closeAllConnections();
      portal.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
