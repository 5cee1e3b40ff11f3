/**
 * A mail that was not taken. `permanent`: this mail will never be taken (the address is refused);
 * `unreachable`: the transport itself does not work, so other mails would fare alike.
 */
export class MailFailure extends Error {
  override readonly name = 'MailFailure';
  readonly kind: 'permanent' | 'temporary' | 'unreachable';

  constructor(kind: MailFailure['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
