import type { Account } from '../accounts/account';
import type { RequestRow } from '../db/requests';

/** What a request keeps of what the directory said. */
export type AccountFacts = Pick<
  RequestRow,
  'accountState' | 'accountName' | 'accountEmail' | 'accountGroups' | 'accountAskedAt'
>;

/** A directory that was not asked leaves nothing behind. */
export function accountFacts(account: Account, now: Date): AccountFacts {
  return {
    accountState: account.state,
    accountName: account.name,
    accountEmail: account.email,
    accountGroups: JSON.stringify(account.groups),
    accountAskedAt: account.state === 'none' ? null : now,
  };
}

/**
 * The later answer of two. A directory that does not answer now has not taken back what it said.
 */
export function laterFacts(before: AccountFacts, account: Account, now: Date): AccountFacts {
  const silent = account.state === 'unreachable' || account.state === 'none';
  const said = before.accountState !== 'none' && before.accountState !== 'unreachable';
  return silent && said ? { ...before, accountAskedAt: now } : accountFacts(account, now);
}

/**
 * What shows that whoever asks owns the account: a sign-in with it, or that the directory names the
 * mailbox that they have proven. An approver's word for the mailbox is not theirs.
 */
export function accountProof(
  request: Pick<RequestRow, 'email' | 'emailState' | 'accountState' | 'accountEmail'>,
  signedIn: boolean,
): 'none' | 'sign-in' | 'directory' {
  if (signedIn) return 'sign-in';
  const { email, emailState, accountState, accountEmail } = request;
  const same = email !== null && accountEmail?.toLowerCase() === email.toLowerCase();
  return accountState === 'exists' && emailState === 'proven' && same ? 'directory' : 'none';
}

export function groupsOf(request: Pick<RequestRow, 'accountGroups'>): string[] {
  return JSON.parse(request.accountGroups) as string[];
}
