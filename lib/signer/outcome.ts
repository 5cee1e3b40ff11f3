import { HubgateError, isHubgateError, type ErrorCode } from '../errors';
import type { SignOutcome } from '../wire/messages';
import { LintFailure } from '../x509/lint';
import { isDamage } from './journal-integrity';

/** What crosses the border when something was refused: a code of the closed list and a sentence. */
export type Refusal = { code: ErrorCode; message: string };

/** What is unexpected stays in the log; the peer learns only that there was something. */
export function refusalOf(reason: unknown): Refusal {
  if (isHubgateError(reason)) {
    // lib/x509 and the key files know nothing of the signer; on this border one code says it all.
    const code = reason.code === 'ca.passphrase' ? 'signer.passphrase' : reason.code;
    return { code, message: reason.message };
  }
  if (isDamage(reason))
    return { code: 'signer.journal-damaged', message: "The journal is damaged: see the signer's log." };
  if (reason instanceof LintFailure) return { code: 'signer.lint', message: reason.message };
  return { code: 'signer.refused', message: 'The signer failed within itself; its log says why.' };
}

export function issuedOutcome(input: {
  orderId: string;
  serial: string;
  der: Uint8Array;
  repeated: boolean;
}): SignOutcome {
  const { orderId, serial, der, repeated } = input;
  return { outcome: 'issued', orderId, serial, certificate: Buffer.from(der).toString('base64'), repeated };
}

export const lockedError = (): HubgateError =>
  new HubgateError(
    'signer.locked',
    'The signing key is locked. An operator unlocks it with: hubgate ca unlock',
  );

/** Reported as compromised, or known to be: lib/signer/journal-revocations.ts. */
export const blockedKeyError = (): HubgateError =>
  new HubgateError(
    'csr.compromised-key',
    'This key is blocked for ever: it was reported as compromised. Make a new key.',
    { field: 'csr' },
  );
