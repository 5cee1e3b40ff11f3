import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { changeRequest, findRequest, type RequestChange, type RequestRow } from '../db/requests';
import { HubgateError } from '../errors';
import { REQUEST_TRANSITIONS, type RequestAction, type RequestState } from './states';

/** @throws {HubgateError} `request.not-found` */
export async function loadRequest(db: Parameters<typeof findRequest>[0], id: string): Promise<RequestRow> {
  const row = await findRequest(db, id);
  if (row === null) throw notFound();
  return row;
}

export function notFound(): HubgateError {
  return new HubgateError('request.not-found', 'There is no such request, or the secret does not open it.', {
    field: 'id',
  });
}

/** The state as the closed list; a word that is not in it is a damaged database. */
export function stateOf(row: { state: string }): RequestState {
  if (!(row.state in REQUEST_TRANSITIONS)) throw new TypeError(`unknown request state ${row.state}`);
  return row.state as RequestState;
}

/** Where an action leads from a state. @throws {HubgateError} `request.state` when the table forbids it */
export function nextState(from: RequestState, action: RequestAction): RequestState {
  const to = REQUEST_TRANSITIONS[from][action];
  if (to === undefined) {
    throw new HubgateError(
      'request.state',
      `This request is ${from}: "${action}" is not possible any more. Load it again to see what happened.`,
      { params: { state: from, action } },
    );
  }
  return to;
}

/**
 * The one way a single request changes its state: looks the move up in the table, changes the row if
 * it is still as it was read, and writes the audit event, all in the caller's transaction. Batches of
 * signing do the same in bulk (store-outcomes.ts).
 *
 * @param input.to      only for `approve`, which may leave the state as it is
 * @param input.newVersion true when the content changed or approvals are voided
 * @throws {HubgateError} `request.state` when the table or somebody faster forbids it
 */
export async function transition(
  ctx: Ctx,
  tx: Tx,
  input: {
    row: RequestRow;
    action: RequestAction;
    to?: RequestState;
    change?: RequestChange;
    newVersion?: boolean;
    data?: Readonly<Record<string, unknown>>;
  },
): Promise<RequestState> {
  const { row, action } = input;
  const from = stateOf(row);
  const to = input.to ?? nextState(from, action);
  const moved = await changeRequest(tx, {
    id: row.id,
    from,
    change: {
      ...input.change,
      state: to,
      updatedAt: ctx.now(),
      ...(input.newVersion === true ? { version: row.version + 1 } : {}),
    },
  });
  if (!moved) nextState(stateOf(await loadRequest(tx, row.id)), action);
  await recordAudit(ctx, tx, {
    action: `request.${action}`,
    target: row.id,
    data: { from, to, version: row.version, ...input.data },
  });
  return to;
}

/** @throws {HubgateError} `request.version` when the decision was made on another version */
export function requireVersion(row: RequestRow, version: number | undefined): void {
  if (version === undefined || version === row.version) return;
  throw new HubgateError(
    'request.version',
    'This request changed while you were looking at it. Read it again, then decide.',
    { params: { seen: version, version: row.version } },
  );
}
