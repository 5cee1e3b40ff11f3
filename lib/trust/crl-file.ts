import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import type { Ctx } from '../ctx';
import { readSetting, writeSetting } from '../db/settings';
import { HubgateError, isHubgateError } from '../errors';
import type { Crls } from '../wire/messages';
import { readCrlHead } from '../x509/crl';

const NAMES = ['root-ca.crl', 'signing-ca.crl'] as const;

/** `root-ca.crl`, `signing-ca.crl`, or the list of any signing CA by its key: `<40 hex digits>.crl`. */
export const CrlFileName = z.union([z.enum(NAMES), z.string().regex(/^[0-9a-f]{40}\.crl$/)]);
export type CrlFileName = z.infer<typeof CrlFileName>;

/** Relying parties may keep it this long: CRLs are reissued daily and live for weeks. */
const MAX_AGE_SECONDS = 3600;

/** Strangers ask for CRLs; the signer is asked once in this time. */
const FRESH_MS = 10_000;

/** A list, and what caches need to know of it. */
export type CrlFile = { bytes: Uint8Array; thisUpdate: Date; cacheControl: string };

type List = { bytes: Uint8Array; keyId: string | null; thisUpdate: Date; nextUpdate: Date | null };
type Known = { at: number; version: string; signing: List | null; root: List | null; former: List[] };
const holder = globalThis as typeof globalThis & { __hubgateCrls?: Map<string, Known> };

/**
 * A CRL as the signer last issued it, DER. When the signer is down, the copy that the portal kept:
 * a missing CRL shuts everybody out, one of an hour ago does not.
 *
 * @throws {HubgateError} `ca.file` when there is no list and no copy, `http.not-found` for a key that no CA has
 */
export async function crlFile(ctx: Ctx, name: CrlFileName): Promise<CrlFile> {
  const list = listNamed(await knownCrls(ctx), name) ?? (name === 'root-ca.crl' ? rootCrlFile(ctx) : null);
  if (list === null) {
    if (!NAMES.some((one) => one === name)) {
      throw new HubgateError('http.not-found', `No CA with this key has a revocation list here: ${name}.`);
    }
    throw new HubgateError('ca.file', `There is no ${name}. Was the CA made (hubgate init)?`, {
      params: { file: name },
    });
  }
  const { bytes, thisUpdate, nextUpdate } = list;
  return { bytes, thisUpdate, cacheControl: cacheControl(nextUpdate, ctx.now()) };
}

function listNamed(known: Known, name: CrlFileName): List | null {
  if (name === 'root-ca.crl') return known.root;
  if (name === 'signing-ca.crl') return known.signing;
  return [known.signing, ...known.former].find((list) => list && `${list.keyId}.crl` === name) ?? null;
}

/** Nobody should keep a list beyond its end (RFC 9111 section 5.2.2); one that has ended, not at all. */
function cacheControl(nextUpdate: Date | null, now: Date): string {
  const left =
    nextUpdate === null ? MAX_AGE_SECONDS : Math.floor((nextUpdate.getTime() - now.getTime()) / 1000);
  return left <= 0 ? 'no-cache' : `public, max-age=${Math.min(MAX_AGE_SECONDS, left)}`;
}

async function knownCrls(ctx: Ctx): Promise<Known> {
  const cache = (holder.__hubgateCrls ??= new Map());
  const key = ctx.paths.signerWebSocket;
  const now = ctx.now().getTime();
  const before = cache.get(key);
  if (before && Math.abs(now - before.at) < FRESH_MS) return before;
  try {
    // Megabytes with many entries: asked for when a number has changed, not every ten seconds.
    const { journalId, crlEnds } = await ctx.signer.status();
    const version = JSON.stringify([journalId, crlEnds.map(({ keyId, number }) => [keyId, number])]);
    if (before?.version === version) {
      cache.set(key, { ...before, at: now });
      return before;
    }
    const fresh = await ctx.signer.crls();
    const known = { at: now, version, ...lists(fresh) };
    cache.set(key, known);
    await keep(ctx, fresh);
    return known;
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return before ?? kept(ctx);
  }
}

async function keep(ctx: Ctx, { signing, former }: Crls): Promise<void> {
  const copies: [string, string | undefined][] = [
    ['crl.signing', signing],
    ['crl.former', JSON.stringify(former.map(({ der }) => der))],
  ];
  for (const [key, value] of copies) {
    if (value !== undefined && (await readSetting(ctx.db, key)) !== value) {
      await writeSetting(ctx.db, key, value);
    }
  }
}

async function kept(ctx: Ctx): Promise<Known> {
  const signing = await readSetting(ctx.db, 'crl.signing');
  const former = z.array(z.string()).parse(JSON.parse((await readSetting(ctx.db, 'crl.former')) ?? '[]'));
  return {
    at: 0,
    version: '',
    ...lists({ ...(signing !== null && { signing }), former: former.map((der) => ({ keyId: '', der })) }),
  };
}

function lists({ signing, root, former }: Crls): Pick<Known, 'signing' | 'root' | 'former'> {
  return {
    signing: signing === undefined ? null : read(Buffer.from(signing, 'base64')),
    root: root === undefined ? null : read(Buffer.from(root, 'base64')),
    former: former.map(({ der }) => read(Buffer.from(der, 'base64'))),
  };
}

function read(der: Uint8Array): List {
  const { authorityKeyId, thisUpdate, nextUpdate } = readCrlHead(der);
  return { bytes: new Uint8Array(der), keyId: authorityKeyId, thisUpdate, nextUpdate };
}

function rootCrlFile(ctx: Ctx): List | null {
  try {
    return read(readFileSync(join(ctx.paths.caDir, 'root-ca.crl')));
  } catch {
    return null;
  }
}
