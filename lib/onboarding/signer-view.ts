import type { Ctx } from '../ctx';
import type { SignerStatus } from '../wire/status';

/** The signer as a page shows it: its own status, or `down` when it does not answer. */
export type SignerView =
  { state: 'unlocked' | 'locked'; status: SignerStatus } | { state: 'down'; status: null };

/**
 * Asks the signer how it is. A signer that is down is a state to show, not an error: approving and
 * revoking at the gate go on without it.
 */
export async function viewSigner(ctx: Pick<Ctx, 'signer'>): Promise<SignerView> {
  try {
    const status = await ctx.signer.status();
    return { state: status.state, status };
  } catch {
    return { state: 'down', status: null };
  }
}
