import { HubgateError } from '../errors';
import { ipOctets, ipText } from './ip-address';
import { checkPrintable } from './printable-text';

export { checkPrintable } from './printable-text';

declare const accountName: unique symbol;
/** A common name that passed checkAccountName(). */
export type AccountName = string & { readonly [accountName]: true };

/**
 * Accounts of systems, not of people: a hub that maps the certificate's name to a local account must
 * never map to one of these (Debian's base-passwd, systemd and the services of such a site).
 */
export const SYSTEM_ACCOUNTS: ReadonlySet<string> = new Set(
  (
    'root toor daemon bin sys sync games man lp mail news uucp proxy www-data backup list irc gnats nobody nogroup ' +
    'adm admin administrator sudo wheel operator halt shutdown ftp ssh sshd ntp ntpsec chrony dbus messagebus ' +
    'systemd-network systemd-resolve systemd-timesync systemd-coredump systemd-oom polkitd avahi rtkit _apt ' +
    'postfix dovecot exim debian-exim bind named dnsmasq unbound apache nginx httpd tomcat http https ' +
    'mysql mariadb postgres postgresql redis memcache mongodb ldap openldap slapd sssd nslcd munge slurm slurmdbd ' +
    'hubgate hubgate-signer jupyterhub jupyter hub hubs gitlab git docker containerd kube libvirt-qemu ' +
    'prometheus grafana zabbix nagios puppet ansible rpc rpcuser statd nfsnobody tss guest localhost ' +
    'support security abuse hostmaster postmaster webmaster info'
  ).split(' '),
);

/**
 * Holds a proposed common name against the centre's pattern for account names.
 *
 * @param pattern `pki.accountPattern`: the whole name must match
 * @throws {HubgateError} `request.common-name`, `request.system-account`
 */
export function checkAccountName(text: string, pattern: string): AccountName {
  const name = checkPrintable(text, 'commonName');
  if (!new RegExp(`^(?:${pattern})$`, 'u').test(name)) {
    throw new HubgateError(
      'request.common-name',
      `"${name}" is not an account name of this centre (they match ${pattern}). Use the name that you log in with.`,
      { field: 'commonName', params: { pattern, reason: 'pattern' } },
    );
  }
  if (SYSTEM_ACCOUNTS.has(name.toLowerCase())) {
    throw new HubgateError(
      'request.system-account',
      `"${name}" is an account of the system, not of a person. Use the name that you log in with.`,
      { field: 'commonName', params: { name } },
    );
  }
  return name as AccountName;
}

const LOCAL_PART = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/**
 * An e-mail address in the form that certificates and mails hold: one dot-atom, `@`, host name
 * (RFC 5321 sections 4.1.2 and 4.5.3.1; rfc822Name is ASCII, RFC 5280 section 4.2.1.6). The host
 * becomes lower case; the part before `@` stays as typed, since its case may matter (2.4).
 *
 * @throws {HubgateError} `request.email` for anything else; line breaks never get through
 */
export function normaliseEmail(text: string): string {
  const address = text.replace(/^[ \t]+|[ \t]+$/g, '');
  const at = address.lastIndexOf('@');
  const local = address.slice(0, Math.max(at, 0));
  const host = address.slice(at + 1);
  const wrong = /[\r\n]/.test(address)
    ? 'holds a line break'
    : /[^\x21-\x7e]/.test(address)
      ? 'holds a character that addresses in certificates cannot have'
      : address.length > 254 || local.length > 64
        ? 'is too long'
        : at < 1 || !LOCAL_PART.test(local) || !host.split('.').every((label) => LABEL.test(label))
          ? 'is not complete'
          : null;
  if (wrong !== null) {
    throw new HubgateError(
      'request.email',
      `The e-mail address ${wrong}. Write it as name@host, for example alice@example.org.`,
      { field: 'email' },
    );
  }
  return `${local}@${host.toLowerCase()}`;
}

/**
 * A DNS name for a server certificate: lower case, letters, digits and hyphens, a wildcard only as
 * the whole first label (RFC 6125 section 6.4.3), and under one of the centre's names.
 *
 * @param allowed `pki.serverNames`: exact names, or `.example.org` for all below
 * @throws {HubgateError} `request.san`
 */
export function checkServerName(text: string, allowed: readonly string[]): string {
  const name = text.trim().toLowerCase();
  const labels = name.split('.');
  const plain = labels[0] === '*' && labels.length > 2 ? labels.slice(1) : labels;
  const formed =
    name.length <= 253 && plain.every((label) => LABEL.test(label)) && !/^\d+$/.test(plain.at(-1) ?? '');
  const covered = allowed.some((entry) => covers(entry.toLowerCase(), name));
  if (!formed || !covered) {
    throw new HubgateError(
      'request.san',
      formed
        ? `"${name}" is not among the host names that this CA certifies. Ask its operators to add it to pki.serverNames.`
        : 'This is not a host name. Write one such as hub.example.org.',
      { field: 'dnsNames', params: { reason: formed ? 'not-allowed' : 'malformed' } },
    );
  }
  return name;
}

const covers = (entry: string, name: string): boolean =>
  entry.startsWith('.') ? name.endsWith(entry) && name.length > entry.length : entry === name;

/**
 * An IP address for a server certificate, in its canonical form (RFC 5952).
 *
 * @param allowed `pki.serverNames`: the addresses among it
 * @throws {HubgateError} `request.san`
 */
export function checkServerAddress(text: string, allowed: readonly string[]): string {
  const refusal = (sentence: string, reason: string) =>
    new HubgateError('request.san', sentence, { field: 'ipAddresses', params: { reason } });
  let address: string;
  try {
    address = ipText(ipOctets(text.trim()));
  } catch {
    throw refusal('This is not an IP address. Write one such as 192.0.2.7 or 2001:db8::7.', 'malformed');
  }
  if (!allowed.some((entry) => canonical(entry) === address)) {
    throw refusal(
      `${address} is not among the addresses that this CA certifies. Ask its operators to add it to pki.serverNames.`,
      'not-allowed',
    );
  }
  return address;
}

function canonical(entry: string): string | null {
  try {
    return ipText(ipOctets(entry));
  } catch {
    return null; // a host name
  }
}
