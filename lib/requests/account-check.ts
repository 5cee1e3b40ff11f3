import type { RequestRow } from '../db/requests';
import { HubgateError } from '../errors';
import type { CheckResult } from '../x509/check-result';
import { groupsOf } from './account-facts';

type Checked = Pick<
  RequestRow,
  'commonName' | 'profile' | 'accountState' | 'accountName' | 'accountGroups' | 'accountProof'
>;

const GROUPS_SHOWN = 5;

/** What the directory says of the account that is asked for; nothing where none is asked. */
export function accountChecks(request: Checked): CheckResult[] {
  const { commonName, accountState } = request;
  const check = (ok: boolean, level: CheckResult['level'], message: string): CheckResult[] => [
    { code: 'request.account', ok, level, message },
  ];
  if (request.profile !== 'user') return [];
  switch (accountState) {
    case 'exists':
      return check(true, 'info', existing(request));
    case 'unknown':
      return check(false, 'bad', `The directory knows no account ${commonName}.`);
    case 'ended':
      return check(false, 'bad', `The directory says that the account ${commonName} has ended.`);
    case 'system':
      return check(false, 'bad', `${commonName} is an account of the system itself.`);
    case 'unreachable':
      return check(
        false,
        'warn',
        `The directory did not answer, so nothing is known of the account ${commonName}. It is asked again.`,
      );
    default:
      return [];
  }
}

function existing({ commonName, accountName, accountProof, ...rest }: Checked): string {
  const groups = groupsOf(rest);
  const shown = groups.slice(0, GROUPS_SHOWN).join(', ') + (groups.length > GROUPS_SHOWN ? ', …' : '');
  const proof = {
    'sign-in': 'The requester signed in with it.',
    directory: "The requester's proven mailbox is the account's own.",
    none: 'Nothing shows that it is the requester’s.',
  }[accountProof as 'none'];
  return (
    `The account ${commonName} exists${accountName === null ? '' : `: ${accountName}`}` +
    `${groups.length === 0 ? '' : `; groups ${shown}`}. ${proof ?? ''}`.trimEnd()
  );
}

/**
 * For an account that has ended nobody gets a certificate, however it is asked for.
 *
 * @throws {HubgateError} `request.account-ended`
 */
export function requireAccountInUse({
  commonName,
  accountState,
}: Pick<Checked, 'commonName' | 'accountState'>): void {
  if (accountState !== 'ended' && accountState !== 'system') return;
  throw new HubgateError(
    'request.account-ended',
    accountState === 'ended'
      ? `The directory says that the account ${commonName} has ended. Reject the request, or have the account renewed first.`
      : `${commonName} is an account of the system itself. Reject the request.`,
    { params: { name: commonName } },
  );
}
