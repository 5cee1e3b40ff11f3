import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { mustRun, run } from './run';

export type OcspVerdict = 'good' | 'revoked' | 'unknown';

/** Programs of others that ask OCSP, each by its own reading of certificate and answer. */
export type OcspPartners = {
  /** `openssl ocsp`: POST, verified; also what it says of the reason. */
  openssl: (
    certFile: string,
    ...options: string[]
  ) => Promise<{ verdict: OcspVerdict; reason: string | null; warnings: string }>;
  /** GnuTLS's `ocsptool --ask`, verified; asks with a nonce. */
  gnutls: (certFile: string) => Promise<OcspVerdict>;
  /** NSS: its own client at the address in the certificate, and its verdict on the chain. */
  nss: (certFile: string) => Promise<{ verdict: OcspVerdict; chain: 'good' | 'bad' }>;
};

export async function openOcspPartners(input: {
  dir: string;
  caDir: string;
  url: string;
}): Promise<OcspPartners> {
  const { dir, caDir, url } = input;
  const root = join(caDir, 'root-ca.pem');
  const signing = join(caDir, 'signing-ca.pem');
  const both = join(dir, 'ocsp-chain.pem');
  await writeFile(both, (await readFile(signing, 'utf8')) + (await readFile(root, 'utf8')));
  const nss = join(dir, 'ocsp-nss');
  await mkdir(nss);
  await mustRun('certutil', ['-N', '-d', nss, '--empty-password']);
  await mustRun('certutil', ['-A', '-d', nss, '-n', 'root', '-t', 'CT,,', '-a', '-i', root]);
  await mustRun('certutil', ['-A', '-d', nss, '-n', 'signing', '-t', ',,', '-a', '-i', signing]);
  let names = 0;

  return {
    async openssl(certFile, ...options) {
      const ran = await run('openssl', [
        ...['ocsp', '-issuer', signing, '-CAfile', root, '-verify_other', signing, '-url', url],
        ...[...options, '-cert', certFile],
      ]);
      const said = ran.stdout + ran.stderr;
      if (!said.includes('Response verify OK')) throw new Error(said);
      return {
        verdict: verdictOf(/\.pem: (\w+)/.exec(said)?.[1], said),
        reason: /Reason: (\S+)/.exec(said)?.[1] ?? null,
        warnings: said
          .split('\n')
          .filter((line) => line.startsWith('WARNING'))
          .join('\n'),
      };
    },
    async gnutls(certFile) {
      const said = await mustRun('ocsptool', [
        `--ask=${url}`,
        ...['--load-issuer', signing, '--load-cert', certFile, '--load-trust', both],
      ]);
      if (!said.includes('Verifying OCSP Response: Success')) throw new Error(said);
      return verdictOf(/Certificate Status: (\w+)/.exec(said)?.[1], said);
    },
    async nss(certFile) {
      const name = `leaf-${(names += 1)}`;
      await mustRun('certutil', ['-A', '-d', nss, '-n', name, '-t', ',,', '-a', '-i', certFile]);
      const { stdout, stderr } = await run('ocspclnt', ['-S', name, '-d', nss]);
      const said = stdout + stderr;
      const verdict = said.includes('succeeded')
        ? 'good'
        : /has been revoked/.test(said)
          ? 'revoked'
          : /no status for the certificate/.test(said)
            ? 'unknown'
            : undefined;
      const options = ['-d', nss, '-u', '0', '-pp', '-g', 'leaf', '-m', 'ocsp', '-s', 'failIfNoInfo'];
      const judged = await run('vfychain', [...options, '-a', certFile, signing]);
      const chain = /Chain is (good|bad)!/.exec(judged.stdout + judged.stderr)?.[1];
      if (chain !== 'good' && chain !== 'bad') throw new Error(judged.stdout + judged.stderr);
      return { verdict: verdictOf(verdict, said), chain };
    },
  };
}

function verdictOf(word: string | undefined, said: string): OcspVerdict {
  if (word === 'good' || word === 'revoked' || word === 'unknown') return word;
  throw new Error(`no status in:\n${said}`);
}
