/**
 * `npm run bench [name …]`: every number of the project, each as a ratio against a native limit or a
 * peer measured in the same run. Builds first; nothing here is a test, since machines are noisy.
 */
import { runBundled } from './bundled.mjs';

process.exitCode = await runBundled({ folder: 'bench', wanted: process.argv.slice(2) });
