import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A private LDAP server (Debian's slapd) on loopback, in a temporary folder of its own. */
export type TestDirectory = {
  ldapUrl: string;
  ldapsUrl: string;
  /** Of its certificate, which is for localhost. */
  caFile: string;
  passwordFile: string;
  /** `[accounts]` of a portal that asks it over TLS. */
  accounts: (ldap?: Record<string, unknown>) => Record<string, unknown>;
  /** What an administrator of the directory does, as LDIF. */
  modify: (ldif: string) => void;
  start: () => Promise<void>;
  stop: () => Promise<void>;
  remove: () => Promise<void>;
};

const BASE = 'dc=example,dc=org';
const BIND_DN = `cn=hubgate,${BASE}`;
const ADMIN_DN = `cn=admin,${BASE}`;
const PASSWORD = 'not so secret';

type Person = { uid: string; cn: string; mail: string; uidNumber: number; more?: string };
const PEOPLE: readonly Person[] = [
  { uid: 'alice', cn: 'Alice Ärmel', mail: 'alice@example.org', uidNumber: 2001 },
  { uid: 'bob', cn: 'Bob', mail: 'bob@example.org', uidNumber: 2002 },
  // shadow(5): days since 1970.
  { uid: 'expired', cn: 'Former', mail: 'f@example.org', uidNumber: 2003, more: 'shadowExpire: 19000' },
  {
    uid: 'closed',
    cn: 'Closed',
    mail: 'c@example.org',
    uidNumber: 2004,
    more: 'loginShell: /usr/sbin/nologin',
  },
  { uid: 'tapes', cn: 'Tapes', mail: 't@example.org', uidNumber: 34 },
  { uid: 'twin', cn: 'Twin', mail: 'twins@example.org', uidNumber: 2005 },
  { uid: 'twin2', cn: 'Twin', mail: 'twins@example.org', uidNumber: 2006 },
];

/** base64, since LDIF is ASCII (RFC 2849). */
const line = (name: string, value: string): string => `${name}:: ${Buffer.from(value).toString('base64')}`;

const ENTRIES = [
  `dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example`,
  `dn: ${BIND_DN}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: hubgate\nuserPassword: ${PASSWORD}`,
  `dn: ou=people,${BASE}\nobjectClass: organizationalUnit\nou: people`,
  `dn: ou=groups,${BASE}\nobjectClass: organizationalUnit\nou: groups`,
  ...PEOPLE.map(({ uid, cn, mail, uidNumber, more }) =>
    [
      `dn: uid=${uid},ou=people,${BASE}`,
      'objectClass: inetOrgPerson\nobjectClass: posixAccount\nobjectClass: shadowAccount',
      `uid: ${uid}\nsn: ${uid}`,
      line('cn', cn),
      `mail: ${mail}\nuidNumber: ${uidNumber}\ngidNumber: 100\nhomeDirectory: /home/${uid}`,
      ...(more === undefined ? [] : [more]),
    ].join('\n'),
  ),
  `dn: cn=astro,ou=groups,${BASE}\nobjectClass: posixGroup\ncn: astro\ngidNumber: 3001\nmemberUid: alice\nmemberUid: bob`,
  `dn: cn=lab,ou=groups,${BASE}\nobjectClass: groupOfNames\ncn: lab\nmember: uid=alice,ou=people,${BASE}`,
];

/** @throws {Error} where slapd is not installed (apt-get install slapd ldap-utils) */
export async function startTestDirectory(): Promise<TestDirectory> {
  const dir = mkdtempSync(join(tmpdir(), 'hubgate-ldap-'));
  const [ldapPort, ldapsPort] = [await freePort(), await freePort()];
  const at = (name: string): string => join(dir, name);
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-keyout', at('key.pem'), '-out', at('ca.pem')],
      ...['-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ],
    { stdio: 'pipe' },
  );
  mkdirSync(at('db'));
  writeFileSync(at('password'), `${PASSWORD}\n`);
  writeFileSync(at('entries.ldif'), `${ENTRIES.join('\n\n')}\n`);
  writeFileSync(
    at('slapd.conf'),
    [
      ...['core', 'cosine', 'nis', 'inetorgperson'].map((name) => `include /etc/ldap/schema/${name}.schema`),
      'modulepath /usr/lib/ldap\nmoduleload back_mdb',
      `pidfile ${at('pid')}`,
      `TLSCACertificateFile ${at('ca.pem')}\nTLSCertificateFile ${at('ca.pem')}\nTLSCertificateKeyFile ${at('key.pem')}`,
      `database mdb\nsuffix "${BASE}"\ndirectory ${at('db')}\nrootdn "${ADMIN_DN}"\nrootpw "${PASSWORD}"`,
      `access to attrs=userPassword by anonymous auth by * none\naccess to * by dn.exact="${BIND_DN}" read by anonymous auth by * none`,
    ].join('\n'),
  );
  execFileSync('/usr/sbin/slapadd', ['-q', '-f', at('slapd.conf'), '-l', at('entries.ldif')], {
    stdio: 'pipe',
  });

  const ldapUrl = `ldap://localhost:${ldapPort}`;
  const ldapsUrl = `ldaps://localhost:${ldapsPort}`;
  const listen = `ldap://127.0.0.1:${ldapPort} ldaps://127.0.0.1:${ldapsPort}`;
  let child: ChildProcess | null = null;
  async function start(): Promise<void> {
    child = spawn('/usr/sbin/slapd', ['-d', '0', '-f', at('slapd.conf'), '-h', listen], { stdio: 'ignore' });
    for (let tries = 0; tries < 200; tries += 1) {
      if (child.exitCode !== null) throw new Error(`slapd ended with ${child.exitCode}`);
      if (await answers(ldapsPort)) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('slapd does not listen');
  }
  async function stop(): Promise<void> {
    if (child === null) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    child = null;
  }
  await start();
  return {
    ldapUrl,
    ldapsUrl,
    caFile: at('ca.pem'),
    passwordFile: at('password'),
    accounts: (ldap = {}) => ({
      source: 'ldap',
      timeoutSeconds: 5,
      ldap: {
        url: ldapsUrl,
        caFile: at('ca.pem'),
        bindDn: BIND_DN,
        passwordFile: at('password'),
        base: `ou=people,${BASE}`,
        groupBase: `ou=groups,${BASE}`,
        ...ldap,
      },
    }),
    modify(ldif) {
      const words = ['-x', '-H', `ldap://127.0.0.1:${ldapPort}`, '-D', ADMIN_DN, '-w', PASSWORD];
      execFileSync('ldapmodify', words, { input: ldif, stdio: ['pipe', 'pipe', 'pipe'] });
    },
    start,
    stop,
    async remove() {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
