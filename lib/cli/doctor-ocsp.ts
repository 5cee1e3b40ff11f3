import { join } from 'node:path';

import type { LoadedConfig } from '../config/load';
import type { SignerStatus } from '../wire/status';
import { parseCertificate } from '../x509/certificate';
import { publicKeyBits } from '../x509/key-id';
import { encodeCertId, issuerHashes } from '../x509/ocsp-cert-id';
import { encodeOcspRequest } from '../x509/ocsp-request';
import { responseStatus } from '../x509/ocsp-response';
import type { Finding } from './doctor-checks';

const ASK_MS = 5000;
const check = 'OCSP';

/** Asks the responder at the address that certificates carry, as a client would. */
export async function checkOcsp(
  loaded: Pick<LoadedConfig, 'config' | 'paths'>,
  status: SignerStatus,
): Promise<Finding[]> {
  const { config, paths } = loaded;
  const url = status.ocspUrl ?? `${config.site.httpUrl}/ocsp`;
  const own = status.responders.find(({ caKeyId }) => caKeyId === status.caKeyId);
  if (own === undefined || status.signingCa === undefined) {
    return [
      {
        check,
        level: 'warn',
        says: 'nobody answers yet; it begins when the signing key is unlocked: hubgate ca unlock',
      },
    ];
  }
  const days = Math.floor((Date.parse(own.notAfter) - Date.now()) / 86_400_000);
  const certificate = `responder's certificate until ${own.notAfter} (${days} days left)`;
  return [
    { check, ...(await ask(url, status.signingCa, own.serial, certificate)) },
    ...pointer(status.ocspUrl, `${config.site.httpUrl}/ocsp`, join(paths.signerDir, 'policy.json')),
  ];
}

async function ask(
  url: string,
  signingCa: string,
  serial: string,
  certificate: string,
): Promise<Omit<Finding, 'check'>> {
  const { subjectDer, spki } = parseCertificate(Buffer.from(signingCa, 'base64'));
  const issuer = issuerHashes({ subjectDer, keyBits: publicKeyBits(spki) });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/ocsp-request' },
      body: Buffer.from(encodeOcspRequest(encodeCertId(issuer, 'sha1', serial))),
      redirect: 'manual',
      signal: AbortSignal.timeout(ASK_MS),
    });
    const said = responseStatus(new Uint8Array(await answer.arrayBuffer()));
    if (answer.status === 200 && said === 'successful')
      return { level: 'ok', says: `${url} answers; ${certificate}` };
    return {
      level: 'bad',
      says:
        said === null
          ? `${url} answers ${answer.status} and not OCSP: take the /ocsp lines of deploy/apache (or deploy/nginx) into the front's files`
          : `${url} answers "${said}"; ${certificate}`,
    };
  } catch (thrown) {
    return {
      level: 'bad',
      says: `${url} does not answer (${thrown instanceof Error ? thrown.message : String(thrown)})`,
    };
  }
}

/** CAs from before OCSP go on without it in their certificates until somebody wants it. */
function pointer(pointed: string | undefined, address: string, policy: string): Finding[] {
  if (pointed === undefined) {
    return [
      {
        check,
        level: 'warn',
        says: `certificates carry no OCSP address. To add it to new ones: "ocspUrl": "${address}" among the pointers of ${policy}, then restart the signer`,
      },
    ];
  }
  if (pointed === address) return [];
  return [{ check, level: 'warn', says: `certificates name ${pointed}; this site answers at ${address}` }];
}
