import type { Ctx } from '../ctx';
import { requirePermission } from '../identity/authorise';
import type { RevocationReason } from '../wire/records';
import type { CertificateSelect } from './revoke-body';
import { revokeSelection, type RevokeEvent } from './revoke-selection';

/**
 * An operator revokes every certificate of a selection (lib/certificates/revoke-selection.ts).
 *
 * @throws {HubgateError} `auth.*`, `certificate.count`, `signer.down`, `signer.ceiling`
 */
export async function* revokeCertificates(
  ctx: Ctx,
  input: { select: CertificateSelect; reason: RevocationReason; expectedCount: number },
): AsyncGenerator<RevokeEvent> {
  requirePermission(ctx, 'certificates.revoke');
  yield* revokeSelection(ctx, input);
}
