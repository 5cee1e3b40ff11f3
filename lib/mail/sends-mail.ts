import type { MailKind } from '../config/mail-kinds';
import type { Config } from '../config/schema';

/** Whether this portal sends mails of a kind: mail is on, and `mail.off` does not name it. */
export function sendsMail({ mail }: Pick<Config, 'mail'>, kind: MailKind): boolean {
  return mail.transport !== 'none' && !mail.off.includes(kind);
}
