/**
 * Every refusal that a person can act on, as one closed list.
 *
 * A code is stable: programs match on it, the docs explain it (docs/errors.md), the catalogue
 * words it. Adding one does not compile until lib/http/status.ts gives it a status and the message
 * catalogue a sentence.
 */
export const ERROR_CODES = [
  // What a stranger sent is not a usable certificate signing request.
  'csr.malformed',
  'csr.truncated',
  'csr.trailing-data',
  'csr.several',
  'csr.certificate',
  'csr.private-key',
  'csr.too-large',
  'csr.signature',
  'csr.signature-algorithm',
  'csr.weak-key',
  'csr.compromised-key',
  'csr.key-type',
  'csr.ec-curve',
  'csr.ec-point',
  'csr.ca-key',
  'csr.text',

  // The wish itself.
  'request.common-name',
  'request.system-account',
  'request.email',
  'request.name',
  'request.note',
  'request.label',
  'request.profile',
  'request.san',
  'request.duplicate-key',
  'request.trust-required',
  'request.too-many-open',
  'request.not-found',
  'request.state',
  'request.version',
  'request.own',
  'request.already-decided-by-you',
  'request.takeover-needs-confirmation',
  'request.flagged',
  'request.account-ended',
  'request.directory-down',
  'request.reason-required',
  'request.sign-in-required',

  // Certificates.
  'certificate.not-found',
  'certificate.state',
  'certificate.outlives-issuer',
  'certificate.count',

  // Renewals.
  'renewal.subject',
  'renewal.proof',

  // Training events and their invitations.
  'event.not-found',
  'event.state',
  'event.own',
  'event.dates',
  'event.seats',
  'event.csv',
  'event.names',
  'event.hubs',
  'event.organiser',
  'invitation.unknown',
  'invitation.used',
  'invitation.early',
  'invitation.ended',
  'invitation.quota',

  // Who acts.
  'auth.required',
  'auth.credentials',
  'auth.forbidden',
  'auth.wrong-origin',
  'auth.wrong-host',
  'auth.link',
  'auth.token',
  'auth.weak-password',
  'auth.name-taken',
  'auth.code',
  'auth.no-certificate',
  'auth.second-factor',
  'auth.passkey',
  'auth.half-expired',
  'auth.confirm',
  'auth.step-up',
  'auth.certificate-alone',
  'auth.not-admitted',
  'auth.provider-down',
  'auth.provider-answer',
  'auth.last-one',

  // Passkeys, and approvals that need one.
  'passkey.invalid',
  'passkey.conflict',
  'passkey.too-many',
  'passkey.not-found',
  'passkey.not-accepted',
  'approval.passkey-required',
  'approval.touch',

  // The shape of a call.
  'http.malformed',
  'http.invalid',
  'http.too-large',
  'http.media-type',
  'http.not-found',
  'http.method',
  'http.too-many',
  'http.not-acceptable',

  // Trust proofs of the canary.
  'trust.proof',

  // The signer.
  'signer.locked',
  'signer.down',
  'signer.refused',
  'signer.passphrase',
  'signer.busy',
  'signer.clock',
  'signer.ceiling',
  'signer.order-conflict',
  'signer.approval',
  'signer.lint',
  'signer.ca-missing',
  'signer.protocol',
  'signer.former-ca',
  'signer.journal-old',
  'signer.journal-damaged',
  'signer.audit-seal',
  'signer.event-quota',

  // Starting and keeping the house.
  'config.syntax',
  'config.unknown-key',
  'config.value',
  'config.missing-file',
  'config.insecure',
  'start.port-in-use',
  'start.state-dir',
  'start.disk-full',
  'start.not-a-demo',
  'start.already-running',
  'database.newer',
  'database.unreachable',
  'database.changed-migration',
  'ca.exists',
  'ca.passphrase',
  'ca.export-unreadable',
  'ca.file',
  'ca.import',
  'ca.backup',

  // Hubs.
  'hub.not-found',
  'hub.name',
  'hub.notice-not-found',
  'hub.notice-dates',
  'hub.list',

  // Mail.
  'mail.failed',
  'mail.not-configured',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Named values that a catalogue sentence may use. Never a secret, never a key, never a whole CSR. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/**
 * A refusal that a person can act on.
 *
 * `message` is the English sentence for logs, terminals and programs: what is wrong and what to do
 * next. Pages word the code from the catalogue with `params` and fall back to `message`.
 *
 * @property code   one of the closed list
 * @property field  the input that is at fault, as the API names it (`csr`, `email`, …)
 * @property params values for the catalogue's sentence
 */
export class HubgateError extends Error {
  override readonly name = 'HubgateError';
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly params: ErrorParams;

  constructor(
    code: ErrorCode,
    message: string,
    detail: { field?: string; params?: ErrorParams; cause?: unknown } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.code = code;
    this.field = detail.field;
    this.params = detail.params ?? {};
  }
}

/** True for refusals from this or another realm of the process (Next bundles modules twice). */
export function isHubgateError(thrown: unknown): thrown is HubgateError {
  return (
    thrown instanceof HubgateError ||
    (thrown instanceof Error &&
      thrown.name === 'HubgateError' &&
      'code' in thrown &&
      (ERROR_CODES as readonly unknown[]).includes(thrown.code))
  );
}
