import type { KeyObject } from 'node:crypto';

import { parseCertificate, type CertificateInfo } from '../x509/certificate';
import type { Ca, SignerFiles } from './ca-files';
import { clockError } from './ceilings';
import type { Journal } from './journal';
import type { Log } from './log';
import type { SignerPolicy } from './policy';
import { makeResponder, readResponder, type Delegator, type ResponderIdentity } from './responder-identity';

const DAY_MS = 86_400_000;
/** A locked key has this long until OCSP ends; it is renewed before, when it is unlocked. */
const RENEW_MS = 10 * DAY_MS;
/** How often the clock is looked at. */
const LOOK_MS = 60_000;

/** Who answers for which CA, renewed by itself while the CA's key is unlocked. */
export type ResponderKeeper = {
  /** Null when nobody may answer for this CA now: then the answer is `unauthorized`. */
  identityOf: (caKeyId: string, at: Date) => ResponderIdentity | null;
  /** Of every CA that somebody answers for, ended or not. */
  all: () => { caKeyId: string; certificate: CertificateInfo }[];
  /**
   * Renews what is due and can be renewed; calls that come meanwhile share the round.
   *
   * @throws {HubgateError} `signer.clock`, `start.disk-full`
   */
  refresh: () => Promise<void>;
  stop: () => Promise<void>;
};

/**
 * Retired CAs whose key is gone are answered for until their last responder's certificate ends.
 *
 * @param input.delegators every CA whose key is here: the active one and retired ones; asked each round
 * @param input.profile    the centre's parts of the responder's name
 */
export function openResponderKeeper(input: {
  delegators: () => readonly Delegator[];
  profile: SignerPolicy['profile'];
  files: SignerFiles;
  journal: Journal;
  now: () => Date;
  log: Log;
}): ResponderKeeper {
  const { delegators, profile, files, journal, now, log } = input;
  const held = new Map<string, ResponderIdentity>();
  let current: Promise<void> | null = null;

  for (const { keyId, der } of journal.cas()) {
    const file = files.responder(keyId);
    try {
      const identity = readResponder(file, parseCertificate(der));
      if (identity) held.set(keyId, identity);
    } catch (error) {
      // Nothing is lost with it: another is made when the key is unlocked.
      log.error({ err: error, file }, "a responder's key cannot be used");
    }
  }

  const isRevoked = ({ certificate }: ResponderIdentity): boolean =>
    (journal.serialState(certificate.serial)?.revocation ?? null) !== null;

  function due(caKeyId: string, at: Date): boolean {
    const identity = held.get(caKeyId);
    if (!identity || isRevoked(identity)) return true;
    return identity.certificate.notAfter.getTime() - at.getTime() < RENEW_MS;
  }

  async function round(): Promise<void> {
    const at = now();
    for (const delegator of delegators()) {
      const { keyId, certificate, privateKey } = delegator;
      if (privateKey === null || !due(keyId, at) || certificate.notAfter <= at) continue;
      if (at.getTime() < journal.lastAt()) throw clockError(at, journal.lastAt());
      const file = files.responder(keyId);
      const made = await makeResponder({ file, delegator, privateKey, profile, journal, now: at });
      held.set(keyId, made);
      const { serial, notAfter } = made.certificate;
      log.info({ caKeyId: keyId, serial, notAfter: notAfter.toISOString() }, 'OCSP responder certified');
    }
  }

  function refresh(): Promise<void> {
    current ??= round().finally(() => (current = null));
    return current;
  }

  const timer = setInterval(() => {
    refresh().catch((error: unknown) =>
      log.error({ err: error }, "the OCSP responder's certificate could not be renewed"),
    );
  }, LOOK_MS);
  timer.unref();
  return {
    identityOf(caKeyId, at) {
      const identity = held.get(caKeyId);
      if (!identity) return null;
      const { notBefore, notAfter } = identity.certificate;
      return at < notBefore || at >= notAfter || isRevoked(identity) ? null : identity;
    },
    all: () => [...held].map(([caKeyId, { certificate }]) => ({ caKeyId, certificate })),
    refresh,
    async stop() {
      clearInterval(timer);
      await current?.catch(() => undefined);
    },
  };
}

/** @param privateKey null while it is locked */
export function delegatorOf(ca: Ca, privateKey: KeyObject | null): Delegator {
  return { keyId: ca.keyId, certificate: ca.signing, algorithm: ca.algorithm, privateKey };
}
