/**
 * The programs of the system that the tests need, and how to get them on Debian.
 * Node's own modules only: it runs before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is looked for, and the Debian package that brings it. */
const NEEDED = [
  { what: 'apache2', debian: 'apache2' },
  { what: 'nginx', debian: 'nginx' },
  { what: 'chromium', debian: 'chromium' },
  { what: 'firefox-esr', debian: 'firefox-esr' },
  { what: 'certutil', debian: 'libnss3-tools' },
  { what: 'pk12util', debian: 'libnss3-tools' },
  { what: 'certtool', debian: 'gnutls-bin' },
  { what: 'openssl', debian: 'openssl' },
  // CAs to take over, made by the tools that people have.
  {
    what: 'easyrsa',
    debian: 'easy-rsa',
    found: () => onPath('easyrsa') || existsSync('/usr/share/easy-rsa/easyrsa'),
  },
  { what: 'perl', debian: 'perl' },
  { what: 'curl', debian: 'curl' },
  { what: 'git', debian: 'git' },
  { what: 'update-ca-certificates', debian: 'ca-certificates' },
  { what: 'adduser', debian: 'adduser' },
  { what: 'sqlite3', debian: 'sqlite3' },
  // A real directory for the portal to ask.
  { what: 'slapd', debian: 'slapd' },
  { what: 'ldapmodify', debian: 'ldap-utils' },
  // Real hubs behind the gate: with the classic notebook, its server and a Python kernel.
  { what: 'jupyterhub', debian: 'jupyterhub' },
  { what: 'configurable-http-proxy', debian: 'node-configurable-http-proxy' },
  { what: 'jupyter-notebook', debian: 'jupyter-notebook' },
  {
    what: 'a Python kernel',
    debian: 'python3-ipykernel',
    found: () => existsSync('/usr/lib/python3/dist-packages/ipykernel'),
  },
  // A folder for registrations whose changes the kernel does not hear, as on NFS.
  { what: 'bindfs', debian: 'bindfs' },
  { what: 'systemd-analyze', debian: 'systemd' },
  { what: 'postgresql', debian: 'postgresql', found: hasPostgresql },
  // better-sqlite3 is compiled where its prebuilt binary cannot be fetched.
  { what: 'python3', debian: 'python3' },
  {
    what: 'requests of Python',
    debian: 'python3-requests',
    found: () => existsSync('/usr/lib/python3/dist-packages/requests'),
  },
  { what: 'keytool', debian: 'default-jre-headless' },
  { what: 'make', debian: 'make' },
  { what: 'g++', debian: 'g++' },
];

const BIN_FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/sbin'];
const POLICY = '/usr/sbin/policy-rc.d';

function onPath(name) {
  return BIN_FOLDERS.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function hasPostgresql() {
  const versions = '/usr/lib/postgresql';
  if (onPath('initdb') && onPath('postgres')) return true;
  return (
    existsSync(versions) &&
    readdirSync(versions).some((one) => existsSync(join(versions, one, 'bin', 'initdb')))
  );
}

function missingPrograms(needed) {
  return needed.filter(({ what, found }) => !(found ? found() : onPath(what)));
}

function isDebian() {
  if (!existsSync('/etc/os-release')) return false;
  return /^ID(?:_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/**
 * Installs what is missing on Debian as root; elsewhere says what is missing.
 *
 * @param {{what: string, debian: string, found?: () => boolean}[]} more beyond what the tests need
 * @throws {Error} when something is missing and cannot be installed here
 */
export function installMissingPrograms(more = []) {
  const needed = [...NEEDED, ...more];
  const missing = missingPrograms(needed);
  if (missing.length === 0) return [];
  const packages = [...new Set(missing.map(({ debian }) => debian))];
  if (!isDebian() || process.getuid?.() !== 0 || !onPath('apt-get')) {
    throw new Error(
      `The tests need ${missing.map(({ what }) => what).join(', ')}, and install them by themselves on Debian as root only.\n` +
        `Install them in your system's way (on Debian: sudo apt-get install ${packages.join(' ')}), then run npm test again.`,
    );
  }
  // Services must not start just because a package arrives: the tests start their own.
  const guarded = !existsSync(POLICY);
  if (guarded) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    if (!aptInstall(packages)) {
      apt(['update']);
      if (!aptInstall(packages)) throw new Error(`apt-get install ${packages.join(' ')} failed; see above.`);
    }
  } finally {
    if (guarded) rmSync(POLICY, { force: true });
  }
  const left = missingPrograms(needed);
  if (left.length > 0)
    throw new Error(`Still missing after apt-get: ${left.map(({ what }) => what).join(', ')}.`);
  return packages;
}

const aptInstall = (packages) => apt(['install', '--yes', '--no-install-recommends', ...packages]);

function apt(args) {
  const { status } = spawnSync('apt-get', ['-q', ...args], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return status === 0;
}
