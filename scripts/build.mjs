/**
 * Builds everything that runs: the Prisma clients, the Next standalone build, the bundles in dist/.
 * Node's own modules only (esbuild is loaded when its turn comes), since `npm start` uses it before
 * anything is known to work. Each step is skipped while its inputs (by size and time of change) and
 * its outputs are as the last run left them.
 *
 * `node scripts/build.mjs [--force]`
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress } from 'node:zlib';

import { nameLanguages, wrongMessages } from './check-messages.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const STAMPS = join(ROOT, 'node_modules', '.hubgate');

const NEXT_BIN = join(ROOT, 'node_modules', 'next', 'dist', 'bin', 'next');
const PRISMA_BIN = join(ROOT, 'node_modules', 'prisma', 'build', 'index.js');

/** The programs outside Next, each one bundle. */
const ENTRIES = {
  hubgate: 'bin/hubgate.ts',
  signer: 'bin/signer.ts',
  'signer-worker': 'bin/signer-worker.ts',
  front: 'bin/front.ts',
  ocsp: 'bin/ocsp.ts',
  'failure-page': 'bin/failure-page.ts',
};

const STEPS = [
  {
    name: 'words',
    says: 'Comparing the languages',
    inputs: ['lib/i18n/messages', 'scripts/check-messages.mjs'],
    outputs: [],
    run: compareLanguages,
  },
  {
    name: 'clients',
    says: 'Generating the database clients',
    inputs: ['prisma', 'package-lock.json'],
    outputs: ['lib/db/generated/sqlite', 'lib/db/generated/postgresql'],
    run: generateClients,
  },
  {
    name: 'web',
    says: 'Building the web pages (a minute or two; several on a busy machine)',
    inputs: [
      'app',
      'components',
      'lib',
      'public',
      'prisma',
      'proxy.ts',
      'instrumentation.ts',
      'next.config.js',
      'postcss.config.mjs',
      'package.json',
      'package-lock.json',
    ],
    // Programs of their own, which no page imports.
    except: ['lib/cli', 'lib/front', 'lib/supervisor', 'lib/signer'],
    outputs: ['.next/standalone/server.js', '.next/standalone/.next/static'],
    run: buildWeb,
  },
  {
    name: 'programs',
    says: 'Bundling the programs',
    inputs: ['bin', 'lib', 'scripts/build.mjs', 'package.json', 'package-lock.json'],
    outputs: [...Object.keys(ENTRIES).map((name) => `dist/${name}.mjs`), 'dist/listen-unix.mjs'],
    run: bundlePrograms,
  },
];

/**
 * Runs the steps whose inputs changed.
 *
 * @param {{force?: boolean, only?: string[], progress: (says: string, work: () => Promise<void>) => Promise<void>}} options
 *   `progress` tells the person what runs and awaits it
 */
export async function build({ force = false, only, progress }) {
  for (const step of STEPS) {
    if (only !== undefined && !only.includes(step.name)) continue;
    const digest = digestOf(step.inputs, step.except);
    const fresh = stampOf(step.name) === digest && step.outputs.every((path) => existsSync(join(ROOT, path)));
    if (fresh && !force) continue;
    await progress(step.says, step.run);
    writeStamp(step.name, digest);
  }
}

/** A digest over names, sizes and times of change: 500 files in a few milliseconds. */
export function digestOf(paths, except = []) {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}\n`);
  for (const path of paths) addToDigest(hash, path, except);
  return hash.digest('hex');
}

function addToDigest(hash, path, except) {
  if (except.includes(path)) return;
  const full = join(ROOT, path);
  const stat = lstatSync(full, { throwIfNoEntry: false });
  if (stat === undefined) return void hash.update(`${path} absent\n`);
  if (!stat.isDirectory()) return void hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
  for (const name of readdirSync(full).sort()) {
    // Tests and generated clients change no output of a step that reads this folder.
    if (name === 'generated' || name === 'testing' || /\.test\.tsx?$/.test(name)) continue;
    addToDigest(hash, `${path}/${name}`, except);
  }
}

export function stampOf(name) {
  const file = join(STAMPS, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

export function writeStamp(name, digest) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(join(STAMPS, name), digest);
}

/**
 * Runs a program to its end; its output is shown only when it fails.
 *
 * @throws {Error} with the last lines of its output, and `output` whole
 */
export function runQuietly(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const chunks = [];
    const keep = (chunk) => chunks.push(chunk);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const stop = () => child.kill('SIGTERM');
    process.once('SIGTERM', stop);
    process.once('SIGINT', stop);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGTERM', stop);
      process.off('SIGINT', stop);
      if (code === 0) return resolve();
      const output = Buffer.concat(chunks).toString('utf8');
      const failure = new Error(
        `${[command, ...args].join(' ')} ended with ${signal ?? `exit code ${code}`}:\n${output.split('\n').slice(-40).join('\n')}`,
      );
      failure.output = output;
      reject(failure);
    });
  });
}

/** A page without its sentence would fail while somebody reads it: rather the build. */
async function compareLanguages() {
  nameLanguages();
  const wrong = wrongMessages();
  if (wrong.length > 0) {
    throw new Error(`The words of a language in lib/i18n/messages are not complete:\n${wrong.join('\n')}`);
  }
}

async function generateClients() {
  for (const kind of ['sqlite', 'postgresql']) {
    await runQuietly(process.execPath, [PRISMA_BIN, 'generate', '--schema', `prisma/${kind}/schema`], {
      // `generate` needs no engine but looks for one to download; any existing file stops that.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    });
  }
}

async function buildWeb() {
  await runQuietly(process.execPath, [NEXT_BIN, 'build'], {
    NODE_ENV: 'production',
    NEXT_TELEMETRY_DISABLED: '1',
  });
  const standalone = join(ROOT, '.next', 'standalone');
  // Next leaves both out of the standalone folder.
  rmSync(join(standalone, '.next', 'static'), { recursive: true, force: true });
  cpSync(join(ROOT, '.next', 'static'), join(standalone, '.next', 'static'), { recursive: true });
  if (existsSync(join(ROOT, 'public'))) {
    cpSync(join(ROOT, 'public'), join(standalone, 'public'), { recursive: true });
  }
  await compressStatic(join(standalone, '.next', 'static'));
}

/** Brotli at its best level beside each script and style: bin/compressed-assets.mjs sends them. */
async function compressStatic(folder) {
  const compress = promisify(brotliCompress);
  const names = readdirSync(folder, { recursive: true }).filter((name) => /\.(?:js|css)$/.test(name));
  await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name);
      writeFileSync(`${file}.br`, await compress(readFileSync(file)));
    }),
  );
}

async function bundlePrograms() {
  const { build: bundle, stop } = await import('esbuild');
  const entryPoints = Object.fromEntries(
    Object.entries(ENTRIES).filter(([, file]) => existsSync(join(ROOT, file))),
  );
  rmSync(join(ROOT, 'dist', 'chunks'), { recursive: true, force: true });
  await bundle({
    absWorkingDir: ROOT,
    entryPoints,
    outdir: 'dist',
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    outExtension: { '.js': '.mjs' },
    external: ['better-sqlite3', '@node-rs/argon2', 'pg-native', 'fsevents'],
    sourcemap: 'linked',
    legalComments: 'none',
    logLevel: 'silent',
    // Bundled CommonJS packages still call require for Node's own modules.
    banner: {
      js: "import { createRequire as __hubgateRequire } from 'node:module'; const require = __hubgateRequire(import.meta.url);",
    },
  });
  // esbuild's own process would stay, with 260 MB, as long as this one: under `npm start`, for months.
  await stop();
  for (const preload of ['listen-unix.mjs', 'compressed-assets.mjs', 'spoken-errors.mjs']) {
    copyFileSync(join(ROOT, 'bin', preload), join(ROOT, 'dist', preload));
  }
  chmodSync(join(ROOT, 'dist', 'hubgate.mjs'), 0o755);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const only = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  await build({
    force: process.argv.includes('--force'),
    ...(only.length > 0 ? { only } : {}),
    progress: async (says, work) => {
      const started = Date.now();
      process.stdout.write(`${says} … `);
      await work();
      process.stdout.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    },
  });
}
