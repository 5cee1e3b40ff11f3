/**
 * `npm run bench [name …]`: every number of the project, each as a ratio against a native limit or a
 * peer measured in the same run. Builds first; nothing here is a test, since machines are noisy.
 */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';

import { build as bundle } from 'esbuild';

import { ROOT, build } from './build.mjs';

const wanted = process.argv.slice(2);
const names = readdirSync(join(ROOT, 'bench'))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace(/\.bench\.ts$/, ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
if (names.length === 0) {
  process.stderr.write(`No benchmark is called ${wanted.join(' or ')}.\n`);
  process.exit(2);
}

await build({ progress: (says, work) => (process.stdout.write(`${says} …\n`), work()) });
// Beside the programs: the benchmarks find the tree two folders up, as the sources do.
const outdir = join(ROOT, 'dist', 'bench');
rmSync(outdir, { recursive: true, force: true });
await bundle({
  absWorkingDir: ROOT,
  entryPoints: names.map((name) => `bench/${name}.bench.ts`),
  outdir,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  outExtension: { '.js': '.mjs' },
  external: [
    'better-sqlite3',
    '@node-rs/argon2',
    'pg-native',
    'fsevents',
    'esbuild',
    'playwright',
    '@playwright/test',
  ],
  logLevel: 'warning',
  banner: {
    js: "import { createRequire as __hubgateRequire } from 'node:module'; const require = __hubgateRequire(import.meta.url);",
  },
});

let failed = 0;
for (const name of names) {
  const ran = spawnSync(process.execPath, [join(outdir, `${name}.bench.mjs`)], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  if (ran.status !== 0) {
    failed += 1;
    process.stderr.write(`${name} did not run to its end.\n`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
