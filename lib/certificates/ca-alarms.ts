import { sealProblem, type SealProblem } from '../audit/seal-audit';
import type { Ctx } from '../ctx';
import { isHubgateError } from '../errors';
import type { CrlEnd, SignerStatus } from '../wire/status';
import { caExpiries, type CaExpiry } from './ca-expiries';
import { journalOld, watchJournal, type JournalProblem } from './watch-journal';

const DAY_MS = 86_400_000;

/** Days before the end of a list at which operators hear of it; the first is the alarm. */
const LIST_DAYS = [7, 3, 1, 0];
/** The root's key lies in a safe: somebody must go there. */
const ROOT_LIST_DAYS = [30, 7, 3, 1, 0];

/** Days before the end of a CA: a year to plan a roll-over, a week in which it must be done. */
const CA_DAYS = [365, 180, 90, 30, 7, 0];

/** Something about the CA that an operator must mend. */
export type CaAlarm = {
  code:
    | 'journal-damaged'
    | 'journal-old'
    | 'journal-other'
    | 'crl-ended'
    | 'crl-ends'
    | 'ca-ended'
    | 'ca-ends'
    | 'ocsp-ended'
    | 'ocsp-ends'
    | 'former-key'
    | 'relint'
    | 'audit-broken';
  level: 'bad' | 'warn';
  /** Values for the catalogue's sentence admin.alarm.<code>. */
  params: Readonly<Record<string, string | number>>;
  /** In English, for logs and terminals: what is wrong and what to do. */
  says: string;
  /** The same alarm, as far as a mail is concerned: one mail per key. */
  key: string;
};

/**
 * The alarms of this moment; none while the signer does not answer, which pages and probes say by
 * themselves.
 */
export async function caAlarms(ctx: Pick<Ctx, 'db' | 'signer' | 'now'>): Promise<CaAlarm[]> {
  try {
    const { status, problem } = await watchJournal(ctx);
    return [...alarmsOf(status, problem, ctx.now()), ...(await auditAlarm(ctx, status))];
  } catch (error) {
    if (!isHubgateError(error)) throw error;
    return [];
  }
}

/** The same from what is known already. */
export function alarmsOf(status: SignerStatus, problem: JournalProblem | null, now: Date): CaAlarm[] {
  return [
    ...damage(status),
    ...(problem === null ? [] : [oldJournal(problem)]),
    ...neededLists(status).flatMap((end) => listAlarm(end, now)),
    ...caExpiries(status, now).flatMap((expiry) => [...caAlarm(expiry), ...ocspAlarm(expiry)]),
    ...formerKeys(status),
    ...secondLook(status),
  ];
}

/** The portal's own record is not the one that the signer sealed. */
export async function auditAlarm(ctx: Pick<Ctx, 'db'>, { auditSeal }: SignerStatus): Promise<CaAlarm[]> {
  const problem: SealProblem | null = await sealProblem(ctx, auditSeal);
  if (problem === null) return [];
  const { seq, kind, sealedAt } = problem;
  return [
    {
      code: 'audit-broken',
      level: 'bad',
      params: { kind, seq, at: sealedAt },
      says:
        `event ${seq} of the audit trail, sealed ${sealedAt}, is ${kind === 'missing' ? 'missing' : 'another one'}: ` +
        'hubgate audit verify; after an older database was put back: hubgate audit accept',
      key: `audit/${seq}/${kind}/${sealedAt}`,
    },
  ];
}

function damage({ lockedBecause, since }: SignerStatus): CaAlarm[] {
  if (lockedBecause !== 'journal-damaged') return [];
  return [
    {
      code: 'journal-damaged',
      level: 'bad',
      params: {},
      says: "the signer's journal is damaged: its log names the newest backup; restore it, then start the signer",
      key: `journal-damaged/${since}`,
    },
  ];
}

function oldJournal(problem: JournalProblem): CaAlarm {
  const { kind, recorded, reported } = problem;
  return {
    code: kind === 'old' ? 'journal-old' : 'journal-other',
    level: 'bad',
    params: { recorded: recorded.sequence, reported: reported.sequence },
    says: journalOld(problem).message,
    key: `journal/${recorded.journalId}/${recorded.sequence}/${reported.journalId}`,
  };
}

function listAlarm({ list, keyId, number, nextUpdate }: CrlEnd, now: Date): CaAlarm[] {
  const left = (Date.parse(nextUpdate) - now.getTime()) / DAY_MS;
  const thresholds = list === 'root' ? ROOT_LIST_DAYS : LIST_DAYS;
  const reached = thresholds.findLast((days) => left <= days);
  if (reached === undefined) return [];
  const what = {
    signing: 'the revocation list',
    former: 'the revocation list of a former CA',
    root: "the root's revocation list",
  };
  const mend =
    list === 'root' ? 'hubgate ca crl --renew-root' : 'hubgate ca unlock (an unlocked signer renews it)';
  const ended = left <= 0;
  return [
    {
      code: ended ? 'crl-ended' : 'crl-ends',
      level: ended ? 'bad' : 'warn',
      params: { list, number, days: Math.max(0, Math.ceil(left)), until: nextUpdate },
      says: ended
        ? `${what[list]} ended at ${nextUpdate}: gates that check it shut everybody out. ${mend}`
        : `${what[list]} ends at ${nextUpdate}. ${mend}`,
      key: `crl/${keyId}/${nextUpdate}/${reached}`,
    },
  ];
}

/** Of a former CA whose certificates have all ended no list is needed any more. */
function neededLists({ crlEnds, formerKeys: keys }: SignerStatus): CrlEnd[] {
  return crlEnds.filter(({ list, keyId }) => list !== 'former' || keys.some((key) => key.keyId === keyId));
}

function caAlarm({ what, keyId, name, end, daysLeft }: CaExpiry): CaAlarm[] {
  if (what !== 'root-ca' && what !== 'signing-ca') return [];
  const reached = CA_DAYS.findLast((days) => daysLeft <= days);
  if (reached === undefined) return [];
  const ended = daysLeft < 0;
  const list = what === 'root-ca' ? 'root' : 'signing';
  const mend =
    what === 'root-ca'
      ? 'people need another root before that: make a new CA, and let both be trusted for a while'
      : 'hubgate ca rollover';
  return [
    {
      code: ended ? 'ca-ended' : 'ca-ends',
      // Half a year is time to plan; then it must be done.
      level: daysLeft < 90 ? 'bad' : 'warn',
      params: { list, name, days: Math.max(0, daysLeft), until: end },
      says: `${name} ${ended ? 'ended' : 'ends'} at ${end}: ${mend}`,
      key: `ca/${keyId}/${reached}`,
    },
  ];
}

/** It is renewed by itself ten days before its end, while the key of its CA is unlocked. */
function ocspAlarm({ what, keyId, name, end, daysLeft }: CaExpiry): CaAlarm[] {
  const reached = what === 'ocsp' ? LIST_DAYS.findLast((days) => daysLeft <= days) : undefined;
  if (reached === undefined) return [];
  const ended = daysLeft < 0;
  return [
    {
      code: ended ? 'ocsp-ended' : 'ocsp-ends',
      level: ended ? 'bad' : 'warn',
      params: { name, days: Math.max(0, daysLeft), until: end },
      says: `the OCSP certificate of ${name} ${ended ? 'ended' : 'ends'} at ${end}: hubgate ca unlock (an unlocked signer renews it)`,
      key: `ocsp/${keyId}/${end}/${reached}`,
    },
  ];
}

/** While the active key is locked everybody sees that; a former one that stays locked is easily missed. */
function formerKeys(status: SignerStatus): CaAlarm[] {
  if (status.state !== 'unlocked') return [];
  return status.formerKeys.flatMap(({ keyId, state, lastEnd }): CaAlarm[] => {
    if (state === 'unlocked') return [];
    const mend =
      state === 'locked'
        ? 'hubgate ca unlock with its own passphrase'
        : 'restore its file in the folder cas of the signer from a backup';
    return [
      {
        code: 'former-key',
        level: 'warn',
        params: { state, until: lastEnd },
        says: `the key of a former signing CA (${keyId}) is ${state}: its revocation list is not renewed. ${mend}`,
        key: `former-key/${keyId}/${state}/${status.since}`,
      },
    ];
  });
}

function secondLook({ relint }: SignerStatus): CaAlarm[] {
  if (relint === undefined || relint.findings === 0) return [];
  const { findings, checked, at } = relint;
  return [
    {
      code: 'relint',
      level: 'bad',
      params: { findings, checked, at },
      says: `the second look of ${at} found ${findings} fault(s) in ${checked} certificates: hubgate ca relint --report`,
      // Every night finds the same again: told once, and again when there are more or fewer.
      key: `relint/${findings}`,
    },
  ];
}
