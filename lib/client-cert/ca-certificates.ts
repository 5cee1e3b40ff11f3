import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import type { StatePaths } from '../config/state-paths';
import { HubgateError } from '../errors';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';

type Loaded = { stamp: string; certificate: CertificateInfo };

const holder = globalThis as typeof globalThis & { __hubgateCaCertificates?: Map<string, Loaded> };

/**
 * The CA's public certificates, from the portal's own copies; read anew when a file changes.
 *
 * @throws {HubgateError} `ca.file` when the copy is missing or is no certificate
 */
export function caCertificate(paths: Pick<StatePaths, 'caDir'>, which: 'root' | 'signing'): CertificateInfo {
  const file = join(paths.caDir, `${which}-ca.pem`);
  const loaded = (holder.__hubgateCaCertificates ??= new Map());
  try {
    const { mtimeMs, size, ino } = statSync(file);
    const stamp = `${mtimeMs} ${size} ${ino}`;
    const before = loaded.get(file);
    if (before?.stamp === stamp) return before.certificate;
    const certificate = parseCertificate(readFileSync(file, 'utf8'));
    loaded.set(file, { stamp, certificate });
    return certificate;
  } catch (cause) {
    throw new HubgateError(
      'ca.file',
      `The CA certificate ${file} cannot be read. Was the CA made (hubgate init)?`,
      { cause, params: { file } },
    );
  }
}
