import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';

import type { LoadedConfig } from '../config/load';
import { HubgateError } from '../errors';
import { BUNDLE, writePublicCopies } from '../signer/public-copies';
import type { SignerClient } from '../signer-client/client';
import type { SignerStatus } from '../wire/status';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';

/** The copies that portal and gate go by, and what is left to do about them. */
export type Published = { caDir: string; bundle: string | null };

/**
 * Writes what the signer says of its CAs into the portal's public copies, and into the bundle beside
 * hubgate.toml that a separate front reads, where `hubgate init` has put one there.
 *
 * @throws {HubgateError} `signer.ca-missing`; `ca.file` when they cannot be written by who runs this
 */
export async function publishCa(
  { config, paths, baseDir }: LoadedConfig,
  signer: SignerClient,
  status: SignerStatus,
): Promise<Published> {
  const { signingCa, rootCa, formerCas } = status;
  if (signingCa === undefined || rootCa === undefined) {
    throw new HubgateError('signer.ca-missing', 'The signer has no CA yet. Run `hubgate init` on its host.');
  }
  const { root: rootCrl } = await signer.crls();
  const read = (der: string): CertificateInfo => parseCertificate(Buffer.from(der, 'base64'));
  const bundle = join(baseDir, BUNDLE);
  try {
    writePublicCopies(
      paths.caDir,
      {
        root: read(rootCa),
        signing: read(signingCa),
        former: formerCas.map(read),
        rootCrl: rootCrl === undefined ? null : Buffer.from(rootCrl, 'base64'),
      },
      new Date(),
    );
    // Only where the ceremony gave a separate front its own copy, out of the portal's reach.
    const separate = !config.front.embedded && existsSync(bundle);
    if (separate) copyFileSync(join(paths.caDir, BUNDLE), bundle);
    return { caDir: paths.caDir, bundle: separate ? bundle : null };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HubgateError(
      'ca.file',
      `The public copies of the CA in ${paths.caDir} cannot be written (${why}). Run this as root: hubgate ca publish`,
      { params: { file: paths.caDir }, cause },
    );
  }
}

/** What an operator has to do at the gate, for people; empty where the embedded front does it itself. */
export function gateSteps({ bundle }: Published): string[] {
  if (bundle === null) return [];
  return [
    `Apache's CA bundle ${bundle} is new. Fetch the lists and reload, now:`,
    '  systemctl start hubgate-crl.service && systemctl reload apache2   (nginx: systemctl reload nginx)',
    '  Until then the gate refuses certificates of the new CA.',
  ];
}
