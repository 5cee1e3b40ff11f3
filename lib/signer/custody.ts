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

/** A key of a former signing CA: it signs that CA's revocation lists until its last certificate ends. */
export type FormerKey = { readonly keyId: string; readonly keyFile: string; readonly spkiSha256: string };

export type FormerKeyState = {
  readonly keyId: string;
  /** `missing`: its file is not there or is not what it must be; unlocking cannot help. */
  readonly state: 'unlocked' | 'locked' | 'missing';
};

/** Keeps the CA's keys: encrypted on disk, in memory only between unlock and lock. */
export type Custody = {
  /** Of the key that signs certificates. */
  readonly state: CustodyState;
  readonly former: readonly FormerKeyState[];
  /** The key of this CA, active or former; null while it is locked, and for a CA that is not known. */
  keyOf: (caKeyId: string) => KeyObject | null;
  /**
   * Opens every key that this passphrase opens: former CAs may have another than the active one.
   *
   * @throws {HubgateError} `signer.passphrase` when it opens none or was tried too often,
   *   `signer.ca-missing` before the ceremony, `signer.journal-damaged`, `ca.file` when the active key's
   *   file is missing, damaged or another CA's
   */
  unlock: (passphrase: string) => Promise<void>;
  /** Forgets all keys. */
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
 * @param input.former  former CAs that are still needed
 * @param input.open    keys that are open already, by CA: a roll-over locks nothing
 * @param input.now     the clock
 * @param input.onUnlocked hears that the active key was opened
 */
export function openCustody(input: {
  ca: Ca | null;
  keyFile: string;
  former?: readonly FormerKey[];
  open?: ReadonlyMap<string, KeyObject>;
  now: () => Date;
  onUnlocked?: () => void;
}): Custody {
  const { ca, keyFile, former = [], now } = input;
  const open = new Map<string, KeyObject>(input.open);
  const missing = new Set<string>();
  let since = now();
  let because: LockedBecause = ca === null ? 'no-ca' : 'waiting-for-passphrase';
  let sealed: Error | null = null;
  let wrong = 0;
  let notBefore = 0;
  let attempts: Promise<unknown> = Promise.resolve();

  function refuseSealed(): void {
    if (sealed !== null) throw sealed;
  }

  async function attempt(passphrase: string): Promise<void> {
    if (ca === null) throw noCa();
    refuseSealed();
    const wasOpen = open.has(ca.keyId);
    const waiting = former.filter(({ keyId }) => !open.has(keyId) && !missing.has(keyId));
    if (wasOpen && waiting.length === 0) return;
    refuseTooSoon();
    if (!wasOpen && (await opens(passphrase, keyFile, ca.signing.spkiSha256, ca.keyId))) {
      since = now();
      input.onUnlocked?.();
    }
    for (const key of waiting) {
      try {
        await opens(passphrase, key.keyFile, key.spkiSha256, key.keyId);
      } catch (error) {
        // The active key is not kept waiting for a former one; the status says which is missing.
        if (!isHubgateError(error) || error === sealed) throw error;
        missing.add(key.keyId);
      }
    }
    const opened = (!wasOpen && open.has(ca.keyId)) || waiting.some(({ keyId }) => open.has(keyId));
    if (opened) {
      wrong = 0;
      return;
    }
    wrong += 1;
    // 2, 4, 8, … seconds after the third: a person mistypes, a program guesses.
    if (wrong >= FREE_ATTEMPTS) {
      notBefore = now().getTime() + Math.min(MAX_WAIT_MS, 2 ** (wrong - FREE_ATTEMPTS + 1) * 1000);
    }
    throw new HubgateError(
      'signer.passphrase',
      wasOpen
        ? 'This passphrase does not open the key of a former signing CA.'
        : 'This passphrase does not open the signing key.',
      { field: 'passphrase' },
    );
  }

  function refuseTooSoon(): void {
    const waitMs = notBefore - now().getTime();
    if (waitMs <= 0 || waitMs > MAX_WAIT_MS) return;
    const seconds = Math.ceil(waitMs / 1000);
    throw new HubgateError(
      'signer.passphrase',
      `Too many wrong passphrases. Wait ${seconds} s, then try again.`,
      { field: 'passphrase', params: { seconds } },
    );
  }

  async function opens(passphrase: string, file: string, spki: string, keyId: string): Promise<boolean> {
    try {
      const key = await decryptKey(readKeyFile(file), passphrase, file);
      checkSameKey(key, spki, file);
      refuseSealed(); // it may have been sealed while the passphrase was tried
      open.set(keyId, key);
      return true;
    } catch (error) {
      if (isHubgateError(error) && error.code === 'ca.passphrase') return false;
      throw error;
    }
  }

  return {
    get state(): CustodyState {
      const key = ca === null ? undefined : open.get(ca.keyId);
      return key === undefined ? { state: 'locked', since, because } : { state: 'unlocked', since, key };
    },
    get former() {
      return former.map(({ keyId }): FormerKeyState => {
        const state = open.has(keyId) ? 'unlocked' : missing.has(keyId) ? 'missing' : 'locked';
        return { keyId, state };
      });
    },
    keyOf: (caKeyId) => open.get(caKeyId) ?? null,
    // One attempt at a time: guesses must not run side by side past the waiting time.
    unlock(passphrase) {
      const turn = attempts.then(() => attempt(passphrase));
      attempts = turn.catch(() => undefined);
      return turn;
    },
    lock() {
      if (ca === null) throw noCa();
      // A KeyObject's memory goes when the last signature that uses it is done; OpenSSL cleanses it.
      if (open.has(ca.keyId)) {
        since = now();
        because = 'locked-by-operator';
      }
      open.clear();
    },
    seal(why) {
      sealed = why;
      since = now();
      because = 'journal-damaged';
      open.clear();
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

function checkSameKey(key: KeyObject, expected: string, file: string): void {
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  if (spkiSha256(spki) !== expected) {
    throw new HubgateError('ca.file', `${file} holds the key of another CA than its certificate names.`, {
      params: { file },
    });
  }
}

const noCa = (): HubgateError =>
  new HubgateError('signer.ca-missing', 'There is no CA yet. Hold the ceremony first: hubgate init.');
