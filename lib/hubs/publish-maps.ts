import { join } from 'node:path';

import { followRevocations } from '../certificates/follow-revocations';
import type { Ctx } from '../ctx';
import { revokedSerials } from '../db/certificates';
import { listHubPolicies } from '../db/hub-access';
import { isHubgateError } from '../errors';
import { eventGuests } from '../events/event-guests';
import { accessMapText, hubsMapText, revokedMapText, writeGateMaps, type AccessMapEntry } from './gate-maps';
import { COMPLETE, GateMapFile, REVOKED_MAP } from './gate-map-file';
import { runningIndex, scanHubs, type HubSnapshot } from './hub-index';

type MapsCtx = Pick<Ctx, 'config' | 'paths' | 'db' | 'signer' | 'now'>;

// Two revocations at once must not let the older list win: writes of a process go one by one. Other
// processes write too (the command line); the portal's clock writes again every ten seconds.
const holder = globalThis as typeof globalThis & { __hubgateMapWrites?: Promise<void> };

function oneByOne(write: () => Promise<void>): Promise<void> {
  const next = (holder.__hubgateMapWrites ?? Promise.resolve()).then(write);
  holder.__hubgateMapWrites = next.catch(() => undefined);
  return next;
}

/**
 * Writes revoked.map: the gate refuses these certificates from their next request on. The signer's
 * journal is the truth; while it is down, the portal's own record has every revocation that went
 * through the portal.
 *
 * @throws {HubgateError} `start.disk-full`, `start.state-dir`
 */
export function publishRevocations(ctx: MapsCtx): Promise<void> {
  return oneByOne(async () => {
    await writeGateMaps(ctx.paths.mapsDir, { revoked: revokedMapText(await revokedNow(ctx)) });
  });
}

async function revokedNow(ctx: MapsCtx): Promise<string[]> {
  const recorded = (await revokedSerials(ctx.db)).map(({ serial }) => serial);
  try {
    const { revoked } = await followRevocations(ctx);
    // Whichever says revoked counts: an old copy of the journal tells of ends of holds that were not the end.
    return [...recorded, ...revoked.keys()];
  } catch (thrown) {
    if (!isHubgateError(thrown)) throw thrown;
    // The signer is down: what the journal had said before stays revoked.
    const published = new GateMapFile(join(ctx.paths.mapsDir, REVOKED_MAP)).current();
    return [...recorded, ...[...(published?.keys() ?? [])].filter((key) => key !== COMPLETE.key)];
  }
}

/** Writes hubs.map and access.map, and then revoked.map: at the start and on every change. */
export async function publishGateMaps(ctx: MapsCtx): Promise<void> {
  await publishHubMaps(ctx);
  await publishRevocations(ctx);
}

/** Writes hubs.map and access.map: after a registration or a change of who may enter, or of an event. */
export function publishHubMaps(ctx: MapsCtx): Promise<void> {
  return oneByOne(async () => {
    const snapshot = runningIndex()?.snapshot() ?? (await scanHubs(ctx, ctx.now().getTime()));
    const policies = await hubAccess(ctx, snapshot);
    const guests = await eventGuests(ctx);
    await writeGateMaps(ctx.paths.mapsDir, {
      access: accessMapText(policies, guests),
      hubs: hubsMapText(
        snapshot.hubs.flatMap(({ route, upstream }) =>
          route === null || upstream === null ? [] : [{ route, upstream }],
        ),
      ),
    });
  });
}

/** Who may enter which hub: every policy on record, and the default for hubs without one. */
export async function hubAccess(
  ctx: Pick<Ctx, 'config' | 'db'>,
  snapshot: HubSnapshot,
): Promise<AccessMapEntry[]> {
  const policies = await listHubPolicies(ctx.db);
  const entries: AccessMapEntry[] = policies.map(({ name, ...policy }) => ({ route: name, ...policy }));
  const known = new Set(entries.map(({ route }) => route));
  for (const { route } of snapshot.hubs) {
    if (route === null || known.has(route)) continue;
    known.add(route);
    entries.push({ route, access: ctx.config.hubs.defaultAccess, members: [], units: [], events: [] });
  }
  return entries.sort((left, right) => (left.route < right.route ? -1 : 1));
}
