import { readFileSync } from 'node:fs';

import type { Config } from '../config/schema';
import { HubgateError } from '../errors';
import type { RenderedMail } from './render-mail';
import { openSendmail } from './sendmail';
import { openSmtp } from './smtp';

/** A mail with its addresses. `id` becomes the Message-ID, so that a repeated mail is known as one. */
export type OutgoingMail = RenderedMail & { id: string; to: string };

/** The way out for mails. `send` resolves once the next server has taken the mail. */
export type MailTransport = {
  /** Where mails go, for people: `smtp.example.org:587`, `/usr/sbin/sendmail`. */
  readonly description: string;
  /** @returns what the server answered. @throws {MailFailure} */
  send: (mail: OutgoingMail) => Promise<string>;
  close: () => void;
};

/**
 * Opens the transport that the configuration names; the password of SMTP is read now, from its file.
 *
 * @returns null when `mail.transport` is "none"
 * @throws {HubgateError} `config.missing-file` when a file that it names cannot be read
 */
export function openTransport(config: Pick<Config, 'mail' | 'site'>): MailTransport | null {
  const { mail, site } = config;
  const from = { address: mail.from, name: site.name, domain: new URL(site.url).hostname };
  switch (mail.transport) {
    case 'none':
      return null;
    case 'sendmail':
      return openSendmail({ path: mail.sendmailPath, from });
    case 'smtp':
      return openSmtp({
        host: mail.host,
        port: mail.port,
        security: mail.security,
        user: mail.user,
        password: mail.user === '' ? '' : readSecret(mail.passwordFile, 'mail.passwordFile'),
        ca: mail.caFile === '' ? null : readSecret(mail.caFile, 'mail.caFile'),
        from,
      });
  }
}

function readSecret(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (cause) {
    throw new HubgateError(
      'config.missing-file',
      `${key} names ${file || 'no file'}, which cannot be read.`,
      {
        field: key,
        params: { file },
        cause,
      },
    );
  }
}
