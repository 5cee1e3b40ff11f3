/**
 * Builds the project, then bundles and runs programs of a folder (`bench/*.bench.ts`,
 * `drill/*.drill.ts`), one after another.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { build as bundle } from 'esbuild';

import { ROOT, build } from './build.mjs';

/**
 * @param {{folder: string, wanted: string[]}} input `folder` is also the kind: bench, drill; of `wanted`
 *   what begins with a dash is handed to the programs
 * @returns {Promise<number>} the exit code: 0 when each ran to its end and ended well
 */
export async function runBundled({ folder, wanted }) {
  const suffix = `.${folder}.ts`;
  const options = wanted.filter((word) => word.startsWith('-'));
  const asked = wanted.filter((word) => !word.startsWith('-'));
  const all = readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith(suffix))
    .map((file) => file.slice(0, -suffix.length));
  const unknown = asked.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`No ${folder} is called ${unknown.join(' or ')}. There are: ${all.join(', ')}.\n`);
    return 2;
  }
  const names = all.filter((name) => asked.length === 0 || asked.includes(name));
  await build({ progress: (says, work) => (process.stdout.write(`${says} …\n`), work()) });
  // Beside the programs: what runs from here finds the tree two folders up, as the sources do.
  const outdir = join(ROOT, 'dist', folder);
  rmSync(outdir, { recursive: true, force: true });
  await bundle({
    absWorkingDir: ROOT,
    entryPoints: names.map((name) => `${folder}/${name}${suffix}`),
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
    const ran = spawnSync(process.execPath, [join(outdir, `${name}.${folder}.mjs`), ...options], {
      cwd: ROOT,
      stdio: 'inherit',
    });
    if (ran.status !== 0) {
      failed += 1;
      process.stderr.write(`${name} did not end well.\n`);
    }
  }
  return failed === 0 ? 0 : 1;
}
