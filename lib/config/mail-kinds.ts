/** Every kind of mail that the portal sends by itself, as it stands in the outbox; `mail.off` names them. */
export const MAIL_KINDS = [
  'request-waiting',
  'request-received',
  'certificate-issued',
  'request-rejected',
  'question',
  'account-taken-over',
  'certificate-revoked',
  'certificate-ending',
  'hold-ended',
  'lost-link',
  'ca-alarm',
  'event-invitation',
  'event-waiting',
  'event-decided',
  'waiting-digest',
] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
