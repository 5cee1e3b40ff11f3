import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('.', import.meta.url));

/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  outputFileTracingRoot: root,
  // No image is ever resized here: without sharp the standalone build is 18 MB smaller.
  images: { unoptimized: true },
  outputFileTracingExcludes: {
    'next-server': [
      '**/node_modules/sharp/**',
      '**/node_modules/@img/**',
      '**/node_modules/typescript/**',
      '**/node_modules/esbuild/**',
      '**/node_modules/@esbuild/**',
      './var/**',
      './var-demo/**',
      './.e2e/**',
      './test-results/**',
    ],
  },
  turbopack: { root },
  serverExternalPackages: ['better-sqlite3', '@node-rs/argon2'],
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm test` checks the types; a first start should not wait for it again.
  typescript: { ignoreBuildErrors: true },
  experimental: {
    // forbidden(): 403 for who is signed in without the role (lib/http/page.ts).
    authInterrupts: true,
    // Read when first asked for, not all at the start: some 70 MB less for a portal that is idle.
    preloadEntriesOnStart: false,
    // The largest form has a list of participants in it: 128 KiB (lib/events/read-csv.ts).
    serverActions: { bodySizeLimit: '192kb' },
    // What proxy.ts makes Next hold in memory of a body; routes have their own, smaller limits.
    proxyClientMaxBodySize: '256kb',
  },
};
