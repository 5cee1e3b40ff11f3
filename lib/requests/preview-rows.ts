import type { Config } from '../config/schema';
import { certifiedNames } from '../config/server-names';
import { sendsMail } from '../mail/sends-mail';
import { said, type Said } from '../x509/check-result';
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
  const lifetime = said('rule.days', { days: facts.lifetimeDays });
  const rows: PreviewRow[] = [
    {
      field: 'commonName',
      asked: facts.asked.commonName,
      ...(server ? rule(said('rule.first-host')) : { policy: config.pki.accountPattern }),
      issued: facts.commonName,
    },
    {
      field: 'organisation',
      asked: facts.asked.subject === '' ? null : facts.asked.subject,
      ...rule(said('rule.fixed')),
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
      ...rule(said('rule.keys')),
      issued: facts.keyLabel,
    },
    {
      field: 'life',
      asked: null,
      ...rule(said('rule.days', { days: server ? config.pki.serverDays : config.pki.userDays })),
      issued: lifetime.message,
      issuedSays: lifetime.says,
    },
    {
      field: 'usage',
      asked: null,
      ...rule(said('rule.profile')),
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
      ...rule(said('rule.extensions')),
      issued: null,
    });
  }
  return rows;
}

const rule = ({ message, says }: Said) => ({ policy: message, policySays: says });

function emailRow(config: Config, facts: PreviewFacts): PreviewRow {
  const granted = facts.emailState === 'proven' || facts.emailState === 'vouched';
  const row: PreviewRow = {
    field: 'email',
    asked: facts.email ?? facts.asked.email,
    ...rule(said('rule.mailbox')),
    issued: granted ? facts.email : null,
  };
  if (granted || facts.email === null) return row;
  return { ...row, pending: !sendsMail(config, 'request-received') ? 'vouch' : 'mailbox-proof' };
}
