/**
 * `npm run drill [name …]`: what happens on the worst day, rehearsed with the real processes: they are
 * killed, the disk is full, the clock goes back, the journal is damaged or an old one. Ends with 1 when
 * something did not hold. Needs root for the small disk, and faketime.
 */
import { installMissingPrograms } from './system-packages.mjs';
import { runBundled } from './bundled.mjs';

installMissingPrograms([{ what: 'faketime', debian: 'faketime' }]);
process.exitCode = await runBundled({ folder: 'drill', wanted: process.argv.slice(2) });
