import { constants } from 'node:fs';
import { access } from 'node:fs/promises';

import { blockListState } from '../certificates/block-list-file';
import { watchJournal } from '../certificates/watch-journal';
import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';
import { hasPeople } from '../identity/people';

export type Readiness = {
  ready: boolean;
  database: 'ok' | 'unreachable';
  signer: 'unlocked' | 'locked' | 'down';
  /** Why it is locked, when the signer says. */
  lockedBecause?: string;
  /** `old`: the signer has an old or another journal; nothing is signed or revoked until it is right. */
  journal: 'ok' | 'old' | 'unknown';
  hubs: 'ok' | 'unreadable';
  /** The operator's list of compromised keys, where there is one; `stale`: the one before holds. */
  blocklist?: 'ok' | 'stale' | 'unreadable';
};

/**
 * Whether this process can do its work. A locked signer does not count against it: requests and
 * approvals go on, signing waits. What is wrong in detail stands in the log and on /admin, not here.
 */
export async function readiness(ctx: Ctx): Promise<Readiness> {
  const [database, signer, journal, hubs, blocklist] = await Promise.all([
    databaseState(ctx),
    signerState(ctx),
    journalState(ctx),
    hubsState(ctx),
    blocklistState(ctx),
  ]);
  return {
    ready:
      database === 'ok' &&
      signer.signer !== 'down' &&
      journal !== 'old' &&
      hubs === 'ok' &&
      blocklist.blocklist !== 'unreadable',
    database,
    ...signer,
    journal,
    hubs,
    ...blocklist,
  };
}

async function databaseState(ctx: Ctx): Promise<Readiness['database']> {
  try {
    await hasPeople(ctx);
    return 'ok';
  } catch {
    return 'unreachable';
  }
}

async function signerState(ctx: Ctx): Promise<Pick<Readiness, 'signer' | 'lockedBecause'>> {
  try {
    const { state, lockedBecause } = await ctx.signer.status();
    return { signer: state, ...(lockedBecause === undefined ? {} : { lockedBecause }) };
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return { signer: 'down' };
  }
}

async function journalState(ctx: Ctx): Promise<Readiness['journal']> {
  try {
    return (await watchJournal(ctx)).problem === null ? 'ok' : 'old';
  } catch {
    return 'unknown'; // the database or the signer does not answer, which is said above
  }
}

/** A configured folder that cannot be read is an error; the default one appears with the first hub. */
async function hubsState(ctx: Ctx): Promise<Readiness['hubs']> {
  try {
    await access(ctx.paths.hubsDir, constants.R_OK | constants.X_OK);
    return 'ok';
  } catch {
    return ctx.config.hubs.dir === undefined ? 'ok' : 'unreadable';
  }
}

async function blocklistState({ paths }: Ctx): Promise<Pick<Readiness, 'blocklist'>> {
  return paths.blocklistFile === null ? {} : { blocklist: (await blockListState(paths.blocklistFile)).state };
}
