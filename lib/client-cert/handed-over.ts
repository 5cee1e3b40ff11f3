import { z } from 'zod';

import type { Ctx } from '../ctx';
import { said } from '../x509/check-result';
import { revocationOf, revokedSaid } from './revocation-of';
import type { ClientCertificateStatus } from './status';

/** What the gate's name hands to the portal's about the certificate it saw. */
export const HandedOverSchema = z.strictObject({
  subject: z.string().max(1000),
  issuer: z.string().max(1000),
  serial: z.string().regex(/^[0-9a-f]{1,64}$/),
  notBefore: z.iso.datetime(),
  notAfter: z.iso.datetime(),
  fingerprintSha256: z.string().regex(/^[0-9a-f]{64}$/),
  commonName: z.string().max(200).nullable(),
});
export type HandedOver = z.infer<typeof HandedOverSchema>;

/** The status of an identity that was handed over earlier: time and revocation are looked at anew. */
export async function identityStatus(identity: HandedOver, ctx: Ctx): Promise<ClientCertificateStatus> {
  const reasons: ClientCertificateStatus['reasons'] = [];
  if (Date.parse(identity.notAfter) < ctx.now().getTime()) {
    reasons.push({ code: 'expired', ...said('validity.ended', { until: identity.notAfter }) });
  }
  const revocation = await revocationOf(ctx, identity.serial);
  if (revocation !== null) {
    reasons.push({ code: 'revoked', ...revokedSaid(revocation, ctx.config.site.contact) });
  }
  return {
    shown: true,
    accepted: reasons.length === 0,
    reasons,
    certificate: identity,
    ...(revocation === null ? {} : { revocation }),
    via: 'hand-over',
    checks: [],
  };
}
