import type { Holder } from '../client-cert/holder';
import type { Ctx } from '../ctx';
import { findRenewable } from '../db/renewals';
import { HubgateError } from '../errors';
import { verifyRenewalProof } from '../wire/renewal-proof';
import { parseCertificate } from '../x509/certificate';
import { parseCsr } from '../x509/csr';
import { readCsrInput } from '../x509/csr-input';
import { renewable } from './renewable';

/**
 * Knows a holder by the old key's signature over the new CSR, without a TLS client certificate: what
 * a server has, whose certificate no gate takes as a client's.
 *
 * @param input.csr       the new CSR, as it was sent
 * @param input.signature base64, over lib/wire/renewal-proof.ts's message
 * @throws {HubgateError} `renewal.proof`, the same whether the serial is unknown or the signature is
 *   wrong; `certificate.state`, any `csr.*`
 */
export async function proveHolder(
  ctx: Ctx,
  input: { serial: string; csr: Uint8Array; signature: string; addressKey: string },
): Promise<Holder> {
  const { serial, signature, addressKey } = input;
  const { sha256 } = parseCsr(readCsrInput(input.csr));
  const row = await findRenewable(ctx.db, serial);
  if (row === null || !isProof(row.der, { serial, signature, csrSha256: sha256 })) throw wrongProof();
  await renewable(ctx.db, serial, ctx.now());
  return { kind: 'holder', serial, commonName: row.commonName, addressKey };
}

/** Did the key of this certificate (DER) sign this renewal? */
export function isProof(
  der: Uint8Array,
  proof: { serial: string; signature: string; csrSha256: string },
): boolean {
  const { serial, signature, csrSha256 } = proof;
  const { spki } = parseCertificate(der);
  return verifyRenewalProof({ spki, csrSha256, evidence: { serial, signature } });
}

export function wrongProof(): HubgateError {
  return new HubgateError(
    'renewal.proof',
    'The proof is not a signature by the old key over this CSR and this serial. Sign the three lines ' +
      '"hubgate-renewal-v1", the SHA-256 of the CSR as DER, and the serial, each with a line feed.',
    { field: 'proof' },
  );
}
