import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

import { HubgateError } from '../errors';

/** Asks a person at the terminal. */
export type Terminal = {
  say: (text: string) => void;
  /** One line; an empty answer is `preset`. Asks again until `refuse` has no objection. */
  ask: (question: string, preset: string, refuse?: (answer: string) => string | null) => Promise<string>;
  /** One of the choices, by its number or its name. */
  choose: <T extends string>(question: string, choices: readonly T[], preset: T) => Promise<T>;
  confirm: (question: string, preset: boolean) => Promise<boolean>;
  /** What is typed is not shown. */
  hidden: (question: string) => Promise<string>;
  close: () => void;
};

/**
 * A terminal on stdin and stderr; stdout stays free for results. Lines that come from a pipe work too,
 * one per question; when they end before the questions do, the ceremony ends.
 *
 * @throws {HubgateError} from its questions: `ca.passphrase` when the input ended
 */
export function openTerminal(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Terminal {
  let silent = false;
  // readline echoes by itself; what it writes while a passphrase is typed goes nowhere.
  const echo = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!silent) output.write(chunk);
      done();
    },
  });
  const lines: Interface = createInterface({ input, output: echo, terminal: input.isTTY });
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  const early: string[] = [];
  let ended = false;
  lines.on('line', (line) => {
    const next = waiting.shift();
    if (next) next.resolve(line);
    else early.push(line);
  });
  lines.on('SIGINT', () => lines.close());
  lines.on('close', () => {
    ended = true;
    if (waiting.length > 0 && !silent) output.write('\n');
    for (const { reject } of waiting.splice(0)) reject(over());
  });

  function line(prompt: string, hide = false): Promise<string> {
    const ready = early.shift();
    if (ready !== undefined || ended) {
      output.write(`${prompt}\n`);
      return ready === undefined ? Promise.reject(over()) : Promise.resolve(ready);
    }
    if (hide) {
      output.write(prompt);
      silent = true;
    } else {
      // readline must know its prompt, or it wipes it when a line is edited.
      lines.setPrompt(prompt);
      lines.prompt();
    }
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  }

  const terminal: Terminal = {
    say: (text) => void output.write(`${text}\n`),
    async ask(question, preset, refuse = () => null) {
      for (;;) {
        const typed = (await line(preset === '' ? `${question}: ` : `${question} [${preset}]: `)).trim();
        const answer = typed === '' ? preset : typed;
        const objection = refuse(answer);
        if (objection === null) return answer;
        terminal.say(`  ${objection}`);
      }
    },
    async choose(question, choices, preset) {
      const list = choices.map((choice, at) => `${at + 1} ${choice}`).join(', ');
      for (;;) {
        const typed = await terminal.ask(`${question} (${list})`, preset);
        const found = choices.find((choice, at) => choice === typed || String(at + 1) === typed);
        if (found !== undefined) return found;
        terminal.say('  Type one of the numbers.');
      }
    },
    async confirm(question, preset) {
      for (;;) {
        const typed = (await line(`${question} ${preset ? '[Y/n]' : '[y/N]'}: `)).trim().toLowerCase();
        if (typed === '') return preset;
        if (['y', 'yes'].includes(typed)) return true;
        if (['n', 'no'].includes(typed)) return false;
        terminal.say('  Type y or n.');
      }
    },
    async hidden(question) {
      try {
        return await line(`${question}: `, true);
      } finally {
        if (silent) output.write('\n');
        silent = false;
      }
    },
    close: () => lines.close(),
  };
  return terminal;
}

const over = (): HubgateError =>
  new HubgateError('ca.passphrase', 'The input ended before all was answered. Nothing was changed.');
