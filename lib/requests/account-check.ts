import type { RequestRow } from '../db/requests';
import { HubgateError } from '../errors';
import { said, saidTogether, type CheckResult, type Said } from '../x509/check-result';
import { groupsOf } from './account-facts';

type Checked = Pick<
  RequestRow,
  'commonName' | 'profile' | 'accountState' | 'accountName' | 'accountGroups' | 'accountProof'
>;

const GROUPS_SHOWN = 5;

/** What the directory says of the account that is asked for; nothing where none is asked. */
export function accountChecks(request: Checked): CheckResult[] {
  const { commonName: account, accountState } = request;
  const check = (ok: boolean, level: CheckResult['level'], found: Said): CheckResult[] => [
    { code: 'request.account', ok, level, ...found },
  ];
  if (request.profile !== 'user') return [];
  switch (accountState) {
    case 'exists':
      return check(true, 'info', existing(request));
    case 'unknown':
      return check(false, 'bad', said('request_account.unknown', { account }));
    case 'ended':
      return check(false, 'bad', said('request_account.ended', { account }));
    case 'system':
      return check(false, 'bad', said('request_account.system', { account }));
    case 'unreachable':
      return check(false, 'warn', said('request_account.unreachable', { account }));
    default:
      return [];
  }
}

const PROOFS = {
  'sign-in': 'request_account.by-sign-in',
  directory: 'request_account.by-mailbox',
  none: 'request_account.unproven',
} as const;

function existing({ commonName: account, accountName: name, accountProof, ...rest }: Checked): Said {
  const groups = groupsOf(rest);
  const shown = groups.slice(0, GROUPS_SHOWN).join(', ') + (groups.length > GROUPS_SHOWN ? ', …' : '');
  const proof = Object.entries(PROOFS).find(([known]) => known === accountProof)?.[1];
  return saidTogether([
    name === null
      ? said('request_account.exists', { account })
      : said('request_account.named', { account, name }),
    ...(groups.length === 0 ? [] : [said('request_account.groups', { groups: shown })]),
    ...(proof === undefined ? [] : [said(proof)]),
  ]);
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
