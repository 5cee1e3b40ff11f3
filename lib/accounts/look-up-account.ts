import type { Ctx } from '../ctx';
import { NOT_ASKED, type Account, type Wanted } from './account';
import { askGetent } from './ask-getent';
import { askLdap } from './ask-ldap';

/** Names and subjects longer than this are nobody's. */
const VALUE_MAX = 320;

/**
 * Asks the centre's directory, where `accounts.source` names one. Never throws for a directory that
 * does not answer: that is `unreachable`, and nothing else waits for it. Nothing of this belongs in a
 * transaction: it may take seconds.
 */
export async function lookUpAccount(
  ctx: Pick<Ctx, 'config' | 'paths' | 'now'>,
  wanted: Wanted,
): Promise<Account> {
  const { source } = ctx.config.accounts;
  if (source === 'none' || !isPlausible(ctx, wanted)) return NOT_ASKED;
  if (source === 'ldap') return askLdap(wanted, ctx);
  return wanted.by === 'account' ? askGetent(wanted.value, ctx.config.accounts) : NOT_ASKED;
}

/** What is asked for comes from strangers: an account must look like one. */
function isPlausible(ctx: Pick<Ctx, 'config'>, { by, value }: Wanted): boolean {
  if (value === '' || value.length > VALUE_MAX) return false;
  return by !== 'account' || new RegExp(`^(?:${ctx.config.pki.accountPattern})$`, 'u').test(value);
}
