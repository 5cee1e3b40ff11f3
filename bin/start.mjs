/**
 * `npm start`: installs, generates and builds what is not up to date, then starts Hubgate.
 *
 * Node's own modules only, in syntax that an old Node understands well enough to be told that it is
 * too old: on a fresh clone nothing else is there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { build, digestOf, ROOT, runQuietly, stampOf, writeStamp } from '../scripts/build.mjs';

const NODE_WANTED = 'Node 20.19 or later, 22.12 or later, or 24 and later';
const INSTALL_INPUTS = ['package.json', 'package-lock.json'];

function fail(text) {
  process.stderr.write(`\nhubgate: ${text}\n`);
  process.exit(1);
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
  if (!fits) fail(`this is Node ${process.version}; Hubgate needs ${NODE_WANTED}. See https://nodejs.org.`);
}

/** Tells what runs and, while it runs, for how long: a line every ten seconds without a terminal. */
async function progress(says, work) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const live = process.stdout.isTTY === true;
  process.stdout.write(live ? `${says} …` : `${says} …\n`);
  const timer = setInterval(
    () =>
      process.stdout.write(live ? `\r${says} … ${seconds()} s` : `  still at it: ${says}, ${seconds()} s\n`),
    live ? 1000 : 10_000,
  );
  try {
    await work();
    process.stdout.write(live ? `\r${says} … done in ${seconds()} s\n` : `  done in ${seconds()} s\n`);
  } catch (error) {
    process.stdout.write(live ? '\n' : '');
    throw error;
  } finally {
    clearInterval(timer);
  }
}

async function install() {
  const digest = digestOf(INSTALL_INPUTS);
  if (stampOf('install') === digest && existsSync(join(ROOT, 'node_modules', 'next'))) return;
  if (stampOf('install') === null && installedAlready()) {
    writeStamp('install', digest); // by `npm ci`, by hand
    return;
  }
  const missing = compilerMissing();
  process.stdout.write(
    'Installing packages. Where no ready-made SQLite module can be downloaded, it is compiled here:\n' +
      'that takes two to three minutes, many more on a busy machine, and needs python3, make and a C++ compiler (g++).\n' +
      (missing.length === 0 ? '' : `Not found on this machine: ${missing.join(', ')}.\n`),
  );
  try {
    await progress('Installing packages', () =>
      runQuietly(npm().command, [...npm().args, 'ci', '--no-audit', '--no-fund'], installEnv()),
    );
  } catch (error) {
    if (missing.length > 0 && /gyp|node-gyp|better-sqlite3/.test(error.output ?? '')) {
      fail(
        `the SQLite module could not be downloaded and not be compiled: ${missing.join(', ')} missing.\n` +
          '  Debian, Ubuntu: apt-get install python3 make g++    Fedora, RHEL: dnf install python3 make gcc-c++\n' +
          '  Then run npm start again.',
      );
    }
    if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/i.test(error.output ?? '')) {
      fail(`the package registry cannot be reached. npm says:\n${error.message}`);
    }
    fail(`packages could not be installed. npm says:\n${error.message}`);
  }
  // After npm: `npm ci` empties node_modules, where the stamps are.
  writeStamp('install', digest);
}

/** What somebody has installed by hand is good when the native module loads in this Node. */
function installedAlready() {
  if (
    !existsSync(join(ROOT, 'node_modules', 'next')) ||
    !existsSync(join(ROOT, 'node_modules', '.package-lock.json'))
  ) {
    return false;
  }
  try {
    const Database = createRequire(import.meta.url)('better-sqlite3');
    new Database(':memory:').close();
    return true;
  } catch {
    return false;
  }
}

/** npm as it runs this script (`npm start`), or the one that belongs to this Node. */
function npm() {
  const own = process.env.npm_execpath;
  if (own && /npm-cli\.js$/.test(own)) return { command: process.execPath, args: [own] };
  return { command: 'npm', args: [] };
}

/** Node's own prefix, where its headers are: node-gyp would download them otherwise. */
function installEnv() {
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node_version.h'));
  return headers && !process.env.npm_config_nodedir ? { npm_config_nodedir: prefix } : {};
}

function compilerMissing() {
  const found = (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0;
  const missing = [];
  if (!found('python3') && !found('python')) missing.push('python3');
  if (!found('make')) missing.push('make');
  if (!found('g++') && !found('c++') && !found('clang++')) missing.push('g++');
  return missing;
}

/** Two `npm start` at once must not build into the same folders. */
async function alone(work) {
  const lock = join(ROOT, 'dist', '.building');
  mkdirSync(dirname(lock), { recursive: true });
  let said = false;
  while (!take(lock)) {
    if (!said) process.stdout.write('Another npm start builds here; waiting for it …\n');
    said = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    await work();
  } finally {
    release();
    process.off('exit', release);
  }
}

/** The lock holds its owner's pid: one that was killed left its lock behind. */
function take(lock) {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST')
      fail(
        `${dirname(lock)} cannot be written (${error.code}). Give this folder to the user that starts Hubgate.`,
      );
  }
  try {
    process.kill(Number(readFileSync(lock, 'utf8')) || 0x7fffffff, 0);
  } catch (error) {
    if (error.code !== 'EPERM') rmSync(lock, { force: true });
  }
  return false;
}

checkNode();
// A moment later: what runs (npm, the build) is told to stop first.
const stopEarly = () => setTimeout(() => process.exit(130), 200);
process.on('SIGINT', stopEarly);
process.on('SIGTERM', stopEarly);
await alone(async () => {
  await install();
  try {
    await build({ progress });
  } catch (error) {
    fail(`the build failed. ${error.message}`);
  }
});
process.off('SIGINT', stopEarly);
process.off('SIGTERM', stopEarly);

const words = process.argv.slice(2);
const command = words[0] === 'demo' ? words : ['start', ...words];
process.argv = [process.argv[0], join(ROOT, 'dist', 'hubgate.mjs'), ...command];
await import('../dist/hubgate.mjs');
