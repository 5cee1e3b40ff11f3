import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { mustRun } from './run';

export type MadeCsr = { csr: string; keyFile: string; csrFile: string };

/** A key and a CSR by the openssl command, as a power user makes them. */
export async function opensslCsr(
  dir: string,
  commonName: string,
  options: { algorithm?: string[]; extra?: string[] } = {},
): Promise<MadeCsr> {
  const stem = `${commonName.replace(/[^a-z0-9]/gi, '_')}-${Math.random().toString(36).slice(2, 8)}`;
  const keyFile = join(dir, `${stem}.key`);
  const csrFile = join(dir, `${stem}.csr`);
  const algorithm = options.algorithm ?? ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'];
  await mustRun('openssl', ['genpkey', ...algorithm, '-out', keyFile]);
  await mustRun('openssl', [
    'req',
    '-new',
    '-key',
    keyFile,
    '-subj',
    `/CN=${commonName}`,
    '-out',
    csrFile,
    ...(options.extra ?? []),
  ]);
  return { csr: await readFile(csrFile, 'utf8'), keyFile, csrFile };
}
