import { z } from 'zod';

import { LOCALES } from '../i18n/locales';
import { MAIL_KINDS } from './mail-kinds';
import { readProbeRule } from './probe-rule';
import { SignIn } from './sign-in';

/**
 * hubgate.toml, key by key. An empty file is valid: every key has a default. Unknown keys are
 * refused. Secrets never stand here: files under the state directory or $CREDENTIALS_DIRECTORY.
 */

const origin = (protocols: readonly string[]) =>
  z
    .string()
    .refine((value) => URL.canParse(value) && new URL(value).origin === value, {
      message: `an origin such as ${protocols[0]}://hubs.example.org, without path or closing slash`,
    })
    .refine((value) => !URL.canParse(value) || protocols.includes(new URL(value).protocol.slice(0, -1)), {
      message: `an address that begins with ${protocols.join(':// or ')}://`,
    });

const regularExpression = z.string().refine(
  (value) => {
    try {
      new RegExp(`^(?:${value})$`, 'u');
      return true;
    } catch {
      return false;
    }
  },
  { message: 'a regular expression' },
);

const probeRule = z
  .string()
  .max(300)
  .refine((value) => readProbeRule(value) !== null, {
    message: 'a host name, name:port, an address, or a network such as 10.1.0.0/16',
  });

/** ASCII only: domainComponent is an IA5String (RFC 4519 section 2.4). */
const ia5 = z
  .string()
  .max(64)
  .regex(/^[\x20-\x7e]*$/, 'ASCII letters only, 64 at most');
const dnText = z.string().min(1).max(64);

const Site = z.strictObject({
  name: z.string().min(1).max(60).default('Hubgate'),
  url: origin(['https']).default('https://localhost:8443'),
  httpUrl: origin(['http']).default('http://localhost:8080'),
  gateUrl: origin(['https']).default('https://gate.localhost:8444'),
  canaryUrl: origin(['https']).default('https://canary.localhost:8443'),
  /** The first is for visitors who want none of them, and for mails that answer nobody. */
  languages: z
    .array(z.enum(LOCALES))
    .min(1)
    .refine((all) => new Set(all).size === all.length, 'each language once')
    .default([...LOCALES]),
  /** Who answers questions: shown in the footer of every page. */
  contact: z.string().max(200).default(''),
});

const CA_KEY_TYPES = ['rsa-4096', 'rsa-3072', 'p-256', 'p-384'] as const;

const Pki = z.strictObject({
  dn: ia5.default('University of Chile'),
  org: dnText.default('Center for Mathematical Modeling'),
  ou: dnText.default('NLHPC'),
  rootCn: dnText.default('JupyterHub Root CA'),
  signingCn: dnText.default('JupyterHub Signing CA'),
  rootKey: z.enum(['rsa-4096', 'p-384']).default('rsa-4096'),
  signingKey: z.enum(CA_KEY_TYPES).default('rsa-4096'),
  rootYears: z.int().min(1).max(30).default(20),
  signingYears: z.int().min(1).max(20).default(10),
  userDays: z.int().min(1).max(825).default(365),
  /** CA/Browser Forum Baseline Requirements section 6.3.2: browsers refuse more than 398 days. */
  serverDays: z.int().min(1).max(397).default(397),
  crlDays: z.int().min(2).max(90).default(30),
  crlEveryHours: z.int().min(1).max(168).default(24),
  emailProtection: z.boolean().default(false),
  accountPattern: regularExpression.default('[a-z_][a-z0-9_.-]{0,31}'),
  /** Optional name constraints on the signing CA (RFC 5280 section 4.2.1.10). */
  permittedDns: z.array(z.string().min(1).max(253)).default([]),
  permittedIp: z.array(z.string().min(1).max(64)).default([]),
  /** Names that a certificate of the server profile may carry: exact, or `.example.org` for all below. */
  serverNames: z.array(z.string().min(1).max(253)).default([]),
});

const Mail = z.strictObject({
  transport: z.enum(['none', 'smtp', 'sendmail']).default('none'),
  from: z.string().max(320).default(''),
  host: z.string().max(253).default('localhost'),
  port: z.int().min(1).max(65535).default(25),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls'),
  user: z.string().max(320).default(''),
  /** A file that holds the password of `user`. */
  passwordFile: z.string().default(''),
  /** A PEM file with the CA of the mail server, when its certificate is not from a public one. */
  caFile: z.string().default(''),
  sendmailPath: z.string().default('/usr/sbin/sendmail'),
  /** Who is told that a request waits; empty means every approver with an address. */
  approvers: z.array(z.email()).default([]),
  /** When they are told of all that waits, in UTC; empty means of each request at once. */
  digestAt: z
    .array(z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time such as 08:00'))
    .max(24)
    .default([]),
  /** Kinds of mail that this portal does not send. */
  off: z.array(z.enum(MAIL_KINDS)).default([]),
});

const attribute = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'the name of an attribute');
const filterWith = (places: readonly string[]) =>
  z
    .string()
    .max(500)
    .regex(/^\(.*\)$/, 'an LDAP filter in parentheses')
    .refine((value) => [...value.matchAll(/\{([a-z]+)\}/g)].every(([, name = '']) => places.includes(name)), {
      message: `a filter with no other places than {${places.join('}, {')}}`,
    })
    .refine((value) => places.some((place) => value.includes(`{${place}}`)), {
      message: `a filter with {${places.join('} or {')}} in it`,
    });

const Ldap = z.strictObject({
  url: z.string().max(300).default(''),
  /** TLS on an ldap:// connection. */
  startTls: z.boolean().default(false),
  /** A PEM file with the CA of the directory's certificate, when it is not from a public one. */
  caFile: z.string().default(''),
  /** Empty: an anonymous search. */
  bindDn: z.string().max(500).default(''),
  passwordFile: z.string().default(''),
  base: z.string().max(500).default(''),
  filter: filterWith(['account']).default('(uid={account})'),
  mailFilter: filterWith(['mail']).default('(mail={mail})'),
  subjectFilter: filterWith(['subject']).default('(uid={subject})'),
  accountAttribute: attribute.default('uid'),
  nameAttribute: attribute.default('cn'),
  mailAttribute: attribute.default('mail'),
  groupsAttribute: attribute.default('memberOf'),
  /** Where groups are that name their members; empty: only `groupsAttribute` counts. */
  groupBase: z.string().max(500).default(''),
  groupFilter: filterWith(['account', 'dn']).default('(|(memberUid={account})(member={dn}))'),
});

const Accounts = z.strictObject({
  /** Who knows the centre's accounts: nobody, the system (getent), or an LDAP server. */
  source: z.enum(['none', 'getent', 'ldap']).default('none'),
  timeoutSeconds: z.int().min(1).max(30).default(5),
  /** Accounts below are the system's own. */
  minUid: z.int().min(0).max(4_294_967_295).default(1000),
  /** Who has one of these as shell has no account any more. */
  endedShells: z
    .array(z.string().max(200))
    .max(20)
    .default(['/usr/sbin/nologin', '/sbin/nologin', '/bin/false', '/usr/bin/false']),
  ldap: Ldap.prefault({}),
});

export const ConfigSchema = z.strictObject({
  stateDir: z.string().min(1).default('./var'),
  /** Sockets live here; empty means <stateDir>/run. In production /run/hubgate. */
  runDir: z.string().default(''),
  site: Site.prefault({}),
  pki: Pki.prefault({}),
  database: z
    .strictObject({
      /** Empty: SQLite at <stateDir>/portal.db. Otherwise file:… or postgresql://… (password in a file). */
      url: z.string().default(''),
      passwordFile: z.string().default(''),
    })
    .prefault({}),
  signer: z
    .strictObject({
      unlock: z.enum(['manual', 'credential']).default('manual'),
      /** Sockets of a signer that runs as its own unit; empty: <runDir>/signer. */
      socketDir: z.string().default(''),
      /** The signer's own files: keys, journal, policy. Empty: <stateDir>/signer. */
      dir: z.string().default(''),
    })
    .prefault({}),
  signing: z
    .strictObject({
      auto: z.boolean().default(true),
      undoSeconds: z.int().min(0).max(3600).default(10),
    })
    .prefault({}),
  requests: z
    .strictObject({
      signIn: z.enum(['optional', 'required', 'none']).default('optional'),
      /** Where the account name of who is signed in comes from: the provider's claim, or the directory. */
      accountFrom: z.enum(['claim', 'ldap']).default('claim'),
      /** By what the directory is asked then: the claim's name, the verified address, or the subject. */
      accountBy: z.enum(['uid', 'mail', 'subject']).default('uid'),
      openPerAddress: z.int().min(1).max(10_000).default(20),
      expireDays: z.int().min(1).max(365).default(30),
      /** Who may vouch for a guest: nobody, people with a role here, or everybody who can sign in. */
      sponsors: z.enum(['nobody', 'roles', 'everybody']).default('roles'),
      /** A file of hashes of compromised keys, beside those that the portal knows itself. */
      blocklist: z.string().max(4096).default(''),
    })
    .prefault({}),
  accounts: Accounts.prefault({}),
  signIn: SignIn.prefault({}),
  approval: z
    .strictObject({
      /** `passkey`: only touches of passkeys that the signer's operators accepted. */
      require: z.enum(['session', 'passkey']).default('session'),
      count: z.int().min(1).max(2).default(1),
    })
    .prefault({}),
  renewal: z
    .strictObject({
      /** Renewals that change nothing but the key are approved by this policy. */
      auto: z.boolean().default(true),
      /** So many days before its end a certificate may be renewed without an approver. */
      windowDays: z.int().min(1).max(365).default(30),
      /** So many days before the end its holder is written to; empty: never. */
      reminderDays: z.array(z.int().min(1).max(365)).max(10).default([30, 14, 3, 1]),
    })
    .prefault({}),
  trust: z
    .strictObject({
      enforce: z.enum(['off', 'warn', 'require']).default('warn'),
      root: z.enum(['private', 'public']).default('private'),
    })
    .prefault({}),
  hubs: z
    .strictObject({
      dir: z.string().min(1).optional(),
      defaultAccess: z.enum(['any-valid', 'listed']).default('any-valid'),
      /** Who sees /hubs and the API's list: everybody, or only who shows a certificate. */
      visibility: z.enum(['public', 'certificate']).default('public'),
      /** Read `upstream:` lines from registration files; only where all who write them are trusted. */
      upstreamFromFiles: z.boolean().default(false),
      /** Where hubs without a private address may be asked for their health: names, name:port, networks. */
      probeAllow: z.array(probeRule).max(200).default(['127.0.0.0/8', '::1/128']),
      upstream: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/), origin(['http'])).default({}),
    })
    .prefault({}),
  gate: z
    .strictObject({
      /** hubs.map, access.map, revoked.map; empty: <stateDir>-gate, beside the 0700 state directory. */
      mapsDir: z.string().default(''),
    })
    .prefault({}),
  front: z
    .strictObject({
      /** false where Apache or nginx stands in front. */
      embedded: z.boolean().default(true),
      listen: z.string().default('127.0.0.1'),
    })
    .prefault({}),
  mail: Mail.prefault({}),
  metrics: z.strictObject({ tokenFile: z.string().default('') }).prefault({}),
  log: z.strictObject({ level: z.enum(['debug', 'info', 'warn', 'error']).default('info') }).prefault({}),
});

/** The validated configuration. Paths are as written; lib/config/state-paths.ts resolves them. */
export type Config = z.infer<typeof ConfigSchema>;
