import { bearer, curl, jsonBody, type CurlAnswer } from '../e2e/support/curl';
import type { Portal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { mustRun } from '../e2e/support/run';
import { countIn } from './records';

/** Signs all that is approved. Whatever becomes of the call, the records tell what happened. */
export async function signAll(portal: Portal, token: string): Promise<CurlAnswer | null> {
  return curl(
    portal,
    '/api/v1/admin/requests/sign',
    ...bearer(token),
    '--header',
    'Accept: application/json',
    ...jsonBody({ all: true }),
  ).catch(() => null);
}

/** Revokes one certificate; null when there was no answer at all. */
export async function revoke(portal: Portal, token: string, serial: string): Promise<CurlAnswer | null> {
  return curl(
    portal,
    `/api/v1/admin/certificates/${serial}/revoke`,
    ...bearer(token),
    ...jsonBody({ reason: 'superseded' }),
  ).catch(() => null);
}

/** The newest certificates that are valid, as the portal lists them; none while it does not answer. */
export async function validCertificates(
  portal: Portal,
  token: string,
  limit: number,
): Promise<{ serial: string; notBefore: string; notAfter: string }[]> {
  const listed = await curl(
    portal,
    `/api/v1/admin/certificates?state=VALID&limit=${limit}`,
    ...bearer(token),
  ).catch(() => null);
  return (listed?.status === 200 ? listed.json()['items'] : []) as Awaited<
    ReturnType<typeof validCertificates>
  >;
}

/** Puts what FAILED back among the approved, as an operator would. @returns how many */
export async function retryFailed(portal: Portal, token: string): Promise<number> {
  const failed = await curl(portal, '/api/v1/admin/requests?state=FAILED&limit=100', ...bearer(token)).catch(
    () => null,
  );
  const items = (failed?.status === 200 ? failed.json()['items'] : []) as { id: string }[];
  for (const { id } of items) {
    await curl(portal, `/api/v1/admin/requests/${id}/retry`, ...bearer(token), ...jsonBody({})).catch(
      () => null,
    );
  }
  return items.length;
}

/** Signs until so many requests are issued. @throws {Error} after ten minutes */
export async function signUntilIssued(portal: Portal, token: string, wanted: number): Promise<void> {
  await until(
    'every request is issued',
    async () => {
      const issued = await countIn(portal, 'ISSUED');
      if (issued >= wanted) return true;
      await retryFailed(portal, token);
      const said = await signAll(portal, token);
      throw new Error(
        `${issued} of ${wanted}; the last call ended with ${said?.body.slice(-200) ?? 'nothing'}`,
      );
    },
    600,
  );
}

/** The published revocation list of the signing CA: its number and the serials on it, lower-case. */
export async function publishedCrl(portal: Portal): Promise<{ number: number; serials: Set<string> }> {
  const { bytes } = await portal.call(`${portal.httpUrl}/crl/signing-ca.crl`);
  const text = await mustRun('openssl', ['crl', '-inform', 'DER', '-noout', '-crlnumber', '-text'], {
    input: bytes,
  });
  const [, number = ''] = /^crlNumber=(?:0x)?([0-9A-F]+)$/im.exec(text) ?? [];
  return {
    number: Number.parseInt(number, 16),
    serials: new Set(
      [...text.matchAll(/Serial Number: ([0-9A-F]+)/gi)].map(([, serial = '']) => serial.toLowerCase()),
    ),
  };
}
