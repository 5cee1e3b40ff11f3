import { defineConfig } from '@playwright/test';

/**
 * The journeys of e2e/, with real Apache, Chromium and signer. One worker: they share two cores, and
 * the browser policy that picks a client certificate is system-wide.
 */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.test.ts',
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  outputDir: 'test-results',
});
