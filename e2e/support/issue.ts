import { writeFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { opensslCsr, type MadeCsr } from './csr';
import { bearer, curl, jsonBody } from './curl';
import type { Portal } from './portal';
import { mustRun } from './run';

export type Issued = MadeCsr & {
  id: string;
  pickupSecret: string;
  serial: string;
  pem: string;
  chain: string;
  certFile: string;
  /** For TLS clients: leaf and signing CA, and the key. */
  identity: { cert: string; key: string };
};

/** What it takes to reach a portal, however it was started. */
type Reached = Pick<Portal, 'dir' | 'url' | 'caDir'>;

/** Sends a CSR as curl does. */
export async function submit(portal: Reached, made: MadeCsr, email?: string) {
  const answer = await curl(
    portal,
    `/api/v1/requests${email === undefined ? '' : `?email=${encodeURIComponent(email)}`}`,
    '--header',
    'Content-Type: application/x-pem-file',
    '--data-binary',
    `@${made.csrFile}`,
  );
  if (answer.status !== 201) throw new Error(`submit: ${answer.status} ${answer.body}`);
  return answer.json() as { id: string; state: string; statusUrl: string; pickupSecret: string };
}

/** The whole way from a key to a certificate, through the API. */
export async function issue(
  portal: Reached,
  token: string,
  commonName: string,
  /** `approve`: what the approver says besides, such as `{ vouchEmail: true }`. */
  options: Parameters<typeof opensslCsr>[2] & { email?: string; approve?: Record<string, unknown> } = {},
): Promise<Issued> {
  const made = await opensslCsr(portal.dir, commonName, options);
  const { id, pickupSecret } = await submit(portal, made, options.email);
  await approveAndSign(portal, token, id, options.approve);
  return pickUp(portal, made, id, pickupSecret);
}

/** What approver and operator do, through the API. `approve`: what the approver says besides. */
export async function approveAndSign(
  portal: Reached,
  token: string,
  id: string,
  approve: Record<string, unknown> = {},
): Promise<void> {
  const approved = await curl(
    portal,
    `/api/v1/admin/requests/${id}/approve`,
    ...bearer(token),
    ...jsonBody(approve),
  );
  if (approved.status !== 200) throw new Error(`approve: ${approved.status} ${approved.body}`);
  const signed = await curl(
    portal,
    '/api/v1/admin/requests/sign',
    ...bearer(token),
    '--header',
    'Accept: application/json',
    ...jsonBody({ ids: [id] }),
  );
  if (signed.status !== 200) throw new Error(`sign: ${signed.status} ${signed.body}`);
}

/** What the requester gets with the pick-up secret. */
export async function pickUp(
  portal: Reached,
  made: MadeCsr,
  id: string,
  pickupSecret: string,
): Promise<Issued> {
  const view = (await curl(portal, `/api/v1/requests/${id}`, ...bearer(pickupSecret))).json() as {
    state: string;
    reason?: string;
    certificate?: { serial: string; pem: string; chain: string };
  };
  if (view.certificate === undefined) throw new Error(`${id} is ${view.state}: ${view.reason ?? ''}`);
  const certFile = join(portal.dir, `${id}.pem`);
  await writeFile(certFile, view.certificate.pem);
  return {
    ...made,
    id,
    pickupSecret,
    ...view.certificate,
    certFile,
    identity: {
      cert: view.certificate.pem + (await readFile(join(portal.caDir, 'signing-ca.pem'), 'utf8')),
      key: await readFile(made.keyFile, 'utf8'),
    },
  };
}

/** A certificate of this very CA that ended long ago: made with the evaluation CA's own key. */
export async function expiredCertificate(
  portal: Portal,
  made: MadeCsr,
): Promise<{ cert: string; key: string }> {
  const dir = portal.dir;
  const signer = join(portal.stateDir, 'signer');
  const conf = join(dir, 'expired.cnf');
  await writeFile(
    conf,
    `[ca]\ndefault_ca=c\n[c]\ndatabase=${dir}/expired.txt\nserial=${dir}/expired.srl\nnew_certs_dir=${dir}\ndefault_md=sha256\npolicy=p\n` +
      '[p]\norganizationalUnitName=optional\ncommonName=supplied\n' +
      '[v]\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\nauthorityKeyIdentifier=keyid\n',
  );
  await writeFile(join(dir, 'expired.txt'), '');
  await writeFile(join(dir, 'expired.srl'), '7B00112233445566778899AABBCCDDEE');
  const out = join(dir, 'expired.pem');
  await mustRun('openssl', [
    'ca',
    '-batch',
    '-notext',
    '-config',
    conf,
    '-extensions',
    'v',
    '-in',
    made.csrFile,
    '-out',
    out,
    '-cert',
    join(portal.caDir, 'signing-ca.pem'),
    '-keyfile',
    join(signer, 'signing-ca.key'),
    '-passin',
    `file:${join(signer, 'evaluation-passphrase')}`,
    '-startdate',
    '20250101000000Z',
    '-enddate',
    '20250601000000Z',
  ]);
  const signing = await readFile(join(portal.caDir, 'signing-ca.pem'), 'utf8');
  return { cert: (await readFile(out, 'utf8')) + signing, key: await readFile(made.keyFile, 'utf8') };
}
