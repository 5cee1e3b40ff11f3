/**
 * What the centre's directory says of an account.
 *
 * - `none`: nobody was asked (`accounts.source = "none"`, or a server's certificate)
 * - `unknown`: there is no such account
 * - `exists`: there is, and it is in use
 * - `ended`: there is, and it is expired, locked or closed
 * - `system`: it is one of the system's own (a uid below `accounts.minUid`)
 * - `unreachable`: the directory did not answer; it is asked again later
 */
export const ACCOUNT_STATES = ['none', 'unknown', 'exists', 'ended', 'system', 'unreachable'] as const;
export type AccountState = (typeof ACCOUNT_STATES)[number];

export type Account = {
  state: AccountState;
  /** The account's name, as the directory has it; null when there is none. */
  account: string | null;
  /** The person's name. */
  name: string | null;
  email: string | null;
  groups: readonly string[];
  /** Why it is unreachable, for the log. */
  problem?: string;
};

/** How a directory is asked. Names and addresses come from strangers. */
export type Wanted = { by: 'account' | 'mail' | 'subject'; value: string };

export const NOT_ASKED: Account = { state: 'none', account: null, name: null, email: null, groups: [] };

export const unreachable = (problem: string): Account => ({ ...NOT_ASKED, state: 'unreachable', problem });
export const unknownAccount: Account = { ...NOT_ASKED, state: 'unknown' };

const NAME_MAX = 200;
const GROUPS_MAX = 100;

/** Text of a directory, fit to be shown: one line, no control characters, not endless. */
export function shownText(text: string | null | undefined): string | null {
  const clean = (text ?? '').replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  return clean === '' ? null : clean.slice(0, NAME_MAX);
}

export const shownGroups = (groups: readonly string[]): string[] =>
  [...new Set(groups.flatMap((group) => shownText(group) ?? []))].sort().slice(0, GROUPS_MAX);
