import { Option, type Command } from 'commander';

import { approveRequest } from '../requests/approve-request';
import { listRequests } from '../requests/list-requests';
import { rejectRequest } from '../requests/reject-request';
import { readRequestId } from '../requests/request-id';
import { REQUEST_STATES, type RequestState } from '../requests/states';
import { viewRequest } from '../requests/view-request';
import type { ApproverView } from '../requests/views';
import { HubgateError } from '../errors';
import { withCtx } from './context';
import { wholeNumber } from './numbers';
import { safe, table } from './table';

/** `hubgate requests list|show|approve|reject` */
export function register(program: Command): void {
  const requests = program.command('requests').description('wishes for certificates');
  requests
    .command('list')
    .description('the queue, oldest first')
    .addOption(new Option('--state <state>').choices(REQUEST_STATES))
    .option('--q <text>', 'beginning of an account, e-mail address, id or key hash')
    .option('--cursor <cursor>', 'where the last page ended')
    .addOption(new Option('--limit <n>', 'at most 200').argParser(wholeNumber(1, 200)).default(50))
    .action(
      (options: { state?: RequestState; q?: string; cursor?: string; limit: number }, command: Command) =>
        withCtx(command, async (ctx, out) => {
          const page = await listRequests(ctx, { ...options, sort: 'oldest' });
          const rows = page.items.map((one) => [
            one.id,
            one.state,
            one.commonName,
            one.email ?? '–',
            one.finding,
            one.createdAt.slice(0, 16).replace('T', ' '),
          ]);
          const more = page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`;
          out.result(page, table(['id', 'state', 'account', 'e-mail', 'checks', 'since'], rows) + more);
        }),
    );
  requests
    .command('show <id>')
    .description('one request with all its checks')
    .action((id: string, _options: object, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const view = await viewRequest(ctx, { id: idOf(id) });
        out.result(view, requestText(view));
      }),
    );
  requests
    .command('approve <id>')
    .description('approve what would be issued now')
    .option('--comment <text>')
    .option('--vouch-email', "the address is the requester's: put it into the certificate")
    .option('--confirm-takeover', 'the account name may pass to somebody else')
    .action(
      (
        id: string,
        options: { comment?: string; vouchEmail?: true; confirmTakeover?: true },
        command: Command,
      ) =>
        withCtx(command, async (ctx, out) => {
          const decision = await approveRequest(ctx, { id: idOf(id), ...options });
          out.result(decision, `${decision.id} is ${decision.state}.`);
        }),
    );
  requests
    .command('reject <id>')
    .description('reject, with a reason that the requester reads')
    .requiredOption('--reason <text>')
    .action((id: string, options: { reason: string }, command: Command) =>
      withCtx(command, async (ctx, out) => {
        const decision = await rejectRequest(ctx, { id: idOf(id), reason: options.reason });
        out.result(decision, `${decision.id} is ${decision.state}.`);
      }),
    );
}

/** @throws {HubgateError} `request.not-found` for what cannot be an id */
function idOf(text: string): string {
  const id = readRequestId(text);
  if (id === null) {
    throw new HubgateError(
      'request.not-found',
      `"${text}" is not a request's id. Ids look like R-7K3F9Q2M.`,
      {
        field: 'id',
      },
    );
  }
  return id;
}

/** A request for the terminal: who, what will be issued, what speaks against it. */
export function requestText(view: ApproverView): string {
  const mark = (ok: boolean, level: string): string =>
    ok ? ' ok ' : level === 'info' ? 'note' : level.padEnd(4);
  return [
    `${view.id}  ${view.state}  (${view.approvals.length} of ${view.approvalsNeeded} approvals)`,
    `account   ${safe(view.commonName)}`,
    `e-mail    ${view.email === null ? '–' : `${safe(view.email)} (${view.emailState})`}`,
    ...(view.name === null ? [] : [`name      ${safe(view.name)}`]),
    ...(view.note === null ? [] : [`note      ${safe(view.note.replaceAll('\n', ' / '))}`]),
    ...(view.label === null ? [] : [`device    ${safe(view.label)}`]),
    `key       ${view.keyLabel}  ${view.spkiSha256}`,
    `subject   ${safe(view.subject)}`,
    `life      ${view.lifetimeDays} days`,
    ...view.checks
      .filter((check) => !check.ok)
      .map((check) => `${mark(check.ok, check.level)}      ${safe(check.message)}`),
    ...view.related.map((one) => `related   ${one.id} ${one.state} ${safe(one.commonName)} (${one.because})`),
  ].join('\n');
}
