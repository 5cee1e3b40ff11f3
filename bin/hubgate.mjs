#!/usr/bin/env node
/** `npx hubgate …`: the command line, once `npm start` or `npm run build` has made it. */
import { existsSync } from 'node:fs';

const bundle = new URL('../dist/hubgate.mjs', import.meta.url);
if (existsSync(bundle)) {
  await import(bundle.href);
} else {
  process.stderr.write('Hubgate is not built yet: run `npm start`, or `npm ci` and `npm run build`.\n');
  process.exitCode = 1;
}
