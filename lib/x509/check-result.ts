/**
 * One check and its outcome, as stored with a request, shown to approvers and sent by the API.
 * `level` says how a failure weighs: `refuse` never gets past intake, `bad` and `warn` keep a
 * request out of bulk approval, `info` is only shown.
 */
export type CheckResult = {
  code: string;
  ok: boolean;
  level: 'refuse' | 'bad' | 'warn' | 'info';
  message: string;
};
