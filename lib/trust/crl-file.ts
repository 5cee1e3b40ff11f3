import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import {
  addressName,
  caCertificates,
  signingCasInOrder,
  type CaCertificates,
} from '../client-cert/ca-certificates';
import { watchJournal } from '../certificates/watch-journal';
import type { Ctx } from '../ctx';
import { readSetting, writeSetting } from '../db/settings';
import { HubgateError, isHubgateError } from '../errors';
import type { Crls } from '../wire/records';
import { readCrlHead } from '../x509/crl';
import { caKeyId } from '../x509/key-id';
import { toPem } from '../x509/pem';

/**
 * `root-ca.crl`, `signing-ca.crl`, and of later signing CAs `signing-ca-2.crl`, …: an address belongs
 * to one CA for ever, since its certificates name it. Each also by its key, `<40 hex digits>.crl`.
 * `crls.pem`: all that a gate needs now.
 */
export const CRL_FILE_NAME = /^(?:root-ca|signing-ca(?:-[1-9]\d{0,3})?|[0-9a-f]{40})\.crl$|^crls\.pem$/;

/** Relying parties may keep it this long: CRLs are reissued daily and live for weeks. */
const MAX_AGE_SECONDS = 3600;

/** Strangers ask for CRLs; the signer is asked once in this time. */
const FRESH_MS = 500;

/** A list, and what caches need to know of it. */
export type CrlFile = { type: string; bytes: Uint8Array; thisUpdate: Date; cacheControl: string };

type List = {
  bytes: Uint8Array;
  keyId: string | null;
  number: number;
  thisUpdate: Date;
  nextUpdate: Date | null;
};
type Known = { at: number; version: string; root: List | null; signing: readonly List[] };
type CrlCtx = Pick<Ctx, 'paths' | 'db' | 'signer' | 'now'>;
const holder = globalThis as typeof globalThis & { __hubgateCrls?: Map<string, Known> };

/**
 * A CRL as the signer last issued it, DER. When the signer is down or has an old journal, the copy that
 * the portal kept: a missing CRL shuts everybody out, one of an hour ago does not; and one that an old
 * journal has forgotten revocations of would let people in again.
 *
 * @throws {HubgateError} `ca.file` when there is no list and no copy, `http.not-found` for a CA that
 *   there is not
 */
export async function crlFile(ctx: CrlCtx, name: string): Promise<CrlFile> {
  const cas = caCertificates(ctx.paths);
  const known = await knownCrls(ctx);
  const root = known.root ?? rootCrlFile(ctx);
  if (name === 'crls.pem') return allAsPem(ctx, cas, known, root);
  const list = name === 'root-ca.crl' ? root : signingList(cas, known, name);
  if (list === null) {
    throw new HubgateError('ca.file', `There is no ${name}. Was the CA made (hubgate init)?`, {
      params: { file: name },
    });
  }
  const { bytes, thisUpdate, nextUpdate } = list;
  const type = 'application/pkix-crl';
  return { type, bytes, thisUpdate, cacheControl: cacheControl(nextUpdate, ctx.now()) };
}

function signingList(cas: CaCertificates, known: Known, name: string): List | null {
  const byKey = known.signing.find((list) => `${list.keyId}.crl` === name);
  if (byKey !== undefined) return byKey;
  const signing = signingCasInOrder(cas).find((one) => `${addressName(cas, one)}.crl` === name);
  if (signing === undefined) {
    throw new HubgateError('http.not-found', `No CA here has a revocation list of that name: ${name}.`);
  }
  return listOf(known, caKeyId(signing));
}

const listOf = (known: Known, keyId: string): List | null =>
  known.signing.find((list) => list.keyId === keyId) ?? null;

/** The last `crls.pem`: megabytes with many entries, and asked for every two seconds by the portal itself. */
let lastPem: { lists: readonly List[]; file: CrlFile } | null = null;

/**
 * The signing CAs' lists, the newest first, then the root's; those of CAs that have ended are left out.
 *
 * @returns the same object for the same lists
 */
function allAsPem(ctx: CrlCtx, cas: CaCertificates, known: Known, root: List | null): CrlFile {
  const living = signingCasInOrder(cas).filter(({ notAfter }) => notAfter > ctx.now());
  const lists = [...[...living].reverse().map((one) => listOf(known, caKeyId(one))), root].flatMap(
    (list) => list ?? [],
  );
  if (lastPem?.lists.length === lists.length && lists.every((list, at) => list === lastPem?.lists[at])) {
    return lastPem.file;
  }
  const file = {
    type: 'application/x-pem-file',
    bytes: new TextEncoder().encode(lists.map(({ bytes }) => toPem('X509 CRL', bytes)).join('')),
    thisUpdate: new Date(Math.max(0, ...lists.map(({ thisUpdate }) => thisUpdate.getTime()))),
    cacheControl: 'no-cache',
  };
  lastPem = { lists, file };
  return file;
}

/** Nobody should keep a list beyond its end (RFC 9111 section 5.2.2); one that has ended, not at all. */
function cacheControl(nextUpdate: Date | null, now: Date): string {
  const left =
    nextUpdate === null ? MAX_AGE_SECONDS : Math.floor((nextUpdate.getTime() - now.getTime()) / 1000);
  return left <= 0 ? 'no-cache' : `public, max-age=${Math.min(MAX_AGE_SECONDS, left)}`;
}

async function knownCrls(ctx: CrlCtx): Promise<Known> {
  const cache = (holder.__hubgateCrls ??= new Map());
  const key = ctx.paths.signerWebSocket;
  const now = ctx.now().getTime();
  const before = cache.get(key);
  if (before && Math.abs(now - before.at) < FRESH_MS) return before;
  try {
    // Megabytes with many entries: asked for when a number has changed, not every time.
    const { status, problem } = await watchJournal(ctx);
    if (problem !== null) {
      const held = { ...(before ?? (await kept(ctx))), at: now, version: '' };
      cache.set(key, held);
      return held;
    }
    const { journalId, crlEnds } = status;
    const version = JSON.stringify([journalId, crlEnds.map(({ keyId, number }) => [keyId, number])]);
    if (before?.version === version) {
      cache.set(key, { ...before, at: now });
      return before;
    }
    const crls = await ctx.signer.crls();
    const { root, signing } = lists(crls);
    const known = { at: now, version, root, signing: await neverBack(ctx, signing) };
    cache.set(key, known);
    await keep(ctx, known.signing);
    return known;
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return before ?? kept(ctx);
  }
}

/**
 * Numbers of lists only rise (RFC 5280 section 5.2.3), also while a journal that was put back has not
 * been told which ones were used.
 */
async function neverBack(ctx: CrlCtx, signing: readonly List[]): Promise<List[]> {
  const before = (await kept(ctx)).signing.filter(
    ({ nextUpdate }) => nextUpdate !== null && nextUpdate > ctx.now(),
  );
  return signing.map(
    (list) => before.find((one) => one.keyId === list.keyId && one.number >= list.number) ?? list,
  );
}

/** DER as base64, the active CA's first. */
const KEPT = 'crl.signing-cas';

async function keep(ctx: CrlCtx, signing: readonly List[]): Promise<void> {
  const value = JSON.stringify(signing.map(({ bytes }) => Buffer.from(bytes).toString('base64')));
  if ((await readSetting(ctx.db, KEPT)) !== value) await writeSetting(ctx.db, KEPT, value);
}

async function kept(ctx: CrlCtx): Promise<Known> {
  return { at: 0, version: '', root: null, signing: (await keptLists(ctx)).map(read) };
}

/** The signing CAs' lists as the portal last saw them, DER, the active CA's first; none before the first. */
export async function keptLists(ctx: Pick<Ctx, 'db'>): Promise<Uint8Array[]> {
  const parsed: unknown = JSON.parse((await readSetting(ctx.db, KEPT)) ?? '[]');
  const ders = Array.isArray(parsed) ? parsed.filter((one): one is string => typeof one === 'string') : [];
  return ders.map((der) => Buffer.from(der, 'base64'));
}

function lists({ signing, root, former }: Crls): Pick<Known, 'signing' | 'root'> {
  return {
    signing: [...(signing === undefined ? [] : [signing]), ...former.map(({ der }) => der)].map((der) =>
      read(Buffer.from(der, 'base64')),
    ),
    root: root === undefined ? null : read(Buffer.from(root, 'base64')),
  };
}

function read(der: Uint8Array): List {
  const { authorityKeyId, crlNumber, thisUpdate, nextUpdate } = readCrlHead(der);
  return {
    bytes: new Uint8Array(der),
    keyId: authorityKeyId,
    number: crlNumber ?? 0,
    thisUpdate,
    nextUpdate,
  };
}

function rootCrlFile(ctx: CrlCtx): List | null {
  try {
    return read(readFileSync(join(ctx.paths.caDir, 'root-ca.crl')));
  } catch {
    return null;
  }
}
