import { issuersOf, signingCasInOrder, type CaCertificates } from '../client-cert/ca-certificates';
import type { Config } from '../config/schema';
import type { CertificateInfo } from '../x509/certificate';
import { sameBytes } from '../x509/der';
import { buildMobileconfig } from '../x509/mobileconfig';
import { toPem } from '../x509/pem';
import { certsOnly } from '../x509/pkcs7';
import type { CaFile } from './ca-files';

/** `all`: every signing CA there was, by which files are named; `cas`: those that go into bundles. */
type Material = { all: CaCertificates; cas: CaCertificates; config: Pick<Config, 'site'> };

/** Browsers and phones offer to install what comes with these types. */
const CA_CERT = 'application/x-x509-ca-cert';
const PEM = 'application/x-pem-file';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const pem = (certificate: CertificateInfo): string => `${toPem('CERTIFICATE', certificate.der).trimEnd()}\n`;

/** Makes one of the CA's public files but for SHA256SUMS, which is made of the others; null for a name that has no CA. */
export function buildCaFile(name: string, { all, cas, config }: Material): CaFile | null {
  const single = /^(root-ca|signing-ca(?:-(\d+))?)\.(crt|pem)$/.exec(name);
  if (single) {
    const place = single[2] === undefined ? 0 : Number(single[2]) - 1;
    const one =
      single[1] === 'root-ca'
        ? all.root
        : place === 0 && single[2]
          ? undefined
          : signingCasInOrder(all)[place];
    if (one === undefined) return null;
    return single[3] === 'crt'
      ? { name, type: CA_CERT, bytes: one.der }
      : { name, type: PEM, bytes: text(pem(one)) };
  }
  const { root } = cas;
  const signing = issuersOf(cas).filter((one) => !sameBytes(one.der, root.der));
  switch (name) {
    case 'bundle.pem':
      return { name, type: PEM, bytes: text([...signing, root].map(pem).join('')) };
    case 'bundle.p7b': {
      const ders = [...signing, root].map(({ der }) => der);
      return { name, type: 'application/x-pkcs7-certificates', bytes: certsOnly(ders) };
    }
    case 'hubgate.mobileconfig': {
      const host = new URL(config.site.url).hostname;
      const profile = buildMobileconfig({ name: config.site.name, host, root, signing });
      return { name, type: 'application/x-apple-aspen-config', bytes: text(profile) };
    }
    default:
      return null;
  }
}
