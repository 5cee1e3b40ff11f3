import type { Config } from '../config/schema';
import type { CertificateInfo } from '../x509/certificate';
import { buildMobileconfig } from '../x509/mobileconfig';
import { toPem } from '../x509/pem';
import { certsOnly } from '../x509/pkcs7';
import type { CaFile, CaFileName } from './ca-files';

type Material = { root: CertificateInfo; signing: CertificateInfo; config: Pick<Config, 'site'> };

/** Browsers and phones offer to install what comes with these types. */
const CA_CERT = 'application/x-x509-ca-cert';
const PEM = 'application/x-pem-file';

/** Makes one of the CA's public files but for SHA256SUMS, which is made of the others. */
export function buildCaFile(
  name: Exclude<CaFileName, 'SHA256SUMS'>,
  { root, signing, config }: Material,
): CaFile {
  const text = (content: string) => new TextEncoder().encode(content);
  const pem = (certificate: CertificateInfo) => `${toPem('CERTIFICATE', certificate.der).trimEnd()}\n`;
  switch (name) {
    case 'root-ca.crt':
      return { name, type: CA_CERT, bytes: root.der };
    case 'root-ca.pem':
      return { name, type: PEM, bytes: text(pem(root)) };
    case 'signing-ca.crt':
      return { name, type: CA_CERT, bytes: signing.der };
    case 'signing-ca.pem':
      return { name, type: PEM, bytes: text(pem(signing)) };
    case 'bundle.pem':
      return { name, type: PEM, bytes: text(pem(signing) + pem(root)) };
    case 'bundle.p7b':
      return { name, type: 'application/x-pkcs7-certificates', bytes: certsOnly([signing.der, root.der]) };
    case 'hubgate.mobileconfig': {
      const profile = buildMobileconfig({
        name: config.site.name,
        host: new URL(config.site.url).hostname,
        root,
        signing,
      });
      return { name, type: 'application/x-apple-aspen-config', bytes: text(profile) };
    }
  }
}
