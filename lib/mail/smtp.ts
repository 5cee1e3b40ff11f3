import { createTransport } from 'nodemailer';

import { composeMessage, type Sender } from './compose';
import { MailFailure } from './mail-failure';
import type { MailTransport } from './transport';

const TIMEOUT_MS = 20_000;

/**
 * Mail by SMTP. `starttls` insists on encryption before anything is said, `tls` begins with it,
 * `none` never encrypts (for a server on the same host); the server's certificate is always verified.
 */
export function openSmtp(options: {
  host: string;
  port: number;
  security: 'starttls' | 'tls' | 'none';
  user: string;
  password: string;
  /** PEM; null: the public CAs. */
  ca: string | null;
  from: Sender;
}): MailTransport {
  const { host, port, security, user, password, ca, from } = options;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    name: from.domain,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    ...(user === '' ? {} : { auth: { user, pass: password } }),
    tls: { minVersion: 'TLSv1.2', ...(ca === null ? {} : { ca }) },
  });
  return {
    description: `${host}:${port}`,
    async send(mail) {
      const message = composeMessage(mail, from);
      try {
        const { response } = (await transport.sendMail(message)) as { response: string };
        return response;
      } catch (thrown) {
        throw explain(thrown, `${host}:${port}`);
      }
    },
    close: () => transport.close(),
  };
}

/** What nodemailer and Node say, in words, and whether a later try can help. */
function explain(thrown: unknown, where: string): MailFailure {
  const { code, responseCode, command, message } = thrown as {
    code?: string;
    responseCode?: number;
    command?: string;
    message?: string;
  };
  const said = oneLineOf(message ?? String(thrown));
  if (code === 'EAUTH') {
    return new MailFailure('unreachable', `${where} refused user name and password: ${said}`, thrown);
  }
  if (responseCode !== undefined && command !== undefined && command !== 'CONN') {
    // RFC 5321 section 4.2.1: 5yz is final for this mail, 4yz is not.
    const permanent = responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
    return new MailFailure(permanent ? 'permanent' : 'temporary', `${where} answered: ${said}`, thrown);
  }
  const advice =
    code === 'ETLS' || /certificate|TLS|SSL/i.test(said)
      ? ' Check mail.security and mail.caFile.'
      : ' Check mail.host and mail.port.';
  return new MailFailure('unreachable', `${where} cannot be used: ${said}.${advice}`, thrown);
}

const oneLineOf = (text: string): string => text.replace(/\s+/g, ' ').replace(/\.$/, '').slice(0, 300);
