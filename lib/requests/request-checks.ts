import type { Config } from '../config/schema';
import { findBlockedKey } from '../db/blocked-keys';
import { siteHosts } from '../config/server-names';
import type { Queries } from '../db/client';
import { requestsWithKey, requestsWithName, type RequestRow } from '../db/requests';
import { sendsMail } from '../mail/sends-mail';
import { said, type CheckResult, type Said } from '../x509/check-result';
import { accountChecks } from './account-check';
import { stringList } from './approved-content';
import { otherHolder, type Claimant } from './name-holder';
import { OPEN_STATES, type RequestState } from './states';
import type { Finding } from './views';

/** Checks about people and other requests; the others are about the CSR alone and never change. */
const PORTAL_CHECKS = new Set([
  'request.name-held',
  'request.name-wanted',
  'request.mailbox',
  'request.trust',
  'request.key-before',
  'request.renewal',
  'request.site-name',
  'request.account',
  'request.sponsor',
]);

/** What the portal's own checks look at. */
type Checked = Claimant &
  Pick<
    RequestRow,
    | 'trust'
    | 'source'
    | 'dnsNames'
    | 'ipAddresses'
    | 'accountState'
    | 'accountName'
    | 'accountGroups'
    | 'sponsor'
    | 'sponsorNote'
  >;

/**
 * The checks of a request as things stand: those of its CSR, and what the portal knows beside it.
 *
 * @param csrChecks results of lib/x509, or all stored results, of which the portal's own are redone
 */
export async function requestChecks(
  db: Queries,
  config: Config,
  request: Checked,
  csrChecks: readonly CheckResult[],
): Promise<{ checks: CheckResult[]; finding: Finding }> {
  const checks = [
    ...(await stillTrue(db, request, csrChecks)).filter((check) => !PORTAL_CHECKS.has(check.code)),
    ...accountChecks(request),
    ...(await nameChecks(db, request)),
    ...sponsorChecks(request),
    ...siteChecks(config, request),
    ...mailboxChecks(config, request),
    // Who renews has come through the gate, with a key that was certified before.
    ...(request.renewsSerial === null ? trustChecks(config, request.trust) : renewalChecks(request)),
    ...(await keyChecks(db, request)),
  ];
  return { checks, finding: findingOf(checks) };
}

/** The worst of the failed checks; `info` does not count. */
export function findingOf(checks: readonly CheckResult[]): Finding {
  const failed = checks.filter((check) => !check.ok);
  if (failed.some((check) => check.level === 'bad' || check.level === 'refuse')) return 'bad';
  return failed.some((check) => check.level === 'warn') ? 'warn' : 'clean';
}

/** A key may become known to others after it came in: then nobody should approve it any more. */
async function stillTrue(
  db: Queries,
  request: Claimant,
  csrChecks: readonly CheckResult[],
): Promise<readonly CheckResult[]> {
  if ((await findBlockedKey(db, request.spkiSha256)) === null) return csrChecks;
  const compromised: CheckResult = {
    code: 'key.compromised',
    ok: false,
    level: 'bad',
    ...said('key_compromised.since'),
  };
  return [...csrChecks.filter((check) => check.code !== compromised.code), compromised];
}

async function nameChecks(db: Queries, request: Claimant): Promise<CheckResult[]> {
  if (request.profile !== 'user') return [];
  const holder = await otherHolder(db, request);
  const held: CheckResult = {
    code: 'request.name-held',
    ok: holder === null,
    level: 'bad',
    ...(holder === null
      ? said('request_name-held.ok', { name: request.commonName })
      : said('request_name-held.other', { name: request.commonName, holder: holder.reference })),
  };
  const open: readonly RequestState[] = OPEN_STATES;
  const rivals = (await requestsWithName(db, request.commonName, open)).filter(
    (one) => one.id !== request.id,
  );
  if (rivals.length === 0) return [held];
  return [
    held,
    {
      code: 'request.name-wanted',
      ok: false,
      level: 'warn',
      ...said('request_name-wanted.others', {
        requests: rivals
          .slice(0, 5)
          .map((one) => one.id)
          .join(', '),
      }),
    },
  ];
}

/** Somebody of the centre knows the person: for the approver to weigh, it decides nothing. */
function sponsorChecks({ sponsor, sponsorNote }: Checked): CheckResult[] {
  if (sponsor === null) return [];
  const found =
    sponsorNote === null
      ? said('request_sponsor.vouches', { sponsor })
      : said('request_sponsor.noted', { sponsor, note: sponsorNote });
  return [{ code: 'request.sponsor', ok: true, level: 'info', ...found }];
}

/** Whoever has a certificate for the portal's own name can pretend to be the portal. */
function siteChecks(config: Config, request: Checked): CheckResult[] {
  if (request.profile !== 'server' || request.source === 'cli') return [];
  const names = [...stringList(request.dnsNames), ...stringList(request.ipAddresses)];
  const own = siteHosts(config).filter((host) => names.some((name) => covers(name, host)));
  return [
    {
      code: 'request.site-name',
      ok: own.length === 0,
      level: 'bad',
      ...(own.length === 0
        ? said('request_site-name.ok')
        : said('request_site-name.own', { names: own.join(', ') })),
    },
  ];
}

/** RFC 6125 section 6.4.3: a wildcard stands for exactly one label. */
const covers = (name: string, host: string): boolean =>
  name === host || (name.startsWith('*.') && host.slice(host.indexOf('.') + 1) === name.slice(2));

/** Where no mail leaves the portal nobody can prove a mailbox: then it is told, not held against anyone. */
function mailboxChecks(config: Config, request: Claimant): CheckResult[] {
  // In a server's certificate no address stands anyhow: mails go to it, that is all.
  const told = !sendsMail(config, 'request-received') || request.profile === 'server';
  const level = told ? 'info' : 'warn';
  const email = request.email ?? '';
  const check = (ok: boolean, found: Said): CheckResult[] => [
    { code: 'request.mailbox', ok, level, ...found },
  ];
  switch (request.emailState) {
    case 'unproven':
      return check(false, said('request_mailbox.unproven', { email }));
    case 'proven':
      return check(true, said('request_mailbox.proven', { email }));
    case 'vouched':
      return check(true, said('request_mailbox.vouched', { email }));
    default:
      return [];
  }
}

function trustChecks(config: Config, trust: string): CheckResult[] {
  if (config.trust.enforce === 'off' || config.trust.root === 'public') return [];
  const shown = trust === 'proven' || trust === 'weak' ? trust : 'none';
  return [
    {
      code: 'request.trust',
      ok: trust === 'proven',
      level: config.trust.enforce === 'require' ? 'warn' : 'info',
      ...said(`request_trust.${shown}`),
    },
  ];
}

function renewalChecks({ renewsSerial, commonName }: Claimant): CheckResult[] {
  const found = said('request_renewal.shown', { serial: renewsSerial ?? '', name: commonName });
  return [{ code: 'request.renewal', ok: true, level: 'info', ...found }];
}

async function keyChecks(db: Queries, request: Claimant): Promise<CheckResult[]> {
  const earlier = (await requestsWithKey(db, request.spkiSha256)).filter((one) => one.id !== request.id);
  if (earlier.length === 0) {
    return [{ code: 'request.key-before', ok: true, level: 'info', ...said('request_key-before.none') }];
  }
  const requests = earlier
    .slice(0, 5)
    .map((one) => `${one.id} (${one.state})`)
    .join(', ');
  return [
    {
      code: 'request.key-before',
      ok: false,
      level: 'info',
      ...said('request_key-before.others', { requests }),
    },
  ];
}
