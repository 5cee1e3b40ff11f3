import { spawn } from 'node:child_process';

import { createTransport } from 'nodemailer';

import { composeMessage, type Sender } from './compose';
import { MailFailure } from './mail-failure';
import type { MailTransport } from './transport';

const TIMEOUT_MS = 60_000;
const EX_NOUSER = 67; // sysexits.h: the address will not become right by waiting
const EX_TEMPFAIL = 75;

/** Mail by the program that every Unix mail system brings; no shell stands between. */
export function openSendmail(options: { path: string; from: Sender }): MailTransport {
  const { path, from } = options;
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    description: path,
    async send(mail) {
      const { message, envelope } = (await composer.sendMail(composeMessage(mail, from))) as unknown as {
        message: Buffer;
        envelope: { from: string; to: string[] };
      };
      // -i: a line with one dot does not end the mail. `--`: what follows is no option.
      await run(path, ['-i', '-f', envelope.from, '--', ...envelope.to], message);
      return `taken by ${path}`;
    },
    close: () => composer.close(),
  };
}

function run(path: string, args: readonly string[], input: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['pipe', 'ignore', 'pipe'], timeout: TIMEOUT_MS });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 300) said += chunk.toString('utf8').replace(/\s+/g, ' ');
    });
    child.on('error', (cause) => {
      reject(
        new MailFailure(
          'unreachable',
          `${path} cannot be run (${cause.message}). Check mail.sendmailPath.`,
          cause,
        ),
      );
    });
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      const how = signal === null ? `ended with ${code}` : `was stopped by ${signal}`;
      const kind = code === EX_NOUSER ? 'permanent' : code === EX_TEMPFAIL ? 'temporary' : 'unreachable';
      reject(new MailFailure(kind, `${path} ${how}${said === '' ? '' : `: ${said.trim()}`}`));
    });
    child.stdin.on('error', () => undefined); // it ended before it read all: `close` says why
    child.stdin.end(input);
  });
}
