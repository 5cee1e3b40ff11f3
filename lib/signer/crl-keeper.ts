import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

import type { SignatureAlgorithm } from '../x509/signature-algorithm';
import type { Ca } from './ca-files';
import { clockError } from './ceilings';
import type { Journal } from './journal';
import type { Log } from './log';
import { makeCrl, wholeSeconds, type CrlHead } from './make-crl';
import { runOnThread, ThreadEnded, type OpenThread, type RunningTask } from './thread';
import type { ThreadResults } from './thread-tasks';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How often the clock is looked at; a CRL is due by hours. */
const LOOK_MS = 60_000;
/** A longer list goes to a thread; this many entries take the event loop some 10 ms. */
const SHORT_ENTRIES = 1_000;
/** Long lists take a fifth of one core, however fast revocations come, and never keep anybody waiting long. */
const REST_FACTOR = 4;
const REST_MAX_MS = 10_000;

/** A CA whose lists are made here; `privateKey` is null while it is locked. */
export type CrlIssuer = {
  keyId: string;
  /** Subject, DER. */
  subjectDer: Uint8Array;
  spki: Uint8Array;
  algorithm: SignatureAlgorithm;
  privateKey: KeyObject | null;
};

/** Keeps the revocation lists of the signing CAs current: at unlock, on a clock, at each revocation. */
export type CrlKeeper = {
  /**
   * Makes a new CRL of each CA for which one is due and whose key is unlocked. Calls that come
   * meanwhile share the next round, so that a hundred revocations cost two CRLs. Long lists are made
   * on a thread and follow within seconds; this does not wait for them.
   *
   * @throws {HubgateError} `signer.clock`, `start.disk-full`
   */
  refresh: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * @param input.issuers every CA whose key is here: the active one and retired ones; asked each round
 * @param input.rules   how long lists hold and how often they are renewed
 */
export function openCrlKeeper(input: {
  issuers: () => readonly CrlIssuer[];
  rules: CrlRules;
  journal: Journal;
  now: () => Date;
  log: Log;
  openThread: OpenThread;
}): CrlKeeper {
  const { issuers, rules, journal, now, log, openThread } = input;
  const long = new Map<string, RunningTask<ThreadResults['crl']>>();
  const resting = new Map<string, NodeJS.Timeout>();
  let stopped = false;
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function due(keyId: string, at: Date): boolean {
    const last = journal.lastCrlTimes(keyId);
    if (!last || last.throughSeq !== journal.lastChange(keyId)) return true;
    // Its number or a higher one was used elsewhere: the list must not stay in force.
    if (journal.crlFloor(keyId) >= last.number) return true;
    return at.getTime() - last.thisUpdate.getTime() >= rules.everyHours * HOUR_MS;
  }

  async function round(): Promise<void> {
    const at = now();
    for (const issuer of issuers()) {
      const { keyId, privateKey } = issuer;
      if (privateKey === null || long.has(keyId) || resting.has(keyId) || !due(keyId, at)) continue;
      if (at.getTime() < journal.lastAt()) throw clockError(at, journal.lastAt());
      if (journal.hasMoreRevoked(keyId, SHORT_ENTRIES)) {
        void onThread(issuer, privateKey, at);
        continue;
      }
      const { number, revoked } = await issueCrl({ issuer, privateKey, rules, journal, at });
      log.info({ ca: keyId, crlNumber: number, revoked }, 'revocation list issued');
    }
  }

  async function onThread(issuer: CrlIssuer, privateKey: KeyObject, at: Date): Promise<void> {
    const { keyId } = issuer;
    const head = nextHead(issuer, rules, journal, at);
    const started = performance.now();
    const job = runOnThread(openThread, {
      task: 'crl',
      file: journal.file,
      caKeyId: keyId,
      since: journal.lastCrlTimes(keyId)?.thisUpdate.getTime() ?? 0,
      head,
      privateKey,
      publicKey: publicKeyOf(issuer),
    });
    long.set(keyId, job);
    try {
      const { der, ...made } = await job.answer;
      if (stopped) return;
      const { crlNumber: number, thisUpdate, nextUpdate } = head;
      journal.recordCrl(keyId, { number, der, thisUpdate, nextUpdate, ...made });
      const ms = Math.round(performance.now() - started);
      log.info({ ca: keyId, crlNumber: number, revoked: made.revoked, ms }, 'revocation list issued');
    } catch (error) {
      if (!(stopped && error instanceof ThreadEnded)) {
        log.error({ ca: keyId, err: error }, 'no new revocation list');
      }
    } finally {
      long.delete(keyId);
      if (!stopped) rest(keyId, Math.min(REST_MAX_MS, REST_FACTOR * (performance.now() - started)));
    }
  }

  /** What was revoked meanwhile comes with the next list, after a pause. */
  function rest(keyId: string, ms: number): void {
    const timer = setTimeout(() => {
      resting.delete(keyId);
      refreshOrSay();
    }, ms);
    timer.unref();
    resting.set(keyId, timer);
  }

  function refresh(): Promise<void> {
    if (!current) {
      current = round().finally(() => (current = null));
      return current;
    }
    next ??= current
      .catch(() => undefined)
      .then(() => {
        next = null;
        return refresh();
      });
    return next;
  }

  function refreshOrSay(): void {
    refresh().catch((error: unknown) =>
      log.error({ err: error }, 'the revocation lists could not be renewed'),
    );
  }

  const timer = setInterval(refreshOrSay, LOOK_MS);
  timer.unref();
  return {
    refresh,
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const one of resting.values()) clearTimeout(one);
      await Promise.all([...long.values()].map((job) => job.stop()));
      await current?.catch(() => undefined);
    },
  };
}

export type CrlRules = { days: number; everyHours: number };

/** The signing CA as an issuer of lists. */
export function crlIssuerOf(ca: Ca, privateKey: KeyObject | null): CrlIssuer {
  const { subjectDer, spki } = ca.signing;
  return { keyId: ca.keyId, subjectDer, spki, algorithm: ca.algorithm, privateKey };
}

/** Makes, lints, signs and records the next CRL of a CA here and now; the ceremony makes the first. */
export async function issueCrl(input: {
  issuer: CrlIssuer;
  privateKey: KeyObject;
  rules: CrlRules;
  journal: Journal;
  at: Date;
}): Promise<{ number: number; der: Uint8Array; revoked: number }> {
  const { issuer, privateKey, rules, journal, at } = input;
  const { keyId } = issuer;
  const head = nextHead(issuer, rules, journal, at);
  const throughSeq = journal.lastChange(keyId);
  // RFC 5280 section 3.3: an entry stays until a CRL after the certificate's end has carried it.
  const since = journal.lastCrlTimes(keyId)?.thisUpdate ?? new Date(0);
  const listed = journal.listedRevocations(keyId, since);
  const der = await makeCrl(head, listed, { privateKey, publicKey: publicKeyOf(issuer) });
  const { crlNumber: number, thisUpdate, nextUpdate } = head;
  const sha256 = createHash('sha256').update(der).digest('hex');
  const revoked = listed.length;
  journal.recordCrl(keyId, { number, der, sha256, thisUpdate, nextUpdate, revoked, throughSeq });
  return { number, der, revoked };
}

function nextHead(issuer: CrlIssuer, rules: CrlRules, journal: Journal, at: Date): CrlHead {
  const thisUpdate = wholeSeconds(at);
  return {
    issuer: issuer.subjectDer,
    issuerKeyId: issuer.keyId,
    crlNumber: journal.nextCrlNumber(issuer.keyId),
    thisUpdate,
    nextUpdate: new Date(thisUpdate.getTime() + rules.days * DAY_MS),
    signatureAlgorithm: issuer.algorithm,
  };
}

const publicKeyOf = ({ spki }: CrlIssuer): KeyObject =>
  createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
