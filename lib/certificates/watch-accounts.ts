import { lookUpAccount } from '../accounts/look-up-account';
import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import {
  askedSince,
  certifiedAccounts,
  findAccountStatus,
  storeAccountStatus,
  type AccountStatusRow,
} from '../db/account-status';
import { inTransaction } from '../db/in-transaction';

const DAY_MS = 86_400_000;
/** Accounts of one turn: a directory has other things to do, too. */
const TURN = 100;

/**
 * Asks the directory once a day about every account that was ever certified, so that operators see
 * whose certificates are good although the account has ended. One turn looks at some accounts behind
 * `after`; while the directory is silent it ends early.
 *
 * @returns where the next turn begins; empty: from the beginning
 */
export async function watchAccounts(ctx: Ctx, after: string): Promise<string> {
  if (ctx.config.accounts.source === 'none') return '';
  const accounts = await certifiedAccounts(ctx.db, after, TURN);
  const fresh = await askedSince(ctx.db, accounts, new Date(ctx.now().getTime() - DAY_MS));
  let done = after;
  for (const account of accounts) {
    if (!fresh.has(account) && !(await askAbout(ctx, account))) return done;
    done = account;
  }
  return accounts.length < TURN ? '' : done;
}

/** @returns false when the directory did not answer */
async function askAbout(ctx: Ctx, account: string): Promise<boolean> {
  const { state, name } = await lookUpAccount(ctx, { by: 'account', value: account });
  if (state === 'unreachable') return false;
  const before = await findAccountStatus(ctx.db, account);
  const row = { account, state, name, askedAt: ctx.now() };
  if (before?.state === state) await storeAccountStatus(ctx.db, row);
  else await storeChange(ctx, row, before?.state ?? null);
  return true;
}

async function storeChange(ctx: Ctx, row: AccountStatusRow, before: string | null): Promise<void> {
  await inTransaction(ctx.db, async (tx) => {
    await storeAccountStatus(tx, row);
    // That an account exists is no news; that it ended, or came back, is.
    if (before === null && row.state === 'exists') return;
    await recordAudit(ctx, tx, {
      action: 'account.state',
      target: row.account,
      data: { before: before ?? '', after: row.state },
    });
  });
}
