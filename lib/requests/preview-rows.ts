import type { Config } from '../config/schema';
import { certifiedNames } from '../config/server-names';
import { sendsMail } from '../mail/sends-mail';
import { centreName, formatName } from '../x509/name';
import type { EmailState, PreviewRow } from './views';

export type PreviewFacts = {
  profile: 'user' | 'server';
  commonName: string;
  asked: { commonName: string | null; email: string | null; names: readonly string[]; subject: string };
  email: string | null;
  emailState: EmailState;
  keyLabel: string;
  lifetimeDays: number;
  dnsNames: readonly string[];
  ipAddresses: readonly string[];
  ignoredExtensions: readonly string[];
};

/** The subject as certificates of this centre carry it, RFC 4514. */
export function subjectOf(config: Config, commonName: string): string {
  return formatName(centreName(config.pki, commonName));
}

/** Three columns: what was asked, what the policy says, what will be issued. */
export function previewRows(config: Config, facts: PreviewFacts): PreviewRow[] {
  const server = facts.profile === 'server';
  const rows: PreviewRow[] = [
    {
      field: 'commonName',
      asked: facts.asked.commonName,
      policy: server ? 'the first host name' : config.pki.accountPattern,
      issued: facts.commonName,
    },
    {
      field: 'organisation',
      asked: facts.asked.subject === '' ? null : facts.asked.subject,
      policy: 'fixed by the centre',
      issued: [config.pki.dn, config.pki.org, config.pki.ou].filter((part) => part !== '').join(' · '),
    },
  ];
  if (!server) rows.push(emailRow(config, facts));
  if (server) {
    rows.push({
      field: 'names',
      asked: facts.asked.names.length === 0 ? null : facts.asked.names.join(', '),
      policy: certifiedNames(config).join(', '),
      issued: [...facts.dnsNames, ...facts.ipAddresses].join(', '),
    });
  }
  rows.push(
    {
      field: 'key',
      asked: facts.keyLabel,
      policy: 'RSA 2048 and up, P-256, P-384, Ed25519',
      issued: facts.keyLabel,
    },
    {
      field: 'life',
      asked: null,
      policy: `${server ? config.pki.serverDays : config.pki.userDays} days`,
      issued: `${facts.lifetimeDays} days`,
    },
    {
      field: 'usage',
      asked: null,
      policy: 'by profile',
      issued: server
        ? 'serverAuth'
        : config.pki.emailProtection
          ? 'clientAuth, emailProtection'
          : 'clientAuth',
    },
  );
  if (facts.ignoredExtensions.length > 0) {
    rows.push({
      field: 'extensions',
      asked: facts.ignoredExtensions.join(', '),
      policy: 'extensions come from the profile',
      issued: null,
    });
  }
  return rows;
}

function emailRow(config: Config, facts: PreviewFacts): PreviewRow {
  const granted = facts.emailState === 'proven' || facts.emailState === 'vouched';
  const row: PreviewRow = {
    field: 'email',
    asked: facts.email ?? facts.asked.email,
    policy: 'only when the mailbox is proven or an approver vouches',
    issued: granted ? facts.email : null,
  };
  if (granted || facts.email === null) return row;
  return { ...row, pending: !sendsMail(config, 'request-received') ? 'vouch' : 'mailbox-proof' };
}
