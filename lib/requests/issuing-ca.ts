import { caCertificates, type CaCertificates } from '../client-cert/ca-certificates';
import type { Ctx } from '../ctx';
import { HubgateError, isHubgateError } from '../errors';
import { caKeyId } from '../x509/key-id';

/** The CA certificates as the portal publishes them. */
export type IssuingCa = CaCertificates & {
  /** Key identifier of the signing CA: what an approval names. */
  readonly keyId: string;
};

/**
 * The signing CA that the next certificates come from, with those of before. Read from the published
 * files, so that requests are taken and approved while the signer is locked or down; again only when
 * they changed.
 *
 * @throws {HubgateError} `signer.ca-missing` before the ceremony
 */
export async function issuingCa(ctx: Pick<Ctx, 'paths'>): Promise<IssuingCa> {
  try {
    const cas = caCertificates(ctx.paths);
    return { ...cas, keyId: caKeyId(cas.signing) };
  } catch (cause) {
    if (!isHubgateError(cause)) throw cause;
    throw new HubgateError(
      'signer.ca-missing',
      'This portal has no CA yet. Run `hubgate init` on its host, or `npm start` for an evaluation CA.',
      { cause },
    );
  }
}
