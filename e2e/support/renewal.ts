import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

import type { MadeCsr } from './csr';
import { curl, jsonBody, type CurlAnswer } from './curl';
import type { Issued } from './issue';
import type { Portal } from './portal';
import { mustRun } from './run';

/** The signature of an old key over a renewal, made by the openssl command as docs/api.md says. */
export async function signedByOldKey(
  old: Pick<Issued, 'serial' | 'keyFile'>,
  next: MadeCsr,
): Promise<string> {
  const der = `${next.csrFile}.der`;
  await mustRun('openssl', ['req', '-in', next.csrFile, '-outform', 'DER', '-out', der]);
  const digest = createHash('sha256')
    .update(await readFile(der))
    .digest('hex');
  const message = `${next.csrFile}.message`;
  const signature = `${next.csrFile}.signature`;
  await writeFile(message, `hubgate-renewal-v1\n${digest}\n${old.serial}\n`);
  await mustRun('openssl', ['dgst', '-sha256', '-sign', old.keyFile, '-out', signature, message]);
  return (await readFile(signature)).toString('base64');
}

/** POST /api/v1/renewals on the gate's name, by curl with a certificate or without. */
export const renew = (
  portal: Pick<Portal, 'url' | 'gateUrl' | 'caDir'>,
  who: { certFile: string; keyFile: string } | null,
  body: Record<string, unknown>,
): Promise<CurlAnswer> =>
  curl(
    portal,
    `${portal.gateUrl}/api/v1/renewals`,
    ...(who === null ? [] : ['--cert', who.certFile, '--key', who.keyFile]),
    ...jsonBody(body),
  );
