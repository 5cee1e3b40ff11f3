import type { SendMailOptions } from 'nodemailer';

import { MailFailure } from './mail-failure';
import { oneLine } from './render-mail';
import type { OutgoingMail } from './transport';

/** Who mails come from: `mail.from` may be `address` or `Name <address>`. */
export type Sender = { address: string; name: string; domain: string };

/**
 * The message as nodemailer takes it. Nothing of it can end a header line, and a recipient is exactly
 * one plain address: no list, no option of a program that begins with a hyphen.
 *
 * @throws {MailFailure} permanent, when the recipient is not one address
 */
export function composeMessage(mail: OutgoingMail, from: Sender): SendMailOptions {
  if (
    !/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.][A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]*@[A-Za-z0-9][A-Za-z0-9.-]*$/.test(
      mail.to,
    )
  ) {
    throw new MailFailure('permanent', 'The recipient is not one plain e-mail address.');
  }
  const named = /^(?<name>[^<>]*)<(?<address>[^<>]+)>$/.exec(from.address.trim())?.groups;
  return {
    from: {
      name: oneLine(named?.['name'] ?? from.name).replace(/^"|"$/g, ''),
      address: oneLine(named?.['address'] ?? from.address),
    },
    to: { name: '', address: mail.to },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    // As a file of its own, not as an alternative of the text: no program answers it as an invitation.
    ...(mail.calendar === null
      ? {}
      : {
          attachments: [
            {
              filename: mail.calendar.name,
              content: mail.calendar.content,
              contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
            },
          ],
        }),
    messageId: `<${mail.id.replace(/[^A-Za-z0-9.-]/g, '')}@${from.domain}>`,
    headers: {
      // RFC 3834 section 5: no holiday notices in answer.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
    // Text and HTML are given as such: nothing is ever fetched or read from a file.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
