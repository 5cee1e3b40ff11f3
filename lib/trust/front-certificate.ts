import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Config } from '../config/schema';
import type { StatePaths } from '../config/state-paths';
import { parseCertificate, type CertificateInfo } from '../x509/certificate';

const DAY_MS = 86_400_000;
/** From when on somebody should renew the site's own server certificate. */
export const FRONT_CERTIFICATE_WARN_DAYS = 30;

/** The server certificate of this site itself, as the ceremony or `hubgate server-cert` wrote it. */
export type FrontCertificate = {
  /** Where it lies, leaf first. */
  certFile: string;
  keyFile: string;
  certificate: CertificateInfo;
  /** Whole days until it ends; negative once it has. */
  daysLeft: number;
};

/**
 * Where the front's certificate and key are: in the state directory for the embedded front, beside
 * hubgate.toml for an Apache that root set up.
 */
export function frontCertificateFolders(
  config: Pick<Config, 'front'>,
  paths: Pick<StatePaths, 'serverDir' | 'baseDir'>,
): string[] {
  return config.front.embedded ? [paths.serverDir] : [paths.baseDir, paths.serverDir];
}

/** Reads it; null where there is none that we wrote, such as a publicly trusted one of Apache's. */
export function frontCertificate(
  config: Pick<Config, 'front'>,
  paths: Pick<StatePaths, 'serverDir' | 'baseDir'>,
  now: Date,
): FrontCertificate | null {
  for (const folder of frontCertificateFolders(config, paths)) {
    const certFile = join(folder, 'server.pem');
    try {
      const certificate = parseCertificate(readFileSync(certFile, 'utf8'));
      const daysLeft = Math.floor((certificate.notAfter.getTime() - now.getTime()) / DAY_MS);
      return { certFile, keyFile: join(folder, 'server.key'), certificate, daysLeft };
    } catch {
      // Not here, or not ours to read: then it is somewhere else, or somebody else's.
    }
  }
  return null;
}
