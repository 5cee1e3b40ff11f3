import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { mustRun } from './run';

/** A throw-away CA made by the openssl command: what the tests hold against Hubgate's own. */
export type ForeignCa = {
  dir: string;
  rootPem: string;
  bundleFile: string;
  serverCertFile: string;
  serverKeyFile: string;
  /** Issues a certificate for a client; dates as `YYYYMMDDHHMMSSZ`. */
  issue: (
    name: string,
    options?: {
      notBefore?: string;
      notAfter?: string;
      usage?: 'clientAuth' | 'serverAuth';
      serial?: string;
      /** Another common name behind the first. */
      also?: string;
    },
  ) => Promise<{ cert: string; key: string; certFile: string; keyFile: string; serial: string }>;
  revoke: (certFile: string) => Promise<void>;
  /** Writes both CRLs into one PEM file; with `nextUpdate` (YYYYMMDDHHMMSSZ) they end then. */
  writeCrls: (file: string, options?: { nextUpdate: string }) => Promise<void>;
};

const CONFIG = (dir: string) => `
[ca]
default_ca = main
[main]
dir = ${dir}
database = ${dir}/index.txt
serial = ${dir}/serial
new_certs_dir = ${dir}
certificate = ${dir}/signing.pem
private_key = ${dir}/signing.key
default_md = sha256
policy = any
default_days = 30
default_crl_days = 30
unique_subject = no
[root]
database = ${dir}/root-index.txt
certificate = ${dir}/root.pem
private_key = ${dir}/root.key
default_md = sha256
default_crl_days = 30
policy = any
[any]
organizationName = optional
organizationalUnitName = optional
commonName = supplied
[req]
distinguished_name = dn
[dn]
[v3_root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[v3_signing]
basicConstraints = critical,CA:true,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[v3_clientAuth]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
authorityKeyIdentifier = keyid
[v3_serverAuth]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost,DNS:*.localhost,DNS:gate.localhost,DNS:canary.localhost
`;

/** Makes root, signing CA and a server certificate in `dir`, with P-256 keys. */
export async function makeForeignCa(dir: string, name: string): Promise<ForeignCa> {
  await mkdir(dir, { recursive: true });
  const at = (file: string) => join(dir, file);
  await writeFile(at('openssl.cnf'), CONFIG(dir));
  await writeFile(at('index.txt'), '');
  await writeFile(at('root-index.txt'), '');
  const key = (file: string) =>
    mustRun('openssl', [
      'genpkey',
      '-algorithm',
      'EC',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-out',
      at(file),
    ]);
  const request = (file: string, keyFile: string, subject: string) =>
    mustRun('openssl', [
      'req',
      '-new',
      '-key',
      at(keyFile),
      '-subj',
      subject,
      '-out',
      at(file),
      '-config',
      at('openssl.cnf'),
    ]);

  await key('root.key');
  await mustRun('openssl', [
    'req',
    '-x509',
    '-new',
    '-key',
    at('root.key'),
    '-subj',
    `/O=${name}/CN=${name} Root`,
    '-days',
    '3650',
    '-extensions',
    'v3_root',
    '-config',
    at('openssl.cnf'),
    '-out',
    at('root.pem'),
  ]);
  await key('signing.key');
  await request('signing.csr', 'signing.key', `/O=${name}/CN=${name} Signing`);
  await mustRun('openssl', [
    'x509',
    '-req',
    '-in',
    at('signing.csr'),
    '-CA',
    at('root.pem'),
    '-CAkey',
    at('root.key'),
    '-set_serial',
    '2',
    '-days',
    '3000',
    '-extfile',
    at('openssl.cnf'),
    '-extensions',
    'v3_signing',
    '-out',
    at('signing.pem'),
  ]);
  const rootPem = await readFile(at('root.pem'), 'utf8');
  const signingPem = await readFile(at('signing.pem'), 'utf8');
  await writeFile(at('bundle.pem'), signingPem + rootPem);

  let serial = 0x1001;
  const issue: ForeignCa['issue'] = async (account, options = {}) => {
    const usage = options.usage ?? 'clientAuth';
    const own = options.serial ?? `0A${(serial++).toString(16).toUpperCase()}`;
    const stem = `${account.replace(/[^a-z0-9]/gi, '_')}-${own}`;
    await key(`${stem}.key`);
    const also = options.also === undefined ? '' : `/CN=${options.also}`;
    const subject = `/O=${name}/OU=Tests/CN=${account.replaceAll('/', '\\/')}${also}`;
    await request(`${stem}.csr`, `${stem}.key`, subject);
    await writeFile(at('serial'), own);
    await mustRun('openssl', [
      'ca',
      '-batch',
      '-config',
      at('openssl.cnf'),
      '-in',
      at(`${stem}.csr`),
      '-notext',
      '-extensions',
      `v3_${usage}`,
      '-extfile',
      at('openssl.cnf'),
      '-out',
      at(`${stem}.pem`),
      '-startdate',
      options.notBefore ?? '20260101000000Z',
      '-enddate',
      options.notAfter ?? '20360101000000Z',
    ]);
    const printed = await mustRun('openssl', ['x509', '-in', at(`${stem}.pem`), '-noout', '-serial']);
    return {
      cert: (await readFile(at(`${stem}.pem`), 'utf8')) + signingPem,
      key: await readFile(at(`${stem}.key`), 'utf8'),
      certFile: at(`${stem}.pem`),
      keyFile: at(`${stem}.key`),
      serial: printed.trim().replace('serial=', ''),
    };
  };
  const server = await issue('localhost', { usage: 'serverAuth' });
  await writeFile(at('server.pem'), server.cert);
  return {
    dir,
    rootPem,
    bundleFile: at('bundle.pem'),
    serverCertFile: at('server.pem'),
    serverKeyFile: server.keyFile,
    issue,
    revoke: async (certFile) => {
      await mustRun('openssl', ['ca', '-config', at('openssl.cnf'), '-revoke', certFile]);
    },
    writeCrls: async (file, options) => {
      const dates = options
        ? ['-crl_lastupdate', '20240101000000Z', '-crl_nextupdate', options.nextUpdate]
        : [];
      const gencrl = (...args: string[]) =>
        mustRun('openssl', ['ca', '-config', at('openssl.cnf'), ...args, '-gencrl', ...dates]);
      const signing = await gencrl();
      const root = await gencrl('-name', 'root');
      await writeFile(file, signing + root);
    },
  };
}
