import type { Command } from 'commander';

import { addBackup } from './ca-backup';
import { addImport } from './ca-import';
import { registerJournal } from './ca-journal';
import { addRollOver } from './ca-rollover';
import { addRestore } from './ca-restore';
import { addRoot } from './ca-root';
import { addStatus } from './ca-status';

/** `hubgate ca …`; each group of commands in a file of its own. */
export function register(program: Command): void {
  const ca = program
    .command('ca')
    .description('the CA: state, unlocking, the root key, revocation lists, roll-over, backup, import');
  addStatus(ca);
  addRoot(ca);
  addRollOver(ca);
  addImport(ca);
  addBackup(ca);
  addRestore(ca);
  registerJournal(ca);
}
