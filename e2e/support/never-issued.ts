import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Portal } from './portal';
import { mustRun } from './run';

/** A user's certificate signed with the CA's key, but unknown to its journal: OCSP says `unknown`. */
export async function neverIssued(
  portal: Pick<Portal, 'dir' | 'stateDir' | 'caDir' | 'httpUrl'>,
): Promise<{ certFile: string; identity: { cert: string; key: string } }> {
  const file = (name: string) => join(portal.dir, `never${name}`);
  const signer = join(portal.stateDir, 'signer');
  const signing = join(portal.caDir, 'signing-ca.pem');
  await mustRun('openssl', [
    ...['req', '-newkey', 'rsa:2048', '-nodes', '-keyout', file('.key'), '-out', file('.csr')],
    ...['-subj', '/CN=never'],
  ]);
  await writeFile(
    file('.ext'),
    'extendedKeyUsage=clientAuth\nbasicConstraints=critical,CA:FALSE\n' +
      `authorityInfoAccess=OCSP;URI:${portal.httpUrl}/ocsp\n`,
  );
  await mustRun('openssl', [
    ...['x509', '-req', '-in', file('.csr'), '-CA', signing, '-days', '30'],
    ...['-CAkey', join(signer, 'signing-ca.key'), '-extfile', file('.ext'), '-out', file('.pem')],
    ...['-passin', `file:${join(signer, 'evaluation-passphrase')}`, '-set_serial', '0x4abcdef0123456'],
  ]);
  const read = (path: string) => readFile(path, 'utf8');
  return {
    certFile: file('.pem'),
    identity: { cert: (await read(file('.pem'))) + (await read(signing)), key: await read(file('.key')) },
  };
}
