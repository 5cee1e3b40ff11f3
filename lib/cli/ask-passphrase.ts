import { resolve } from 'node:path';

import { readPassphraseFile, requireStrong, weakness } from './passphrase';
import { openTerminal, type Terminal } from './terminal';

/** A new passphrase, typed twice; asks again until it is strong and the same both times. */
export async function askNewPassphrase(terminal: Terminal, question: string): Promise<string> {
  for (;;) {
    const first = await terminal.hidden(question);
    const why = weakness(first);
    if (why !== null) {
      terminal.say(`  Too weak: ${why}.`);
      continue;
    }
    if ((await terminal.hidden('  the same again')) === first) return first;
    terminal.say('  These were two different ones.');
  }
}

/** Where passphrases come from: files, or a person; one terminal for all questions of a command. */
export type Passphrases = {
  /** One that is there already. */
  known: (file: string | undefined, question: string) => Promise<string>;
  /** One that is chosen now: strong. */
  fresh: (file: string | undefined, question: string, which: string) => Promise<string>;
  /** Opens the terminal at the first question. */
  terminal: () => Terminal;
  close: () => void;
};

export function openPassphrases(): Passphrases {
  let opened: Terminal | null = null;
  const terminal = (): Terminal => (opened ??= openTerminal(process.stdin, process.stderr));
  return {
    terminal,
    known: async (file, question) =>
      file === undefined ? terminal().hidden(question) : readPassphraseFile(resolve(file)),
    async fresh(file, question, which) {
      if (file === undefined) return askNewPassphrase(terminal(), question);
      const passphrase = readPassphraseFile(resolve(file));
      requireStrong(passphrase, which);
      return passphrase;
    },
    close: () => opened?.close(),
  };
}
