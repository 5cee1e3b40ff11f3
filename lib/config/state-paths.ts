import { isAbsolute, join, resolve } from 'node:path';

import type { Config } from './schema';

/** Where everything lies, absolute; derived from the configuration in one place. */
export type StatePaths = {
  /** The folder of hubgate.toml. In production Apache's certificate and key lie there, too. */
  baseDir: string;
  stateDir: string;
  /** Marks a demo: `npm run demo` refuses a state directory without it. */
  demoMarker: string;
  /** Marks an evaluation CA, whose key unlocks by itself. */
  evaluationMarker: string;
  secretsDir: string;
  /** Public CA files for the portal: root-ca.pem, signing-ca.pem. */
  caDir: string;
  /** Server certificates of the embedded front: server.pem (leaf + signing), server.key. */
  serverDir: string;
  databaseFile: string;
  runDir: string;
  /** The web process listens here (0660). */
  portalSocket: string;
  /** The OCSP process listens here (0660), behind Apache or nginx. */
  ocspSocket: string;
  signerDir: string;
  signerWebSocket: string;
  signerOperatorSocket: string;
  mapsDir: string;
  hubsDir: string;
  /** The operator's list of compromised keys; null when none is configured. */
  blocklistFile: string | null;
};

/**
 * @param config   validated configuration
 * @param baseDir  folder that relative paths are relative to: the one that holds hubgate.toml
 * @param folderExists tells whether a folder is there: the original's hubs folder is used when it is
 */
export function statePaths(
  config: Config,
  baseDir: string,
  folderExists: (path: string) => boolean,
): StatePaths {
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(baseDir, path));
  const stateDir = absolute(config.stateDir);
  const runDir = config.runDir === '' ? join(stateDir, 'run') : absolute(config.runDir);
  const socketDir =
    config.signer.socketDir === '' ? join(runDir, 'signer') : absolute(config.signer.socketDir);
  return {
    baseDir,
    stateDir,
    demoMarker: join(stateDir, 'DEMO'),
    evaluationMarker: join(stateDir, 'EVALUATION'),
    secretsDir: join(stateDir, 'secrets'),
    caDir: join(stateDir, 'ca'),
    serverDir: join(stateDir, 'server'),
    databaseFile: join(stateDir, 'portal.db'),
    runDir,
    portalSocket: join(runDir, 'portal.sock'),
    ocspSocket: join(runDir, 'ocsp.sock'),
    signerDir: config.signer.dir === '' ? join(stateDir, 'signer') : absolute(config.signer.dir),
    signerWebSocket: join(socketDir, 'web.sock'),
    signerOperatorSocket: join(socketDir, 'operator.sock'),
    mapsDir: config.gate.mapsDir === '' ? `${stateDir}-gate` : absolute(config.gate.mapsDir),
    hubsDir: hubsDir(config, stateDir, absolute, folderExists),
    blocklistFile: config.requests.blocklist === '' ? null : absolute(config.requests.blocklist),
  };
}

const ORIGINAL_HUBS_DIR = '/var/www/html/ws/hubs';

function hubsDir(
  config: Config,
  stateDir: string,
  absolute: (path: string) => string,
  folderExists: (path: string) => boolean,
): string {
  if (config.hubs.dir !== undefined) return absolute(config.hubs.dir);
  return folderExists(ORIGINAL_HUBS_DIR) ? ORIGINAL_HUBS_DIR : join(stateDir, 'hubs');
}
