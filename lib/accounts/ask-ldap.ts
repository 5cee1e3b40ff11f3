import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { ConnectionOptions } from 'node:tls';

import { Client, type Entry } from 'ldapts';

import type { Ctx } from '../ctx';
import {
  NOT_ASKED,
  shownGroups,
  shownText,
  unknownAccount,
  unreachable,
  type Account,
  type Wanted,
} from './account';
import { ENDED_ATTRIBUTES, hasEnded } from './ldap-ended';
import { fillFilter } from './ldap-filter';

type Rules = Ctx['config']['accounts'];

/** Groups of one person; a directory that has more tells the first. */
const GROUPS_MAX = 200;

/**
 * Asks the centre's LDAP server for one account, by a connection of its own: connect, StartTLS, bind,
 * search and groups each within `timeoutSeconds`. Whatever fails is `unreachable` with the reason.
 */
export async function askLdap(
  wanted: Wanted,
  { config, paths, now }: Pick<Ctx, 'config' | 'paths' | 'now'>,
): Promise<Account> {
  const rules = config.accounts;
  const milliseconds = rules.timeoutSeconds * 1000;
  let client: Client | null = null;
  try {
    const at = (file: string): string => resolve(paths.baseDir, file);
    const { url, startTls, caFile, bindDn, passwordFile } = rules.ldap;
    const tls = tlsOptions(url, caFile === '' ? null : readFileSync(at(caFile)));
    client = new Client({
      url,
      timeout: milliseconds,
      connectTimeout: milliseconds,
      ...(url.startsWith('ldaps:') ? { tlsOptions: tls } : {}),
    });
    if (startTls) await client.startTLS(tls);
    // Without a name it is an anonymous search, which many directories allow for this.
    if (bindDn !== '')
      await client.bind(bindDn, readFileSync(at(passwordFile), 'utf8').replace(/\r?\n$/, ''));
    return await search(client, wanted, rules, now());
  } catch (thrown) {
    return unreachable(problemOf(thrown));
  } finally {
    await client?.unbind().catch(() => undefined);
  }
}

/** The certificate must be the server's own, also where TLS begins on an open connection. */
function tlsOptions(url: string, ca: Buffer | null): ConnectionOptions {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === null ? {} : { ca }),
    minVersion: 'TLSv1.2',
  };
}

async function search(client: Client, wanted: Wanted, rules: Rules, now: Date): Promise<Account> {
  const { ldap, timeoutSeconds } = rules;
  const template = { account: ldap.filter, mail: ldap.mailFilter, subject: ldap.subjectFilter }[wanted.by];
  const { searchEntries } = await client.search(ldap.base, {
    scope: 'sub',
    filter: fillFilter(template, { [wanted.by]: wanted.value }),
    attributes: [
      ldap.accountAttribute,
      ldap.nameAttribute,
      ldap.mailAttribute,
      ldap.groupsAttribute,
      'uidNumber',
      ...ENDED_ATTRIBUTES,
    ],
    sizeLimit: 2,
    timeLimit: timeoutSeconds,
  });
  const [entry, another] = searchEntries;
  if (entry === undefined) return unknownAccount;
  // Which of the two would be a guess.
  if (another !== undefined) return unreachable('the directory has several entries for one account');
  const first = (attribute: string): string | null => valuesOf(entry, attribute)[0] ?? null;
  const account = first(ldap.accountAttribute);
  const uid = Number(first('uidNumber') ?? Number.NaN);
  return {
    ...NOT_ASKED,
    state: uid < rules.minUid ? 'system' : hasEnded(first, { ...rules, now }) ? 'ended' : 'exists',
    account,
    name: shownText(first(ldap.nameAttribute)),
    email: shownText(first(ldap.mailAttribute)),
    groups: await groupsOf(client, entry, account ?? '', rules),
  };
}

/** By an attribute of the entry, and by groups that name it, where there is a base for these. */
async function groupsOf(client: Client, entry: Entry, account: string, rules: Rules): Promise<string[]> {
  const { groupsAttribute, groupBase, groupFilter } = rules.ldap;
  const own = valuesOf(entry, groupsAttribute).map(commonNameOf);
  if (groupBase === '') return shownGroups(own);
  const { searchEntries } = await client.search(groupBase, {
    scope: 'sub',
    filter: fillFilter(groupFilter, { account, dn: entry.dn }),
    attributes: ['cn'],
    sizeLimit: GROUPS_MAX,
    timeLimit: rules.timeoutSeconds,
  });
  return shownGroups([...own, ...searchEntries.flatMap((group) => valuesOf(group, 'cn').slice(0, 1))]);
}

/** Values of an attribute as text; LDAP does not tell its names' case apart. */
function valuesOf(entry: Entry, attribute: string): string[] {
  const name = Object.keys(entry).find((key) => key.toLowerCase() === attribute.toLowerCase());
  const value = name === undefined ? undefined : entry[name];
  const all = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return all.map((one) => (typeof one === 'string' ? one : one.toString('utf8')));
}

/** `cn=astro,ou=groups,…` is the group astro. */
const commonNameOf = (dn: string): string =>
  /^cn=((?:\\.|[^,\\+])+)/i.exec(dn)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? dn;

/** Never the password: ldapts does not put it into its errors, and neither do files. */
function problemOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown reason';
  return `${thrown.name}: ${thrown.message}`.slice(0, 300);
}
