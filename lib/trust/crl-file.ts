import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Ctx } from '../ctx';
import { readSetting, writeSetting } from '../db/settings';
import { HubgateError, isHubgateError } from '../errors';

export const CRL_FILES = ['root-ca.crl', 'signing-ca.crl'] as const;
export type CrlFileName = (typeof CRL_FILES)[number];

/** Relying parties may keep it this long: CRLs are reissued daily and live for weeks. */
export const CRL_MAX_AGE_SECONDS = 3600;

/** Strangers ask for CRLs; the signer is asked once in this time. */
const FRESH_MS = 10_000;

type Known = { at: number; signing: Uint8Array | null; root: Uint8Array | null };
const holder = globalThis as typeof globalThis & { __hubgateCrls?: Map<string, Known> };

/**
 * A CRL as the signer last issued it, DER. When the signer is down, the copy that the portal kept:
 * a missing CRL shuts everybody out, one of an hour ago does not.
 *
 * @throws {HubgateError} `signer.down` when there is no copy either, `ca.file` when no root CRL was made
 */
export async function crlFile(ctx: Ctx, name: CrlFileName): Promise<Uint8Array> {
  const crls = await knownCrls(ctx);
  const bytes = name === 'root-ca.crl' ? (crls.root ?? rootCrlFile(ctx)) : crls.signing;
  if (bytes === null) {
    throw new HubgateError('ca.file', `There is no ${name}. Was the CA made (hubgate init)?`, {
      params: { file: name },
    });
  }
  return bytes;
}

async function knownCrls(ctx: Ctx): Promise<Known> {
  const cache = (holder.__hubgateCrls ??= new Map());
  const key = ctx.paths.signerWebSocket;
  const now = ctx.now().getTime();
  const before = cache.get(key);
  if (before && Math.abs(now - before.at) < FRESH_MS) return before;
  try {
    const fresh = await ctx.signer.crls();
    const known = { at: now, signing: decode(fresh.signing), root: decode(fresh.root) };
    cache.set(key, known);
    if (fresh.signing !== undefined && (await readSetting(ctx.db, 'crl.signing')) !== fresh.signing) {
      await writeSetting(ctx.db, 'crl.signing', fresh.signing);
    }
    return known;
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    if (before) return before;
    const kept = await readSetting(ctx.db, 'crl.signing');
    return { at: 0, signing: decode(kept ?? undefined), root: null };
  }
}

function decode(base64: string | undefined): Uint8Array | null {
  return base64 === undefined ? null : new Uint8Array(Buffer.from(base64, 'base64'));
}

function rootCrlFile(ctx: Ctx): Uint8Array | null {
  try {
    return readFileSync(join(ctx.paths.caDir, 'root-ca.crl'));
  } catch {
    return null;
  }
}
