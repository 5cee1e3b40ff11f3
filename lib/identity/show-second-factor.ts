import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import type { UserRow } from '../db/users';
import { HubgateError } from '../errors';
import { auditRefusal } from './audit-refusal';
import { wrongTouch, type TouchPurpose } from './factor-touch';
import { checkSecondFactor, type FactorKind, type FactorProof } from './second-factors';

/**
 * Checks a second factor and uses it up. Limits on attempts are the caller's (lib/http).
 *
 * @throws {HubgateError} `auth.second-factor` for a code, `auth.passkey` for a touch
 */
export async function showSecondFactor(
  ctx: Ctx,
  input: { user: UserRow; proof: FactorProof; purpose: TouchPurpose; sessionSecret: string },
): Promise<FactorKind> {
  const { user } = input;
  const kind = await inTransaction(ctx.db, async (tx) => {
    const found = await checkSecondFactor(tx, { ...input, now: ctx.now(), site: ctx.config.site });
    if (found !== null && found === 'recovery') {
      await recordAudit(ctx, tx, {
        action: 'person.recovery-code',
        target: `person:${user.login}`,
        outcome: 'done',
        data: {},
      });
    }
    return found;
  });
  if (kind !== null) return kind;
  const refused = input.proof.kind === 'passkey' ? wrongTouch() : wrongCode();
  await auditRefusal(ctx, {
    action: 'person.second-factor',
    target: `person:${user.login}`,
    outcome: 'refused',
    code: refused.code,
  });
  throw refused;
}

export function wrongCode(): HubgateError {
  return new HubgateError('auth.second-factor', 'This code is wrong, or was used already.', {
    field: 'code',
  });
}
