import { isIP } from 'node:net';

import type { Config } from './schema';
import type { StatePaths } from './state-paths';

/** A combination of values that cannot work: the key to blame first, and what to do. */
export type Impossible = { key: string; problem: string };

/** `sun_path` of sockaddr_un holds 108 bytes with its closing zero (unix(7)). */
const SOCKET_PATH_MAX_BYTES = 107;

/**
 * What each key alone cannot tell: values that are fine one by one and impossible together.
 * Pure; the first finding is the one that people see.
 */
export function impossibleCombinations(config: Config, paths: StatePaths): Impossible[] {
  return [
    ...siteProblems(config),
    ...otherProblems(config),
    ...accountProblems(config),
    ...signInProblems(config),
    ...upstreamProblems(config),
    ...pathProblems(paths),
  ];
}

/** The port that an origin names, or its scheme's own. */
export function portOf(origin: string): number {
  const url = new URL(origin);
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function siteProblems(config: Config): Impossible[] {
  const { site, front } = config;
  const found: Impossible[] = [];
  const portal = new URL(site.url);
  const gate = new URL(site.gateUrl);
  const canary = new URL(site.canaryUrl);
  if (canary.hostname === portal.hostname || canary.hostname === gate.hostname) {
    found.push({
      key: 'site.canaryUrl',
      problem:
        `must be another host name than site.url and site.gateUrl (${canary.hostname}): a browser that clicked ` +
        'through a warning for one name trusts all its ports, so the same name proves nothing',
    });
  }
  if (site.gateUrl !== site.url && gate.hostname === portal.hostname) {
    found.push({
      key: 'site.gateUrl',
      problem:
        `must be another host name than site.url (${gate.hostname}), not only another port: cookies do not ` +
        'tell ports apart, and notebooks run strangers’ JavaScript. Or make both the same address (one name, without /admin)',
    });
  }
  const secure = [...new Set([portOf(site.url), portOf(site.gateUrl), portOf(site.canaryUrl)])];
  if (secure.includes(portOf(site.httpUrl))) {
    found.push({
      key: 'site.httpUrl',
      problem: `must have a port of its own: ${portOf(site.httpUrl)} is also the port of an https address`,
    });
  }
  if (front.embedded && site.gateUrl !== site.url && portOf(site.gateUrl) === portOf(site.url)) {
    found.push({
      key: 'site.gateUrl',
      problem:
        'must have another port than site.url while front.embedded is true: the embedded front decides by ' +
        'the port whether it asks for a client certificate (Apache decides by name, then one port is fine)',
    });
  }
  if (front.embedded && portOf(site.canaryUrl) === portOf(site.gateUrl)) {
    found.push({
      key: 'site.canaryUrl',
      problem:
        'must have another port than site.gateUrl while front.embedded is true: the gate asks for certificates',
    });
  }
  return found;
}

function otherProblems(config: Config): Impossible[] {
  const found: Impossible[] = [];
  const { pki, mail, database } = config;
  if (pki.signingYears > pki.rootYears) {
    found.push({
      key: 'pki.signingYears',
      problem: `must not be more than pki.rootYears (${pki.rootYears}): the signing CA would outlive the root`,
    });
  }
  if (database.url !== '' && !/^(file:|postgres(ql)?:\/\/)/.test(database.url)) {
    found.push({
      key: 'database.url',
      problem: 'must be empty (SQLite in the state directory), file:… or postgresql://…',
    });
  }
  const postgresql = /^postgres(ql)?:/.test(database.url) ? withHost(database.url) : null;
  if (postgresql !== null && !URL.canParse(postgresql)) {
    found.push({
      key: 'database.url',
      problem: 'must be a postgresql:// address, such as postgresql://hubgate@/hubgate?host=/run/postgresql',
    });
  } else if (postgresql !== null && new URL(postgresql).password !== '') {
    found.push({
      key: 'database.url',
      problem: 'must not hold a password: put it into a file and name the file in database.passwordFile',
    });
  }
  if (mail.transport !== 'none' && mail.from === '') {
    found.push({ key: 'mail.from', problem: `is needed when mail.transport is "${mail.transport}"` });
  }
  if (mail.transport === 'smtp' && mail.user !== '' && mail.passwordFile === '') {
    found.push({ key: 'mail.passwordFile', problem: 'is needed when mail.user is set' });
  }
  return found;
}

function accountProblems({ accounts, requests }: Config): Impossible[] {
  const { source, ldap } = accounts;
  const found: Impossible[] = [];
  if (requests.accountFrom === 'ldap' && source !== 'ldap') {
    found.push({
      key: 'requests.accountFrom',
      problem: 'must be "claim" while accounts.source is not "ldap": there is no directory to ask',
    });
  }
  if (source !== 'ldap') return found;
  const say = (key: keyof typeof ldap, problem: string): void =>
    void found.push({ key: `accounts.ldap.${key}`, problem });
  const url = /^ldaps?:\/\/[^/?#]+\/?$/.test(ldap.url) && URL.canParse(ldap.url) ? new URL(ldap.url) : null;
  if (url === null) {
    say('url', 'must be an address such as ldaps://ldap.example.org when accounts.source is "ldap"');
  } else if (url.protocol === 'ldap:' && !ldap.startTls && !isLoopback(url.hostname)) {
    say(
      'startTls',
      'must be true for ldap:// to another machine: names and passwords would go over the wire in the clear',
    );
  } else if (url.protocol === 'ldaps:' && ldap.startTls) {
    say('startTls', 'must be false for ldaps://, which is TLS already');
  }
  if (ldap.base === '')
    say('base', 'is needed when accounts.source is "ldap", e.g. ou=people,dc=example,dc=org');
  if (ldap.bindDn !== '' && ldap.passwordFile === '') {
    say('passwordFile', 'is needed when accounts.ldap.bindDn is set');
  }
  return found;
}

function signInProblems({ signIn }: Config): Impossible[] {
  const found: Impossible[] = [];
  const ids = signIn.oidc.map(({ id }) => id);
  if (new Set(ids).size !== ids.length) {
    found.push({ key: 'signIn.oidc', problem: 'must not name two providers with the same id' });
  }
  // A certificate signs in only who has an account already, so it is no way in by itself.
  if (!signIn.local && ids.length === 0) {
    found.push({
      key: 'signIn.local',
      problem: 'must be true while signIn.oidc names no provider: nobody could sign in',
    });
  }
  return found;
}

const isLoopback = (hostname: string): boolean => /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);

function upstreamProblems(config: Config): Impossible[] {
  return Object.entries(config.hubs.upstream)
    .filter(([, upstream]) => isPublicAddress(new URL(upstream).hostname))
    .map(([name, upstream]) => ({
      key: `hubs.upstream.${name}`,
      problem: `must be a private address (loopback, 10/8, 172.16/12, 192.168/16, fc00::/7 or a host name), not ${upstream}`,
    }));
}

function isPublicAddress(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '');
  if (isIP(bare) === 4) return !/^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(bare);
  if (isIP(bare) === 6) return bare !== '::1' && !/^f[cd]/i.test(bare);
  return false;
}

function pathProblems(paths: StatePaths): Impossible[] {
  return [paths.portalSocket, paths.signerWebSocket, paths.signerOperatorSocket]
    .filter((path) => Buffer.byteLength(path) > SOCKET_PATH_MAX_BYTES)
    .slice(0, 1)
    .map((path) => ({
      key: 'runDir',
      problem:
        `must be shorter: the socket path ${path} has ${Buffer.byteLength(path)} bytes, the system allows ` +
        `${SOCKET_PATH_MAX_BYTES}. Set runDir to a short folder such as /run/hubgate`,
    }));
}

/**
 * libpq takes an empty host behind a user (the socket's folder then stands in `?host=`); WHATWG's URL
 * does not.
 */
const withHost = (url: string): string => url.replace(/^([a-z]+:\/\/[^/?#]*@)(?=[/?#]|$)/, '$1localhost');
