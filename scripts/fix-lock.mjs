/**
 * Adds to package-lock.json what npm left out of it: the optional packages of other platforms.
 *
 * `npm install` writes a lock file without those that the registry at hand does not serve (a mirror
 * often has the packages of its own platform only), and `npm ci` then refuses the whole file:
 * "Missing: @next/swc-darwin-arm64@… from lock file". An entry that says version, platform and
 * `optional` is enough; npm fetches it only on that platform, from whatever registry is set there.
 *
 * `node scripts/fix-lock.mjs [--check]`: with --check nothing is written, and what is missing is an
 * error. Run it after every change of dependencies.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const SYSTEMS = [
  'darwin',
  'win32',
  'linux',
  'freebsd',
  'android',
  'openbsd',
  'netbsd',
  'sunos',
  'aix',
  'openharmony',
];
const PROCESSORS = [
  'arm64',
  'x64',
  'ia32',
  'arm',
  'riscv64',
  'ppc64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
];

const lock = JSON.parse(readFileSync(FILE, 'utf8'));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isFound(path, name)) continue;
    lock.packages[`node_modules/${name}`] = stub(name, range);
    added.push(`${name}@${range}`);
  }
}

/** As Node looks for it: beside, then upwards. */
function isFound(from, name) {
  for (let base = from; ;) {
    if (lock.packages[`${base === '' ? '' : `${base}/`}node_modules/${name}`] !== undefined) return true;
    if (base === '') return false;
    const cut = base.lastIndexOf('/node_modules/');
    base = cut === -1 ? '' : base.slice(0, cut);
  }
}

function stub(name, range) {
  const version = /^[~^]?(\d+\.\d+\.\d+[\w.+-]*)$/.exec(range)?.[1];
  if (version === undefined) throw new Error(`${name}: "${range}" names no version`);
  const words = name.split(/[/.-]/);
  const os = SYSTEMS.filter(
    (system) => words.includes(system) || (system === 'linux' && words.includes('linux-gnu')),
  );
  const cpu = PROCESSORS.filter((processor) => words.includes(processor));
  const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : undefined;
  return {
    version,
    ...(cpu.length > 0 ? { cpu } : {}),
    ...(libc === undefined ? {} : { libc }),
    optional: true,
    ...(os.length > 0 ? { os } : {}),
  };
}

const hosts = Object.values(lock.packages).filter(({ resolved }) => /^https?:/.test(resolved ?? ''));
for (const entry of hosts) delete entry.resolved;

if (process.argv.includes('--check')) {
  if (added.length > 0 || hosts.length > 0) {
    process.stderr.write(
      `package-lock.json lacks ${added.length} optional packages and names ${hosts.length} addresses: run node scripts/fix-lock.mjs\n`,
    );
    process.exit(1);
  }
} else if (added.length > 0 || hosts.length > 0) {
  const sorted = Object.entries(lock.packages).sort(([one], [other]) =>
    one < other ? -1 : one > other ? 1 : 0,
  );
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`${added.length} entries added, ${hosts.length} addresses removed\n`);
}
