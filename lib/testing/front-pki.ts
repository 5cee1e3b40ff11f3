import 'reflect-metadata';

import { webcrypto } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

export type TestIdentity = { cert: string; key: string; serial: string };
type Issuer = { certificate: x509.X509Certificate; keys: CryptoKeyPair };

/** A throw-away CA for tests of TLS: root, signing CA, a server and whatever clients are asked for. */
export class FrontPki {
  private count = 0x1001;

  private constructor(
    readonly root: Issuer,
    readonly signing: Issuer,
  ) {}

  static async create(): Promise<FrontPki> {
    const root = await authority('CN=Test Root', null);
    return new FrontPki(root, await authority('CN=Test Signing CA', root));
  }

  /** @param shift days by which the whole validity is moved; -400 has expired */
  async client(name: string, shift = 0): Promise<TestIdentity> {
    return this.leaf(name, shift, new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]), []);
  }

  async server(dnsNames: readonly string[]): Promise<TestIdentity> {
    const usage = new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]);
    const names = dnsNames.map((value) => ({ type: 'dns' as const, value }));
    return this.leaf(`CN=${dnsNames[0] ?? ''}`, 0, usage, [new x509.SubjectAlternativeNameExtension(names)]);
  }

  /** Lays the files out as the ceremony does. */
  async install(paths: { caDir: string; serverDir: string }, dnsNames: readonly string[]): Promise<void> {
    const server = await this.server(dnsNames);
    for (const folder of [paths.caDir, paths.serverDir]) mkdirSync(folder, { recursive: true });
    writeFileSync(join(paths.caDir, 'root-ca.pem'), this.root.certificate.toString('pem'));
    writeFileSync(join(paths.caDir, 'signing-ca.pem'), this.signing.certificate.toString('pem'));
    writeFileSync(
      join(paths.serverDir, 'server.pem'),
      `${server.cert}\n${this.signing.certificate.toString('pem')}`,
    );
    writeFileSync(join(paths.serverDir, 'server.key'), server.key);
  }

  private async leaf(
    name: string,
    shift: number,
    usage: x509.ExtendedKeyUsageExtension,
    more: x509.Extension[],
  ): Promise<TestIdentity> {
    const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
    const serial = (this.count++).toString(16).padStart(4, '0');
    const start = Date.now() - 60_000 + shift * DAY;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: name,
      issuer: this.signing.certificate.subject,
      notBefore: new Date(start),
      notAfter: new Date(start + 30 * DAY),
      publicKey: keys.publicKey,
      signingKey: this.signing.keys.privateKey,
      signingAlgorithm: ALGORITHM,
      extensions: [new x509.BasicConstraintsExtension(false, undefined, true), usage, ...more],
    });
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
    const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
    return { cert: certificate.toString('pem'), key, serial: serial.toUpperCase() };
  }
}

async function authority(name: string, issuer: Issuer | null): Promise<Issuer> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const usage = new x509.KeyUsagesExtension(
    x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
    true,
  );
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: issuer === null ? '01' : '02',
    subject: name,
    issuer: issuer?.certificate.subject ?? name,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 30 * DAY),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions: [new x509.BasicConstraintsExtension(true, issuer === null ? 1 : 0, true), usage],
  });
  return { certificate, keys };
}
