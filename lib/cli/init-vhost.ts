import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';

/** What stands for the @NAME@ marks of deploy/apache/*.conf. */
export type VhostValues = Readonly<Record<string, string>>;

/**
 * Fills a template's @NAME@ marks.
 *
 * @throws {RangeError} when a mark has no value, or a value could break out of its quotes or line
 */
export function renderApacheVhost(template: string, values: VhostValues): string {
  // Comments speak of marks without meaning them: "Replace every @…@".
  return template.replace(/@([A-Z][A-Z_]*)@/g, (_mark, name: string) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`no value for @${name}@`);
    if (/["\\\r\n$%{}]/.test(value))
      throw new RangeError(`@${name}@ cannot stand in an Apache file: ${value}`);
    return value;
  });
}

/**
 * Values for a site: names and ports from its addresses, files from its state directory.
 *
 * @param tlsFolder where certificate, key, CA bundle and CRLs for Apache lie instead, when it is root's own
 */
export function vhostValues(config: Config, paths: StatePaths, tlsFolder: string | null): VhostValues {
  const { site } = config;
  const name = (origin: string): string => new URL(origin).hostname;
  const listen = (origin: string): string => {
    const { port, protocol } = new URL(origin);
    return `*:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`;
  };
  return {
    HTTP_LISTEN: listen(site.httpUrl),
    PORTAL_LISTEN: listen(site.url),
    GATE_LISTEN: listen(site.gateUrl),
    HTTP_NAME: name(site.httpUrl),
    PORTAL_NAME: name(site.url),
    GATE_NAME: name(site.gateUrl),
    CANARY_NAME: name(site.canaryUrl),
    PORTAL_URL: site.url,
    HTTP_URL: site.httpUrl,
    SERVER_CERT: join(tlsFolder ?? paths.serverDir, 'server.pem'),
    SERVER_KEY: join(tlsFolder ?? paths.serverDir, 'server.key'),
    CA_BUNDLE: join(tlsFolder ?? paths.caDir, 'ca-bundle.pem'),
    CRL_FILE: join(tlsFolder ?? paths.caDir, 'crls.pem'),
    MAPS_DIR: paths.mapsDir,
    PORTAL_SOCKET: paths.portalSocket,
    OCSP_SOCKET: paths.ocspSocket,
  };
}

/** Macros and virtual hosts as one file, ready to include. */
export function apacheFile(config: Config, paths: StatePaths, tlsFolder: string | null): string {
  const layout = config.site.gateUrl === config.site.url ? 'hubgate-one-name.conf' : 'hubgate.conf';
  const folder = templateFolder();
  const template = ['hubgate-common.conf', layout]
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n');
  return renderApacheVhost(template, vhostValues(config, paths, tlsFolder));
}

/** deploy/apache of this installation, whether this runs from the sources or from dist/. */
function templateFolder(): string {
  for (let at = dirname(fileURLToPath(import.meta.url)); ; at = dirname(at)) {
    const folder = join(at, 'deploy', 'apache');
    if (existsSync(join(folder, 'hubgate.conf'))) return folder;
    if (at === dirname(at)) throw new RangeError('deploy/apache is missing from this installation');
  }
}
