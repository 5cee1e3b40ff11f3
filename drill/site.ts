import { addApprovedRequests } from '../e2e/support/approved-requests';
import type { Portal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { publishedCrl, revoke, signUntilIssued, validCertificates } from './calls';
import { countIn } from './records';
import type { Drill } from './report';
import type { Services } from './services';

/** A portal whose signer and web run as two services, and somebody who may do everything there. */
export type Site = { report: Drill; portal: Portal; running: Services; token: string };

/** Submits, approves and signs so many more. */
export async function issue({ portal, token }: Site, input: { name: string; count: number }): Promise<void> {
  const before = await countIn(portal, 'ISSUED');
  await addApprovedRequests(portal, { ...input, algorithm: 'P-256' });
  await signUntilIssued(portal, token, before + input.count);
}

/** Revokes one certificate, and waits until the published list says so. @returns the serial */
export async function revokeNewest({ portal, token }: Site): Promise<string> {
  const [newest] = await validCertificates(portal, token, 1);
  if (newest === undefined) throw new Error('there is no valid certificate');
  const answer = await revoke(portal, token, newest.serial);
  if (answer?.status !== 200) throw new Error(`not revoked: ${answer?.body ?? 'no answer'}`);
  // The portal asks the signer for lists once in ten seconds.
  await until('it is on the published list', async () =>
    (await publishedCrl(portal)).serials.has(newest.serial),
  );
  return newest.serial;
}

/** The signing key is open, as an evaluation's is by itself. */
export async function unlocked({ portal }: Site): Promise<void> {
  await until('the signing key is unlocked', async () => {
    return (await portal.call('/readyz')).text.includes('"signer":"unlocked"');
  });
}
