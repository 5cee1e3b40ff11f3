import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Folders of CAs as people have them, made by the tools that people used: `openssl ca` in the layout of
 * the original skeleton, CA.pl, easy-rsa 3.
 */

export const OLD_PASSPHRASE = 'old-passphrase';
export const OLD_ROOT_PASSPHRASE = 'old-root-passphrase';

/** Debian's places; other systems have them in PATH. */
const EASYRSA = ['/usr/share/easy-rsa/easyrsa'].find(existsSync) ?? 'easyrsa';
const CA_PL = ['/usr/lib/ssl/misc/CA.pl'].find(existsSync) ?? 'CA.pl';

export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): string {
  return execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env, NODE_ENV: 'test' },
  });
}

const openssl = (cwd: string, ...args: string[]): string => run('openssl', args, cwd);

const DN = `
[ dn ]
0.domainComponent = "University of Chile"
organizationName = "Center for Mathematical Modeling"
organizationalUnitName = "NLHPC"
`;

const SHARED = `
[ req ]
default_md = sha256
utf8 = yes
string_mask = utf8only
prompt = no
distinguished_name = ca_dn
req_extensions = ca_req
${DN}
[ ca_req ]
keyUsage = critical,keyCertSign,cRLSign
basicConstraints = critical,CA:true
subjectKeyIdentifier = hash
[ any_pol ]
domainComponent = optional
countryName = optional
organizationName = optional
organizationalUnitName = optional
commonName = optional
emailAddress = optional
[ root_ext ]
keyUsage = critical,keyCertSign,cRLSign
basicConstraints = critical,CA:true
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[ signing_ext ]
keyUsage = critical,keyCertSign,cRLSign
basicConstraints = critical,CA:true,pathlen:0
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[ user_ext ]
keyUsage = critical,digitalSignature
basicConstraints = CA:false
extendedKeyUsage = emailProtection,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = email:move
[ server_ext ]
keyUsage = critical,digitalSignature,keyEncipherment
basicConstraints = CA:false
extendedKeyUsage = serverAuth,clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = DNS:hubs.example.org
[ crl_ext ]
authorityKeyIdentifier = keyid:always
`;

const skeletonConf = (name: string, commonName: string): string => `
[ ca_dn ]
0.domainComponent = "University of Chile"
organizationName = "Center for Mathematical Modeling"
commonName = "${commonName}"
[ ca ]
default_ca = this_ca
[ this_ca ]
certificate = ca/${name}.crt
private_key = ca/${name}/private/${name}.key
new_certs_dir = ca/${name}
serial = ca/${name}/db/${name}.crt.srl
crlnumber = ca/${name}/db/${name}.crl.srl
database = ca/${name}/db/${name}.db
unique_subject = no
default_days = 730
default_md = sha256
policy = any_pol
email_in_dn = no
preserve = no
name_opt = ca_default
cert_opt = ca_default
copy_extensions = none
x509_extensions = user_ext
default_crl_days = 365
crl_extensions = crl_ext
${SHARED}`;

/** What `make install root-ca signing-ca` of the original skeleton leaves. */
export function skeleton(dir: string): void {
  mkdirSync(join(dir, 'etc'), { recursive: true });
  for (const folder of ['crl', 'certs']) mkdirSync(join(dir, folder), { recursive: true });
  for (const [name, commonName] of [
    ['root-ca', 'JupyterHub Root CA'],
    ['signing-ca', 'JupyterHub Signing CA'],
  ] as const) {
    for (const folder of ['private', 'db']) mkdirSync(join(dir, 'ca', name, folder), { recursive: true });
    writeFileSync(join(dir, `ca/${name}/db/${name}.db`), '');
    writeFileSync(join(dir, `ca/${name}/db/${name}.db.attr`), 'unique_subject = no\n');
    writeFileSync(join(dir, `ca/${name}/db/${name}.crt.srl`), '01\n');
    writeFileSync(join(dir, `ca/${name}/db/${name}.crl.srl`), '01\n');
    writeFileSync(join(dir, `etc/${name}.conf`), skeletonConf(name, commonName));
    const passphrase = name === 'root-ca' ? OLD_ROOT_PASSPHRASE : OLD_PASSPHRASE;
    // The older form of a key file, as the openssl of the time wrote it.
    openssl(
      dir,
      'genrsa',
      '-traditional',
      '-aes256',
      '-passout',
      `pass:${passphrase}`,
      '-out',
      `ca/${name}/private/${name}.key`,
      '2048',
    );
    openssl(
      dir,
      'req',
      '-new',
      '-config',
      `etc/${name}.conf`,
      '-key',
      `ca/${name}/private/${name}.key`,
      '-passin',
      `pass:${passphrase}`,
      '-out',
      `ca/${name}.csr`,
    );
    openssl(
      dir,
      'ca',
      '-batch',
      '-config',
      'etc/root-ca.conf',
      '-passin',
      `pass:${OLD_ROOT_PASSPHRASE}`,
      ...(name === 'root-ca' ? ['-selfsign', '-extensions', 'root_ext'] : ['-extensions', 'signing_ext']),
      '-in',
      `ca/${name}.csr`,
      '-out',
      `ca/${name}.crt`,
      '-days',
      '3652',
    );
  }
}

/** A person's or server's certificate, as `make server` and the signing of user requests did. */
export function skeletonIssue(
  dir: string,
  commonName: string,
  extensions: 'user_ext' | 'server_ext' = 'user_ext',
): void {
  const subject = `/DC=University of Chile/O=Center for Mathematical Modeling/OU=NLHPC/CN=${commonName}/emailAddress=${commonName}@example.org`;
  openssl(
    dir,
    'req',
    '-new',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-config',
    'etc/signing-ca.conf',
    '-subj',
    subject,
    '-keyout',
    `certs/${commonName}.key`,
    '-out',
    `certs/${commonName}.csr`,
  );
  openssl(
    dir,
    'ca',
    '-batch',
    '-config',
    'etc/signing-ca.conf',
    '-passin',
    `pass:${OLD_PASSPHRASE}`,
    '-extensions',
    extensions,
    '-in',
    `certs/${commonName}.csr`,
    '-out',
    `certs/${commonName}.crt`,
  );
}

export function skeletonRevoke(dir: string, commonName: string, ...reason: string[]): void {
  openssl(
    dir,
    'ca',
    '-config',
    'etc/signing-ca.conf',
    '-passin',
    `pass:${OLD_PASSPHRASE}`,
    '-revoke',
    `certs/${commonName}.crt`,
    ...reason,
  );
}

export function skeletonCrl(dir: string, name: 'root-ca' | 'signing-ca'): void {
  const passphrase = name === 'root-ca' ? OLD_ROOT_PASSPHRASE : OLD_PASSPHRASE;
  openssl(
    dir,
    'ca',
    '-gencrl',
    '-config',
    `etc/${name}.conf`,
    '-passin',
    `pass:${passphrase}`,
    '-out',
    `crl/${name}.crl`,
  );
}

/** easy-rsa's default: one CA, self-signed, that signs everybody itself. */
export function easyRsa(dir: string, more: Record<string, string> = {}): void {
  easyrsa(dir, ['init-pki'], more);
  easyrsa(dir, ['build-ca'], {
    EASYRSA_REQ_CN: 'Easy Lab CA',
    EASYRSA_PASSOUT: `pass:${OLD_PASSPHRASE}`,
    EASYRSA_PASSIN: `pass:${OLD_PASSPHRASE}`,
    ...more,
  });
}

export function easyRsaIssue(dir: string, commonName: string, kind: 'client' | 'server' = 'client'): void {
  easyrsa(dir, [`build-${kind}-full`, commonName, 'nopass'], { EASYRSA_PASSIN: `pass:${OLD_PASSPHRASE}` });
}

export function easyrsa(dir: string, args: string[], more: Record<string, string> = {}): void {
  run(EASYRSA, args, dir, {
    EASYRSA_BATCH: '1',
    EASYRSA_PKI: join(dir, 'pki'),
    EASYRSA_ALGO: 'ec',
    EASYRSA_CURVE: 'prime256v1',
    ...more,
  });
}

/** OpenSSL's own script: `demoCA`, one CA that signs everybody itself, keys in PKCS#8. */
export function caPl(dir: string): void {
  mkdirSync(dir, { recursive: true });
  const subject = '/C=CL/ST=Santiago/O=Plain Lab/CN=Plain Lab CA';
  execFileSync(CA_PL, ['-newca', '-extra-req', `-passout pass:${OLD_PASSPHRASE} -subj "${subject}"`], {
    cwd: dir,
    input: '\n', // "CA certificate filename (or enter to create)"
    stdio: ['pipe', 'pipe', 'pipe'],
    // Its -extra-ca stands behind -infiles, where it is taken for a file.
    env: { ...process.env, OPENSSL_CONFIG: `-batch -passin pass:${OLD_PASSPHRASE}` },
  });
}

export function caPlIssue(dir: string, commonName: string): void {
  openssl(
    dir,
    'req',
    '-new',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/C=CL/ST=Santiago/O=Plain Lab/CN=${commonName}`,
    '-keyout',
    'newkey.pem',
    '-out',
    'newreq.pem',
  );
  openssl(
    dir,
    'ca',
    '-batch',
    '-policy',
    'policy_anything',
    '-passin',
    `pass:${OLD_PASSPHRASE}`,
    '-out',
    `${commonName}.pem`,
    '-infiles',
    'newreq.pem',
  );
}
