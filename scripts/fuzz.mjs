/**
 * `npm run fuzz [-- RUNS [SEED]]`: mutated CSRs, many more than the tests have (100,000 by default),
 * with another seed each time. Prints the seed first; with it the run is the same again.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const [runs = '100000', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
if (!/^[1-9]\d{0,8}$/.test(runs) || !/^-?\d{1,10}$/.test(seed)) {
  process.stderr.write('npm run fuzz [-- RUNS [SEED]], both whole numbers\n');
  process.exit(2);
}
const ran = spawnSync(
  process.execPath,
  [join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'), 'run', 'lib/signer/mutated-csrs.test.ts'],
  {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, HUBGATE_FUZZ_RUNS: runs, HUBGATE_FUZZ_SEED: seed },
  },
);
process.exitCode = ran.status ?? 1;
