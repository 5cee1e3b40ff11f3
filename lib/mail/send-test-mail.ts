import { randomUUID } from 'node:crypto';

import type { Config } from '../config/schema';
import { HubgateError } from '../errors';
import { siteLanguage } from '../i18n/site-language';
import { MailFailure } from './mail-failure';
import { renderMail } from './render-mail';
import { openTransport } from './transport';

/**
 * Sends a mail through the configured transport at once, past the outbox, and tells what happened.
 *
 * @throws {HubgateError} `mail.not-configured`, `mail.failed`, `config.missing-file`
 */
export async function sendTestMail(
  config: Config,
  to: string,
): Promise<{ to: string; via: string; answer: string }> {
  const transport = openTransport(config);
  if (transport === null) {
    throw new HubgateError(
      'mail.not-configured',
      'mail.transport is "none": no mail is sent. Set it to "smtp" or "sendmail" in hubgate.toml.',
      { field: 'mail.transport' },
    );
  }
  try {
    const mail = renderMail({
      template: 'test',
      locale: siteLanguage(config),
      vars: {},
      site: config.site,
    });
    const answer = await transport.send({ ...mail, id: randomUUID(), to });
    return { to, via: transport.description, answer };
  } catch (thrown) {
    if (!(thrown instanceof MailFailure)) throw thrown;
    throw new HubgateError('mail.failed', thrown.message, {
      field: 'to',
      params: { reason: thrown.message },
      cause: thrown,
    });
  } finally {
    transport.close();
  }
}
