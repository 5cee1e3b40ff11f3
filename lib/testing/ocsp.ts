import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { CertificateInfo } from '../x509/certificate';
import { encodeCertId, issuerHashes, type OcspHash } from '../x509/ocsp-cert-id';
import { publicKeyBits } from '../x509/key-id';

/** The CertID of a certificate under this CA, as most clients write it. */
export function certIdOf(ca: CertificateInfo, serial: string, hash: OcspHash = 'sha1'): Uint8Array {
  const hashes = issuerHashes({ subjectDer: ca.subjectDer, keyBits: publicKeyBits(ca.spki) });
  return encodeCertId(hashes, hash, serial);
}

/** What OpenSSL reads in a response, verified against its CA. */
export type ReadResponse = {
  /** `good`, `revoked`, `unknown`, by serial. */
  statuses: Record<string, string>;
  reason: string | null;
  thisUpdate: Date;
  nextUpdate: Date;
  nonce: string | null;
  text: string;
};

/**
 * Has OpenSSL verify and read a response.
 *
 * @param at when it is verified
 * @throws when it does not verify, or carries an error
 */
export function readResponse(
  response: Uint8Array,
  cas: { signing: CertificateInfo; root: CertificateInfo },
  at: Date = new Date(),
): ReadResponse {
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-ocsp-'));
  try {
    writeFileSync(join(folder, 'response.der'), response);
    writeFileSync(join(folder, 'root.pem'), cas.root.pem);
    writeFileSync(join(folder, 'signing.pem'), cas.signing.pem);
    const text = execFileSync(
      'openssl',
      [
        'ocsp',
        '-respin',
        'response.der',
        '-resp_text',
        '-CAfile',
        'root.pem',
        '-verify_other',
        'signing.pem',
        '-attime',
        String(Math.floor(at.getTime() / 1000)),
      ],
      { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const statuses = [...text.matchAll(/Serial Number: ([0-9A-F]+)\s+Cert Status: (\w+)/g)].map(
      ([, serial = '', status = '']): [string, string] => [serial.toLowerCase(), status],
    );
    const field = (name: string): string | null => new RegExp(`${name}: ?(.+)`).exec(text)?.[1] ?? null;
    return {
      statuses: Object.fromEntries(statuses),
      reason: field('Revocation Reason')?.replace(/ \(.*/, '') ?? null,
      thisUpdate: new Date(field('This Update') ?? ''),
      nextUpdate: new Date(field('Next Update') ?? ''),
      nonce: /OCSP Nonce:\s+([0-9A-F]+)/.exec(text)?.[1]?.toLowerCase() ?? null,
      text,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
