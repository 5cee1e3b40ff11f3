/**
 * `npm test`: everything that must hold, on a clean checkout. Installs what is missing, builds, then
 * runs lint, types, unit tests and the journeys with real Apache and Chromium. Never skips silently.
 *
 * `npm test -- unit e2e` runs those steps only.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

import { installMissingPrograms } from './system-packages.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const REPORTS = mkdtempSync(join(tmpdir(), 'hubgate-test-'));
const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

/** Counted tests; a step without any counts as one. */
const total = { passed: 0, failed: 0 };
/** Their names once more, where they are looked for: at the end. */
const failures = [];

const STEPS = [
  { name: 'system', says: 'System programs', run: async () => void installMissingPrograms(), vital: true },
  { name: 'install', says: 'Packages', run: install, vital: true },
  { name: 'build', says: 'Build', run: () => run(process.execPath, ['scripts/build.mjs']), vital: true },
  { name: 'lint', says: 'ESLint', run: () => run(bin('eslint'), ['.']) },
  {
    name: 'format',
    says: 'Prettier',
    run: () => run(bin('prettier'), ['--check', '--log-level', 'warn', '.']),
  },
  { name: 'knip', says: 'knip (nothing unused)', run: () => run(bin('knip'), []) },
  { name: 'types', says: 'TypeScript', run: () => run(bin('tsc'), ['--noEmit']) },
  { name: 'unit', says: 'Unit and domain tests', run: unit },
  { name: 'e2e', says: 'Journeys', run: journeys },
];

async function install() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  const fresh =
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs;
  if (fresh) return;
  console.log('  npm ci: three minutes where better-sqlite3 must be compiled');
  // Node's own headers, where it has them beside it: the compiler would otherwise ask the internet.
  const prefix = dirname(dirname(process.execPath));
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? { npm_config_nodedir: prefix } : {};
  await run('npm', ['ci', '--no-fund', '--no-audit'], { ...headers, npm_config_update_notifier: 'false' });
}

async function unit() {
  const report = join(REPORTS, 'unit.json');
  try {
    await run(bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
  } finally {
    if (existsSync(report)) {
      const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
      count(numPassedTests, numFailedTests);
      for (const { name, status, message, assertionResults } of testResults) {
        if (status !== 'failed') continue;
        const failed = assertionResults.filter((one) => one.status === 'failed');
        if (failed.length === 0) failures.push(`${relative(ROOT, name)}: ${firstLine(message)}`);
        for (const { fullName, failureMessages } of failed) {
          failures.push(`${relative(ROOT, name)} > ${fullName}: ${firstLine(failureMessages[0])}`);
        }
      }
    }
  }
}

async function journeys() {
  const report = join(REPORTS, 'e2e.json');
  try {
    await run(bin('playwright'), ['test', '--reporter=list,json'], { PLAYWRIGHT_JSON_OUTPUT_NAME: report });
  } finally {
    if (existsSync(report)) {
      const { stats, suites } = JSON.parse(readFileSync(report, 'utf8'));
      // A journey that did not run because one before it failed is not a pass.
      count(stats.expected, stats.unexpected + stats.flaky + stats.skipped);
      for (const suite of suites) nameFailedJourneys(suite);
    }
  }
}

function nameFailedJourneys({ specs = [], suites = [] }) {
  for (const { file, title, tests } of specs) {
    const bad = tests.find(({ status }) => status !== 'expected');
    if (bad === undefined) continue;
    const error = bad.results.flatMap(({ errors = [] }) => errors)[0];
    failures.push(
      `e2e/${file} > ${title}: ${bad.status === 'skipped' ? 'not run' : firstLine(error?.message)}`,
    );
  }
  for (const suite of suites) nameFailedJourneys(suite);
}

const firstLine = (text = '') => stripVTControlCharacters(text).split('\n')[0].slice(0, 200);

function count(passed, failed) {
  total.passed += passed;
  total.failed += failed;
}

function run(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', CI: '1', ...env },
    });
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with ${code ?? signal}`)),
    );
  });
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !STEPS.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`No such step: ${unknown.join(', ')}. Steps: ${STEPS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

mkdirSync(REPORTS, { recursive: true });
const times = [];
for (const step of STEPS) {
  if (wanted.length > 0 && !wanted.includes(step.name)) continue;
  console.log(`\n== ${step.says}`);
  const began = performance.now();
  const before = { ...total };
  let wrong = null;
  try {
    await step.run();
  } catch (error) {
    wrong = error instanceof Error ? error.message : String(error);
  }
  if (wrong !== null && total.failed === before.failed) total.failed += 1;
  if (wrong === null && total.passed === before.passed) total.passed += 1;
  times.push([wrong === null ? 'ok    ' : 'FAILED', step.says, (performance.now() - began) / 1000]);
  if (wrong !== null) {
    console.error(`== ${step.says} FAILED: ${wrong}`);
    if (step.vital) break;
  }
}
rmSync(REPORTS, { recursive: true, force: true });

console.log('');
for (const failure of failures) console.log(`FAILED ${failure}`);
for (const [verdict, says, seconds] of times) {
  console.log(`${verdict} ${says.padEnd(24)} ${seconds.toFixed(1).padStart(7)} s`);
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
