import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { mustRun, run } from './run';

/**
 * Holds a certificate against OpenSSL, GnuTLS and NSS. Throws with the first one's complaint.
 *
 * @param input.nss false for Ed25519, which NSS refuses
 * @param input.use what it is for: a user's certificate or a server's
 */
export async function verifyWithThree(input: {
  certPem: string;
  caDir: string;
  nss?: boolean;
  use?: 'client' | 'server';
}): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'hubgate-verify-'));
  const use = input.use ?? 'client';
  try {
    const root = join(input.caDir, 'root-ca.pem');
    const signing = join(input.caDir, 'signing-ca.pem');
    const leaf = join(dir, 'leaf.pem');
    await writeFile(leaf, input.certPem);
    await mustRun('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      use === 'client' ? 'sslclient' : 'sslserver',
      '-CAfile',
      root,
      '-untrusted',
      signing,
      leaf,
    ]);
    const chain = join(dir, 'chain.pem');
    await writeFile(
      chain,
      input.certPem + (await readFile(signing, 'utf8')) + (await readFile(root, 'utf8')),
    );
    const gnutls = await run('certtool', ['--verify', '--load-ca-certificate', root, '--infile', chain]);
    if (gnutls.code !== 0 || /Not verified/i.test(gnutls.stdout)) {
      throw new Error(`certtool: ${gnutls.stdout}${gnutls.stderr}`);
    }
    if (input.nss === false) return;
    const db = `sql:${dir}`;
    await mustRun('certutil', ['-d', db, '-N', '--empty-password']);
    await mustRun('certutil', ['-d', db, '-A', '-t', 'CT,,', '-n', 'root', '-i', root]);
    await mustRun('certutil', ['-d', db, '-A', '-t', ',,', '-n', 'signing', '-i', signing]);
    await mustRun('certutil', ['-d', db, '-A', '-t', ',,', '-n', 'leaf', '-i', leaf]);
    const nss = await run('certutil', [
      '-d',
      db,
      '-V',
      '-e',
      '-u',
      use === 'client' ? 'C' : 'V',
      '-n',
      'leaf',
    ]);
    if (nss.code !== 0) throw new Error(`certutil -V: ${nss.stdout}${nss.stderr}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
