import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';

import type { LoadedConfig } from '../config/load';
import { HubgateError } from '../errors';

type Owner = { user: string; uid: number; gid: number };

/** In production portal and signer are two users; what the ceremony makes is given to them. */
export type Owners = {
  portal: Owner;
  signer: Owner;
  /** False when the portal's user is not in the signer's group yet: it could not open web.sock. */
  mayOrder: boolean;
};

export type OwnerOptions = { portalUser?: string; signerUser?: string };

/** What the unit files say. */
const PORTAL_USER = 'hubgate';
const SIGNER_USER = 'hubgate-signer';

/** Where the unit files look, for a hubgate.toml that the ceremony writes itself. */
export const PRODUCTION_FOLDERS = {
  stateDir: '/var/lib/hubgate',
  runDir: '/run/hubgate',
  signer: { dir: '/var/lib/hubgate-signer', socketDir: '/run/hubgate-signer' },
  gate: { mapsDir: '/var/lib/hubgate-gate' },
} as const;

/**
 * The two users, when root holds the ceremony and they exist (or are named); null otherwise: then
 * everything belongs to whoever runs it.
 *
 * @throws {HubgateError} `config.value` when a user does not exist, `config.insecure` when both are one
 */
export function findOwners(options: OwnerOptions): Owners | null {
  const named = options.portalUser !== undefined || options.signerUser !== undefined;
  if (process.getuid?.() !== 0) {
    if (named) throw wrong('--portal-user and --signer-user need root: only root can give files away.');
    return null;
  }
  const portal = lookUp(options.portalUser ?? PORTAL_USER);
  const signer = lookUp(options.signerUser ?? SIGNER_USER);
  if (portal === null && signer === null && !named) return null;
  if (portal === null || signer === null) {
    const missing =
      portal === null ? (options.portalUser ?? PORTAL_USER) : (options.signerUser ?? SIGNER_USER);
    throw wrong(
      `There is no user ${missing}. Make it first: adduser --system --group --no-create-home ${missing}`,
    );
  }
  if (portal.uid === signer.uid || portal.gid === signer.gid) {
    throw new HubgateError(
      'config.insecure',
      `Portal (${portal.user}) and signer (${signer.user}) need different users with different groups: ` +
        'Apache is in the portal’s group and must never reach the signer.',
    );
  }
  return { portal, signer, mayOrder: ids('-G', portal.user)?.includes(signer.gid) ?? false };
}

/**
 * @throws {HubgateError} `config.value` when the signer's folders lie below the portal's: the signer's
 *   user cannot enter there, and the portal's could swap them
 */
export function refuseNested({ paths, config }: LoadedConfig): void {
  const below = (path: string, folder: string): boolean => `${path}${sep}`.startsWith(`${folder}${sep}`);
  const nested = below(paths.signerDir, paths.stateDir)
    ? (['signer.dir', paths.signerDir, paths.stateDir, PRODUCTION_FOLDERS.signer.dir] as const)
    : below(paths.signerWebSocket, paths.runDir)
      ? ([
          'signer.socketDir',
          config.signer.socketDir,
          paths.runDir,
          PRODUCTION_FOLDERS.signer.socketDir,
        ] as const)
      : below(paths.mapsDir, paths.stateDir)
        ? (['gate.mapsDir', paths.mapsDir, paths.stateDir, PRODUCTION_FOLDERS.gate.mapsDir] as const)
        : null;
  if (nested === null) return;
  const [key, path, folder, suggestion] = nested;
  throw new HubgateError(
    'config.value',
    `${key} (${path === '' ? 'its default' : path}) lies below ${folder}, which only the portal’s user may enter. ` +
      `Set ${key} to a folder of its own, such as ${suggestion}.`,
    { field: key, params: { key } },
  );
}

/**
 * Where Apache's certificate, key and CA bundle lie in production: beside hubgate.toml, where only
 * root writes. From the state directory a stolen portal could hand Apache another CA. Null: in the
 * state directory, as for the embedded front.
 */
export function tlsFolder({ config, baseDir }: LoadedConfig, owners: Owners | null): string | null {
  return owners === null || config.front.embedded ? null : baseDir;
}

/**
 * Gives what the ceremony made to those who need it, whatever the umask was: the signer's folder to
 * its user alone; the state directory and the maps to the portal's; the CA's public copies stay
 * root's, for all to read.
 *
 * @param written further files that every user reads, such as a fresh hubgate.toml
 */
export function handOver({ paths, config }: LoadedConfig, owners: Owners, written: readonly string[]): void {
  const { portal, signer } = owners;
  give(paths.signerDir, signer, 0o700);
  giveAll(paths.signerDir, signer);
  give(paths.stateDir, portal, 0o700);
  mkdirSync(paths.mapsDir, { recursive: true });
  give(paths.mapsDir, portal, 0o750);
  if (config.front.embedded) {
    for (const name of ['', ...readdirSync(paths.serverDir)]) give(join(paths.serverDir, name), portal);
  }
  chmodSync(paths.caDir, 0o755);
  for (const name of readdirSync(paths.caDir)) chmodSync(join(paths.caDir, name), 0o644);
  for (const file of written) chmodSync(file, 0o644);
}

function giveAll(folder: string, owner: Owner): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    give(path, owner);
    if (entry.isDirectory()) giveAll(path, owner);
  }
}

function give(path: string, owner: Owner, mode?: number): void {
  // Root follows no link that somebody may have put there.
  if (lstatSync(path).isSymbolicLink())
    throw wrong(`${path} is a link. Name the real folder in hubgate.toml.`);
  chownSync(path, owner.uid, owner.gid);
  if (mode !== undefined) chmodSync(path, mode);
}

function lookUp(user: string): Owner | null {
  const [uid] = ids('-u', user) ?? [];
  const [gid] = ids('-g', user) ?? [];
  return uid === undefined || gid === undefined ? null : { user, uid, gid };
}

/** What id(1) says of a user; null when there is no such user. Node cannot look users up itself. */
function ids(what: '-u' | '-g' | '-G', user: string): number[] | null {
  try {
    const said = execFileSync('id', [what, '--', user], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return said.trim().split(' ').map(Number);
  } catch {
    return null;
  }
}

const wrong = (message: string): HubgateError => new HubgateError('config.value', message);
