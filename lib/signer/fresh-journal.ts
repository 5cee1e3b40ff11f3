import { renameSync, rmSync } from 'node:fs';

import type { SignerFiles } from './ca-files';
import { openJournal, type Journal } from './journal';

/**
 * The journal of a CA that is being made. One that a ceremony left which did not come to its end
 * names a CA that never was: it is put aside, and a new one begun. Only where there is no CA yet.
 *
 * @throws {HubgateError} as openJournal
 */
export function openFreshJournal(files: SignerFiles, now: Date): Journal {
  const journal = openJournal(files.journal);
  if (journal.cas().length === 0) return journal;
  journal.close();
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  renameSync(files.journal, `${files.journal}.interrupted-${stamp}`);
  for (const end of ['-wal', '-shm']) rmSync(files.journal + end, { force: true });
  return openJournal(files.journal);
}
