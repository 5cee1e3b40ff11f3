import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { inTransaction } from '../db/in-transaction';
import { fromPem } from '../x509/pem';
import { findCertificate } from './find-certificate';

export type CertificateForm = 'pem' | 'der' | 'chain';

/**
 * A certificate to take away as a file; that somebody did is written down.
 *
 * @throws {HubgateError} `auth.*`, `certificate.not-found`
 */
export async function exportCertificate(
  ctx: Ctx,
  input: { serial: string; form: CertificateForm },
): Promise<{ serial: string; content: string | Uint8Array }> {
  const { form } = input;
  const { serial, pem, chain } = await findCertificate(ctx, { serial: input.serial });
  await inTransaction(ctx.db, (tx) =>
    recordAudit(ctx, tx, { action: 'certificate.export', target: serial, data: { form } }),
  );
  return {
    serial,
    content: form === 'der' ? fromPem(pem, 'CERTIFICATE') : form === 'chain' ? pem + chain : pem,
  };
}
