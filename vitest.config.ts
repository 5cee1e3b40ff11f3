import { existsSync } from 'node:fs';

import { defineConfig } from 'vitest/config';

/** Unit and domain tests; the journeys under e2e/ run with Playwright. */
export default defineConfig({
  test: {
    include: [
      'lib/**/*.test.ts',
      'app/**/*.test.{ts,tsx}',
      'components/**/*.test.{ts,tsx}',
      'scripts/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', 'e2e/**', '.next/**', 'dist/**', 'var*/**'],
    // Starts one private PostgreSQL cluster on a Unix socket; each worker makes its own databases in it.
    globalSetup: ['lib/testing/postgres-cluster.ts'].filter((path) => existsSync(path)),
    // `server-only` throws in plain Node by design: its own stand-in for React's server layer does not.
    alias: { 'server-only': new URL('./node_modules/server-only/empty.js', import.meta.url).pathname },
    pool: 'threads',
    poolOptions: { threads: { minThreads: 1, maxThreads: 2 } },
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
