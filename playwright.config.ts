import { defineConfig } from '@playwright/test';

/**
 * The journeys of e2e/, with real Apache, Chromium and signer. Two files at a time, as the machines that run
 * them have two cores; tests of one file follow on each other. What the system has only once is changed
 * under a lock (e2e/support/chromium.ts) or in a namespace of its own (e2e/support/printed.ts).
 */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.test.ts',
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  outputDir: 'test-results',
});
