import type { Command } from 'commander';

import { sendTestMail } from '../mail/send-test-mail';
import { normaliseEmail } from '../x509/subject-policy';
import { configOf, outputOf } from './context';

/** `hubgate mail test` */
export function register(program: Command): void {
  const mail = program.command('mail').description('the mails of the portal');
  mail
    .command('test')
    .description('send a test mail now, as hubgate.toml says, and tell what the mail server answered')
    .requiredOption('--to <address>', 'who gets it')
    .action(async (options: { to: string }, command: Command) => {
      const { config } = configOf(command);
      const sent = await sendTestMail(config, normaliseEmail(options.to));
      outputOf(command).result(sent, `Sent to ${sent.to} by ${sent.via}: ${sent.answer}`);
    });
}
