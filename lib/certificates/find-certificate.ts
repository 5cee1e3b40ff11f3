import { chainOf, issuerOf } from '../client-cert/ca-certificates';
import type { Ctx } from '../ctx';
import { findCertificateRow } from '../db/certificates';
import { HubgateError } from '../errors';
import { requirePermission } from '../identity/authorise';
import { issuingCa } from '../requests/issuing-ca';
import type { CertificateView } from '../requests/views';
import { toPem } from '../x509/pem';
import { certificateView } from './certificate-view';

/**
 * One certificate by its serial, lower-case hex.
 *
 * @throws {HubgateError} `auth.*`, `certificate.not-found`
 */
export async function findCertificate(
  ctx: Ctx,
  input: { serial: string },
): Promise<CertificateView & { pem: string; chain: string }> {
  requirePermission(ctx, 'certificates.read');
  const row = await findCertificateRow(ctx.db, input.serial);
  if (row === null) throw certificateNotFound();
  const ca = await issuingCa(ctx);
  const issuer = issuerOf(ca, row);
  return {
    ...certificateView(row, { issuer: issuer.subject, now: ctx.now() }),
    // Of one that was taken over only its line may be left.
    pem: row.der.length === 0 ? '' : toPem('CERTIFICATE', row.der),
    chain: chainOf(ca, issuer),
  };
}

export function certificateNotFound(): HubgateError {
  return new HubgateError('certificate.not-found', 'This CA has issued no certificate with this serial.', {
    field: 'serial',
  });
}
