import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { HubgateError, isHubgateError } from '../errors';
import { spkiSha256 } from '../x509/key-id';
import type { Ca } from './ca-files';
import { decryptKey } from './key-file';

type LockedBecause = 'no-ca' | 'waiting-for-passphrase' | 'locked-by-operator' | 'journal-damaged';

/** Who holds the signing key, and since when. */
export type CustodyState =
  | { state: 'unlocked'; since: Date; key: KeyObject }
  | { state: 'locked'; since: Date; because: LockedBecause };

/** Keeps the signing key: encrypted on disk, in memory only between unlock and lock. */
export type Custody = {
  readonly state: CustodyState;
  /**
   * @throws {HubgateError} `signer.passphrase` when it is wrong or tried too often, `signer.ca-missing`
   *   before the ceremony, `signer.journal-damaged`, `ca.file` when the key file is missing, damaged or another CA's
   */
  unlock: (passphrase: string) => Promise<void>;
  lock: () => void;
  /** Locks for as long as this process lives: every unlock is refused with this error. */
  seal: (why: Error) => void;
};

/** Wrong attempts in a row that cost nothing but the key derivation itself. */
const FREE_ATTEMPTS = 3;
const MAX_WAIT_MS = 60_000;

/**
 * @param input.ca      the CA whose key this is; null before the ceremony
 * @param input.keyFile its encrypted key
 * @param input.now     the clock
 */
export function openCustody(input: { ca: Ca | null; keyFile: string; now: () => Date }): Custody {
  const { ca, keyFile, now } = input;
  let state: CustodyState = {
    state: 'locked',
    since: now(),
    because: ca === null ? 'no-ca' : 'waiting-for-passphrase',
  };
  let sealed: Error | null = null;
  let wrong = 0;
  let notBefore = 0;
  let attempts: Promise<unknown> = Promise.resolve();

  async function attempt(passphrase: string): Promise<void> {
    if (ca === null) throw noCa();
    if (sealed !== null) throw sealed;
    if (state.state === 'unlocked') return;
    const waitMs = notBefore - now().getTime();
    if (waitMs > 0 && waitMs <= MAX_WAIT_MS) {
      const seconds = Math.ceil(waitMs / 1000);
      throw new HubgateError(
        'signer.passphrase',
        `Too many wrong passphrases. Wait ${seconds} s, then try again.`,
        { field: 'passphrase', params: { seconds } },
      );
    }
    try {
      const key = await decryptKey(readKeyFile(keyFile), passphrase, keyFile);
      checkSameKey(key, ca, keyFile);
      if (sealed !== null) throw sealed; // while the passphrase was tried
      wrong = 0;
      state = { state: 'unlocked', since: now(), key };
    } catch (error) {
      if (!isHubgateError(error) || error.code !== 'ca.passphrase') throw error;
      wrong += 1;
      // 2, 4, 8, … seconds after the third: a person mistypes, a program guesses.
      if (wrong >= FREE_ATTEMPTS) {
        notBefore = now().getTime() + Math.min(MAX_WAIT_MS, 2 ** (wrong - FREE_ATTEMPTS + 1) * 1000);
      }
      throw new HubgateError('signer.passphrase', 'This passphrase does not open the signing key.', {
        field: 'passphrase',
      });
    }
  }

  return {
    get state() {
      return state;
    },
    // One attempt at a time: guesses must not run side by side past the waiting time.
    unlock(passphrase) {
      const turn = attempts.then(() => attempt(passphrase));
      attempts = turn.catch(() => undefined);
      return turn;
    },
    lock() {
      if (ca === null) throw noCa();
      // The KeyObject's memory goes when the last signature that uses it is done; OpenSSL cleanses it.
      if (state.state === 'unlocked')
        state = { state: 'locked', since: now(), because: 'locked-by-operator' };
    },
    seal(why) {
      sealed = why;
      state = { state: 'locked', since: now(), because: 'journal-damaged' };
    },
  };
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new HubgateError('ca.file', `The signing key ${file} cannot be read. Restore it from a backup.`, {
      params: { file },
      cause,
    });
  }
}

function checkSameKey(key: KeyObject, ca: Ca, file: string): void {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  if (spkiSha256(spki) !== ca.signing.spkiSha256) {
    throw new HubgateError('ca.file', `${file} holds the key of another CA than signing-ca.pem names.`, {
      params: { file },
    });
  }
}

const noCa = (): HubgateError =>
  new HubgateError('signer.ca-missing', 'There is no CA yet. Hold the ceremony first: hubgate init.');
