import type { Ctx } from '../ctx';
import type { Queries, Tx } from '../db/client';
import { deletePasskeysOf, passkeysOf } from '../db/passkeys';
import { countRecoveryCodes, replaceRecoveryCodes, useRecoveryCode } from '../db/recovery-codes';
import { setUserTotp, takeTotpStep, type UserRow } from '../db/users';
import { takeFactorTouch, type TouchPurpose } from './factor-touch';
import { recoveryCodeHash } from './recovery-codes';
import { openTotpSecret, totpStep } from './totp';
import type { TouchAnswer } from './touch-answer';

/** What somebody shows as their second factor. A factor that needs more than a code adds its own kind here. */
export type FactorProof = { kind: 'code'; code: string } | { kind: 'passkey'; answer: TouchAnswer };

/** What a check may need. */
export type FactorCheck = {
  user: UserRow;
  proof: FactorProof;
  /** What a touch must have been asked for. */
  purpose: TouchPurpose;
  now: Date;
  sessionSecret: string;
  site: Ctx['config']['site'];
};

type Factor = {
  /** Whoever has one must show a factor at sign-in. Recovery codes alone are none: they stand in for another. */
  readonly counts: boolean;
  /** How many the person has. */
  readonly count: (db: Queries, user: UserRow) => Promise<number>;
  /** True when the proof is right; it is used up in this transaction, so that none counts twice. */
  readonly check: (tx: Tx, input: FactorCheck) => Promise<boolean>;
  readonly remove: (tx: Tx, userId: string, now: Date) => Promise<void>;
};

/** Every second factor that the portal knows, tried in this order. */
export const SECOND_FACTORS = {
  totp: {
    counts: true,
    count: async (_db, user) => (user.totpConfirmedAt === null ? 0 : 1),
    check: async (tx, { user, proof, now, sessionSecret }) => {
      if (proof.kind !== 'code' || user.totpConfirmedAt === null) return false;
      return takeTotpCode(tx, { user, code: proof.code, now, sessionSecret });
    },
    remove: (tx, userId) => setUserTotp(tx, { id: userId, totpSecret: null }),
  },
  passkey: {
    counts: true,
    count: async (db, user) => (await passkeysOf(db, user.id)).length,
    check: async (tx, { user, proof, purpose, now, site }) =>
      proof.kind === 'passkey' &&
      takeFactorTouch(tx, { userId: user.id, answer: proof.answer, purpose, now, site }),
    remove: (tx, userId) => deletePasskeysOf(tx, userId),
  },
  recovery: {
    counts: false,
    count: (db, user) => countRecoveryCodes(db, user.id),
    check: async (tx, { user, proof, now }) => {
      const codeHash = proof.kind === 'code' ? recoveryCodeHash(user.id, proof.code) : null;
      return codeHash !== null && useRecoveryCode(tx, { userId: user.id, codeHash, at: now });
    },
    remove: (tx, userId, at) => replaceRecoveryCodes(tx, { userId, hashes: [], at }),
  },
} as const satisfies Record<string, Factor>;

export type FactorKind = keyof typeof SECOND_FACTORS;
const KINDS = Object.keys(SECOND_FACTORS) as FactorKind[];

/** How many of each factor somebody has. */
export async function factorsOf(db: Queries, user: UserRow): Promise<Record<FactorKind, number>> {
  const counts = await Promise.all(
    KINDS.map(async (kind) => [kind, await SECOND_FACTORS[kind].count(db, user)] as const),
  );
  return Object.fromEntries(counts) as Record<FactorKind, number>;
}

/** True when somebody has a factor that must be shown at sign-in. */
export async function hasSecondFactor(db: Queries, user: UserRow): Promise<boolean> {
  const counts = await factorsOf(db, user);
  return KINDS.some((kind) => SECOND_FACTORS[kind].counts && counts[kind] > 0);
}

/** Which factor the proof was right for, used up with that; null when for none. */
export async function checkSecondFactor(tx: Tx, input: FactorCheck): Promise<FactorKind | null> {
  for (const kind of KINDS) if (await SECOND_FACTORS[kind].check(tx, input)) return kind;
  return null;
}

/** Takes every factor away: a lost device, and somebody who vouches for the person. */
export async function removeSecondFactors(tx: Tx, userId: string, now: Date): Promise<void> {
  for (const kind of KINDS) await SECOND_FACTORS[kind].remove(tx, userId, now);
}

/** Takes the authenticator app away, and the recovery codes, which came with it. Passkeys stay. */
export async function removeApp(tx: Tx, userId: string, now: Date): Promise<void> {
  for (const kind of ['totp', 'recovery'] as const) await SECOND_FACTORS[kind].remove(tx, userId, now);
}

/** Takes a code of the secret that is stored, confirmed or not; none is taken twice (RFC 6238 section 5.2). */
export async function takeTotpCode(
  tx: Tx,
  input: { user: UserRow; code: string; now: Date; sessionSecret: string },
): Promise<boolean> {
  const { user, code, now, sessionSecret } = input;
  if (user.totpSecret === null) return false;
  const secret = openTotpSecret(user.totpSecret, user.id, sessionSecret);
  const step = secret === null ? null : totpStep({ secret, code, now });
  if (step === null) return false;
  return takeTotpStep(tx, {
    id: user.id,
    totpSecret: user.totpSecret,
    step,
    confirmedAt: user.totpConfirmedAt ?? now,
  });
}
