import { lookUpAccount } from '../accounts/look-up-account';
import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { changeRequest, findRequest, requestsToAskAbout, type RequestRow } from '../db/requests';
import { accountProof, laterFacts, type AccountFacts } from './account-facts';
import { requestChecks } from './request-checks';
import { storedChecks } from './request-item';
import { stateOf } from './transition';

/** What the directory said is believed for so long; then, or if it was silent, it is asked again. */
const FRESH_MS = 10 * 60_000;
/** Requests of one turn: a directory has other things to do, too. */
const TURN = 50;

type Asking = Pick<Ctx, 'config' | 'paths' | 'now'>;

/**
 * Asks the directory about a request's account, when what is known of it is old. Not in a transaction:
 * it may take seconds.
 *
 * @returns what is known now; null when nothing has to change
 */
export async function askAgain(ctx: Asking, row: RequestRow): Promise<AccountFacts | null> {
  if (ctx.config.accounts.source === 'none' || row.profile !== 'user') return null;
  const now = ctx.now();
  const old = row.accountAskedAt === null || now.getTime() - row.accountAskedAt.getTime() > FRESH_MS;
  if (!old && row.accountState !== 'unreachable') return null;
  return laterFacts(row, await lookUpAccount(ctx, { by: 'account', value: row.commonName }), now);
}

/**
 * The same ahead of a decision about this request. Without a directory, nothing is read.
 *
 * @returns what is known now, and of which account; null when nothing has to change
 */
export async function askBeforeDecision(
  ctx: Asking & Pick<Ctx, 'db'>,
  id: string,
): Promise<{ commonName: string; facts: AccountFacts } | null> {
  if (ctx.config.accounts.source === 'none') return null;
  const row = await findRequest(ctx.db, id);
  const facts = row?.state === 'SUBMITTED' ? await askAgain(ctx, row) : null;
  return row === null || facts === null ? null : { commonName: row.commonName, facts };
}

/** Writes down what the directory said, with the checks that follow from it. @returns the row as it now is */
export async function storeFacts(
  ctx: Ctx,
  tx: Tx,
  row: RequestRow,
  facts: AccountFacts,
): Promise<RequestRow> {
  const told = { ...row, ...facts };
  const changed = { ...told, accountProof: accountProof(told, row.accountProof === 'sign-in') };
  const { checks, finding } = await requestChecks(tx, ctx.config, changed, storedChecks(row));
  const change = { ...facts, accountProof: changed.accountProof, checks: JSON.stringify(checks), finding };
  await changeRequest(tx, { id: row.id, from: stateOf(row), change });
  if (facts.accountState !== row.accountState) {
    await recordAudit(ctx, tx, {
      action: 'request.account',
      target: row.id,
      data: { account: row.commonName, before: row.accountState, after: facts.accountState },
    });
  }
  return { ...row, ...change };
}

/**
 * Asks about waiting requests of which nothing is known, or nothing new. Ends early while the directory
 * is silent.
 *
 * @returns how many were asked about
 */
export async function refreshAccounts(ctx: Ctx): Promise<number> {
  if (ctx.config.accounts.source === 'none') return 0;
  const before = new Date(ctx.now().getTime() - FRESH_MS);
  let asked = 0;
  for (const id of await requestsToAskAbout(ctx.db, { before, limit: TURN })) {
    const row = await findRequest(ctx.db, id);
    if (row === null) continue;
    const facts = await askAgain(ctx, row);
    if (facts === null) continue;
    asked += 1;
    await inTransaction(ctx.db, async (tx) => {
      const now = await findRequest(tx, id);
      // Decided or renamed meanwhile: that was another question.
      if (now?.state !== 'SUBMITTED' || now.commonName !== row.commonName) return;
      await storeFacts(ctx, tx, now, facts);
    });
    if (facts.accountState === 'unreachable') break;
  }
  return asked;
}
