import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { HubgateError } from '../errors';
import type { EventGuests } from '../events/event-guests';
import {
  ACCESS_MAP,
  COMPLETE,
  CRLS_CHANGED,
  CRLS_FILE,
  HUBS_MAP,
  mapKeyOfName,
  mapKeyOfSerial,
  mapKeyOfUnit,
  MAPS_CHANGED,
  REVOKED_MAP,
  VERSION_KEY,
} from './gate-map-file';

export type HubsMapEntry = { route: string; upstream: string };
export type AccessMapEntry = {
  route: string;
  access: 'listed' | 'any-valid';
  /** Common names. */
  members: readonly string[];
  /** Organizational units: everybody of them. */
  units: readonly string[];
  /** Ids of events: everybody of them, while they run. */
  events: readonly string[];
};

/** hubs.map: `astro http://127.0.0.1:8000`. Of two entries for a route the first counts. */
export function hubsMapText(entries: readonly HubsMapEntry[]): string {
  const routes = new Map<string, string>();
  for (const { route, upstream } of entries) if (!routes.has(route)) routes.set(route, upstream);
  return text([...routes].map(([route, upstream]) => `${route} ${upstream}`));
}

/**
 * access.map: `astro any`, or `astro/alice yes` per member and `ou:astro/NLHPC yes` per unit. A listed
 * hub without either has no line. `astro/ev-summer-01 no` keeps a name of an event out, whatever follows
 * about units or `any`: it stands before them.
 */
export function accessMapText(entries: readonly AccessMapEntry[], guests: EventGuests): string {
  return text(
    entries.flatMap((entry) => {
      const { route, access, members, units } = entry;
      const open = access === 'any-valid';
      return [
        ...guestLines(entry, guests),
        ...(open ? [] : members.map((name) => `${route}/${mapKeyOfName(name)} yes`)),
        ...(open ? [`${route} any`] : units.map((unit) => `${mapKeyOfUnit(route, unit)} yes`)),
      ];
    }),
  );
}

/** Of each name of an event what has to be said: `yes` where only a list lets in, `no` where more does. */
function guestLines(entry: AccessMapEntry, guests: EventGuests): string[] {
  const { route, access, units } = entry;
  const members = new Set(entry.members);
  const events = new Set(entry.events);
  const lines: string[] = [];
  for (const [name, running] of guests) {
    if (members.has(name)) continue;
    const enters = running.some((event) => events.has(event));
    if (enters && access === 'listed') lines.push(`${route}/${mapKeyOfName(name)} yes`);
    if (!enters && (access === 'any-valid' || units.length > 0))
      lines.push(`${route}/${mapKeyOfName(name)} no`);
  }
  return lines.sort();
}

/** Takes the line off that tells one access.map from the other. */
export function withoutVersion(accessMap: string): string {
  return accessMap.replace(new RegExp(`^${VERSION_KEY} .*\\n`), '');
}

/** revoked.map: `complete yes`, then each serial. */
export function revokedMapText(serials: readonly string[]): string {
  return text([
    `${COMPLETE.key} ${COMPLETE.value}`,
    ...[...new Set(serials.map(mapKeyOfSerial))].sort().map((serial) => `${serial} revoked`),
  ]);
}

function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Writes those maps that are given, and the CRLs, each by rename(2), so that a reader sees the old or
 * the new one whole. What already says the same is left alone; of what changed, `maps.changed` or
 * `crls.changed` tells. The folder (0755) and the files (0644) are readable by Apache, which drops its
 * rights: they hold no secret.
 *
 * @throws {HubgateError} `start.disk-full`, `start.state-dir`
 */
export async function writeGateMaps(
  mapsDir: string,
  maps: { hubs?: string; access?: string; revoked?: string; crls?: string },
): Promise<void> {
  try {
    await mkdir(mapsDir, { recursive: true, mode: 0o755 });
    for (const [name, content, tells] of [
      [REVOKED_MAP, maps.revoked, MAPS_CHANGED],
      [ACCESS_MAP, maps.access, MAPS_CHANGED],
      [HUBS_MAP, maps.hubs, MAPS_CHANGED],
      [CRLS_FILE, maps.crls, CRLS_CHANGED],
    ] as const) {
      if (content === undefined) continue;
      const path = join(mapsDir, name);
      const changed = await replaceFile(path, content, name === ACCESS_MAP);
      // Once in any case: the process before may have died between the two.
      if (changed || !told.has(path)) await writeFile(join(mapsDir, tells), '', { mode: 0o644 });
      told.add(path);
    }
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    throw code === 'ENOSPC'
      ? new HubgateError(
          'start.disk-full',
          `The disk of ${mapsDir} is full: the gate's maps cannot be written. Free some space.`,
          { cause: thrown },
        )
      : new HubgateError(
          'start.state-dir',
          `The gate's maps cannot be written to ${mapsDir} (${code}). Check owner and mode of the folder.`,
          { cause: thrown },
        );
  }
}

/** Of which files this process has told that they are there. */
const told = new Set<string>();

/**
 * @param versioned puts a new version before what it says
 * @returns whether the file said something else before
 */
async function replaceFile(path: string, said: string, versioned: boolean): Promise<boolean> {
  const present = await readFile(path, 'utf8').catch(() => null);
  if (
    versioned ? present?.startsWith(`${VERSION_KEY} `) && withoutVersion(present) === said : present === said
  )
    return false;
  const content = versioned ? `${VERSION_KEY} ${randomBytes(8).toString('hex')}\n${said}` : said;
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(/* turbopackIgnore: true */ temporary, 'wx', 0o644);
    try {
      await handle.writeFile(content);
      await handle.sync(); // or a power failure may leave an empty file under the new name
    } finally {
      await handle.close();
    }
    await chmod(temporary, 0o644); // the umask may have taken the group's right to read
    await rename(temporary, path);
    return true;
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}
