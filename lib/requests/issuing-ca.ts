import { stat } from 'node:fs/promises';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Ctx } from '../ctx';
import { HubgateError } from '../errors';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';

/** The CA certificates as the portal publishes them. */
export type IssuingCa = {
  signing: CertificateInfo;
  root: CertificateInfo;
  /** Subject key identifier of the signing CA: what an approval names. */
  keyId: string;
};

type Kept = { stamp: string; ca: IssuingCa };

const kept = new Map<string, Kept>();

/**
 * The signing CA that the next certificates come from. Read from the published files, so that
 * requests are taken and approved while the signer is locked or down; again only when they changed.
 *
 * @throws {HubgateError} `signer.ca-missing` before the ceremony
 */
export async function issuingCa(ctx: Pick<Ctx, 'paths'>): Promise<IssuingCa> {
  const folder = ctx.paths.caDir;
  const files = [join(folder, 'signing-ca.pem'), join(folder, 'root-ca.pem')];
  try {
    const stats = await Promise.all(files.map((file) => stat(file)));
    const stamp = stats.map((one) => `${one.mtimeMs}/${one.size}/${one.ino}`).join(' ');
    const known = kept.get(folder);
    if (known?.stamp === stamp) return known.ca;
    const [signing, root] = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).map((pem) =>
      parseCertificate(pem),
    );
    if (!signing?.subjectKeyId || !root) throw new RangeError('the signing CA has no subject key identifier');
    const ca = { signing, root, keyId: signing.subjectKeyId };
    kept.set(folder, { stamp, ca });
    return ca;
  } catch (cause) {
    throw new HubgateError(
      'signer.ca-missing',
      'This portal has no CA yet. Run `hubgate init` on its host, or `npm start` for an evaluation CA.',
      { cause },
    );
  }
}
