import { HubgateError } from '../errors';
import type { RequesterView } from '../requests/views';
import { certsOnly } from '../x509/pkcs7';
import { fromPem, fromPemAll } from '../x509/pem';

/** What a requester may download, by name. */
export const CERTIFICATE_FILES = [
  'certificate.pem',
  'certificate.crt',
  'certificate.p7b',
  'chain.pem',
  'fullchain.pem',
] as const;
export type CertificateFileName = (typeof CERTIFICATE_FILES)[number];

/**
 * The issued certificate of a request in one of its forms: PEM, DER (`.crt`), PKCS#7 with its
 * chain (`.p7b`), the chain alone, or both.
 *
 * @throws {HubgateError} `certificate.not-found` while there is none
 */
export function certificateFile(
  view: Pick<RequesterView, 'id' | 'certificate'>,
  name: CertificateFileName,
): { name: string; type: string; bytes: Uint8Array } {
  const { certificate } = view;
  if (certificate === null) {
    throw new HubgateError('certificate.not-found', `The request ${view.id} has no certificate yet.`);
  }
  const text = (pem: string) => new TextEncoder().encode(pem.endsWith('\n') ? pem : `${pem}\n`);
  const stem = certificate.commonName.replace(/[^A-Za-z0-9._-]/g, '_');
  switch (name) {
    case 'certificate.pem':
      return { name: `${stem}.pem`, type: 'application/x-pem-file', bytes: text(certificate.pem) };
    case 'certificate.crt':
      return {
        name: `${stem}.crt`,
        type: 'application/pkix-cert',
        bytes: fromPem(certificate.pem, 'CERTIFICATE'),
      };
    case 'certificate.p7b': {
      const ders = [fromPem(certificate.pem, 'CERTIFICATE'), ...fromPemAll(certificate.chain, 'CERTIFICATE')];
      return { name: `${stem}.p7b`, type: 'application/x-pkcs7-certificates', bytes: certsOnly(ders) };
    }
    case 'chain.pem':
      return { name: `${stem}-chain.pem`, type: 'application/x-pem-file', bytes: text(certificate.chain) };
    case 'fullchain.pem': {
      const both = `${certificate.pem.trimEnd()}\n${certificate.chain}`;
      return { name: `${stem}-fullchain.pem`, type: 'application/x-pem-file', bytes: text(both) };
    }
  }
}
