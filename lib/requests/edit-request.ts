import { lookUpAccount } from '../accounts/look-up-account';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { checkAccountName } from '../x509/subject-policy';
import { accountFacts, accountProof } from './account-facts';
import { requireNotOwn } from './own-request';
import { requestChecks } from './request-checks';
import { storedChecks } from './request-item';
import type { RequestState } from './states';
import { loadRequest, requireVersion, transition } from './transition';

/**
 * Corrects the account name: the CSR only proposes it. Approvals given so far are void, since they
 * were for another name.
 *
 * @throws {HubgateError} `auth.*`, `request.not-found`, `request.own`, `request.version`,
 *   `request.state`, `request.common-name`, `request.system-account`, `request.profile` for a server's
 */
export async function editRequest(
  ctx: Ctx,
  input: { id: string; version: number; commonName: string },
): Promise<{ id: string; state: RequestState; version: number }> {
  requirePermission(ctx, 'requests.decide');
  const commonName = checkAccountName(input.commonName, ctx.config.pki.accountPattern);
  const account = await lookUpAccount(ctx, { by: 'account', value: commonName });
  return inTransaction(ctx.db, async (tx) => {
    const row = await loadRequest(tx, input.id);
    await requireNotOwn(ctx, tx, row);
    requireVersion(row, input.version);
    if (row.profile !== 'user') {
      throw new HubgateError(
        'request.profile',
        'The name of a server is its first host name; it is not edited.',
      );
    }
    const same = commonName === row.commonName;
    const renewsSerial = same ? row.renewsSerial : null;
    const facts = accountFacts(account, ctx.now());
    // Who signed in with one account has shown nothing of another.
    const signedIn = same && row.accountProof === 'sign-in';
    const ofAccount = { ...facts, accountProof: accountProof({ ...row, ...facts }, signedIn) };
    const changed = { ...row, ...ofAccount, commonName, renewsSerial };
    const { checks, finding } = await requestChecks(tx, ctx.config, changed, storedChecks(row));
    const state = await transition(ctx, tx, {
      row,
      action: 'edit',
      newVersion: true,
      change: {
        commonName,
        ...ofAccount,
        checks: JSON.stringify(checks),
        finding,
        // Another name is another certificate: it renews none.
        ...(renewsSerial === null ? { renewsSerial, renewalProof: null } : {}),
        decidedBy: null,
        decidedAt: null,
        signAfter: null,
      },
      data: { before: row.commonName, after: commonName },
    });
    return { id: row.id, state, version: row.version + 1 };
  });
}
