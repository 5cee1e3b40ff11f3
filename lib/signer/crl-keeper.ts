import { createPublicKey, type KeyObject } from 'node:crypto';

import { buildCrlTbs } from '../x509/crl';
import { lintCrlTbs } from '../x509/crl-lint';
import type { CrlPlan } from '../x509/crl-plan';
import type { Ca } from './ca-files';
import { clockError } from './ceilings';
import type { Custody } from './custody';
import type { Journal } from './journal';
import type { Log } from './log';
import { signLinted } from './sign-linted';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How often the clock is looked at; a CRL is due by hours. */
const LOOK_MS = 60_000;

/** Keeps the signing CA's revocation list current: at unlock, on a clock, at each revocation. */
export type CrlKeeper = {
  /**
   * Makes a new CRL when one is due and the key is unlocked. Calls that come meanwhile share the
   * next round, so that a hundred revocations cost two CRLs.
   *
   * @throws {HubgateError} `signer.clock`, `start.disk-full`
   */
  refresh: () => Promise<void>;
  stop: () => void;
};

export function openCrlKeeper(input: {
  ca: Ca;
  custody: Custody;
  journal: Journal;
  now: () => Date;
  log: Log;
}): CrlKeeper {
  const { ca, custody, journal, now, log } = input;
  const publicKey = createPublicKey({ key: Buffer.from(ca.signing.spki), format: 'der', type: 'spki' });
  let current: Promise<void> | null = null;
  let next: Promise<void> | null = null;

  function due(at: Date): boolean {
    const last = journal.lastCrl();
    if (!last) return true;
    if (last.revoked !== journal.counts().revoked) return true;
    return at.getTime() - last.thisUpdate.getTime() >= ca.policy.crl.everyHours * HOUR_MS;
  }

  async function round(): Promise<void> {
    const at = now();
    if (custody.state.state !== 'unlocked' || !due(at)) return;
    if (at.getTime() < journal.lastAt()) throw clockError(at, journal.lastAt());
    const made = await issueCrl({ ca, journal, privateKey: custody.state.key, publicKey, at });
    log.info({ crlNumber: made.number, revoked: made.revoked }, 'revocation list issued');
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

  const timer = setInterval(() => {
    refresh().catch((error: unknown) =>
      log.error({ err: error }, 'the revocation list could not be renewed'),
    );
  }, LOOK_MS);
  timer.unref();
  return { refresh, stop: () => clearInterval(timer) };
}

/** Makes, lints, signs and records the next CRL of the signing CA; the ceremony makes the first. */
export async function issueCrl(input: {
  ca: Ca;
  journal: Journal;
  privateKey: KeyObject;
  publicKey: KeyObject;
  at: Date;
}): Promise<{ number: number; der: Uint8Array; revoked: number }> {
  const { ca, journal, privateKey, publicKey, at } = input;
  const last = journal.lastCrl();
  const number = (last?.number ?? 0) + 1;
  const thisUpdate = wholeSeconds(at);
  const nextUpdate = new Date(thisUpdate.getTime() + ca.policy.crl.days * DAY_MS);
  const revocations = journal.revocations();
  // RFC 5280 section 3.3: an entry stays until a CRL after the certificate's end has carried it.
  const since = last?.thisUpdate.getTime() ?? 0;
  const listed = revocations.filter(({ notAfter }) => notAfter.getTime() > since);
  const plan: CrlPlan = {
    issuer: ca.signing.subjectDer,
    issuerKeyId: ca.keyId,
    crlNumber: number,
    thisUpdate,
    nextUpdate,
    revoked: listed.map(({ serial, reason, revokedAt }) => ({
      serial,
      reason,
      revokedAt: wholeSeconds(revokedAt),
    })),
    signatureAlgorithm: ca.algorithm,
  };
  const linted = lintCrlTbs(buildCrlTbs(plan), plan);
  const der = await signLinted(linted, { algorithm: ca.algorithm, privateKey, publicKey });
  journal.recordCrl({ number, der, thisUpdate, nextUpdate, revoked: revocations.length });
  return { number, der, revoked: listed.length };
}

/** Neither UTCTime nor GeneralizedTime holds fractions (RFC 5280 section 4.1.2.5). */
const wholeSeconds = (instant: Date): Date => new Date(Math.floor(instant.getTime() / 1000) * 1000);
