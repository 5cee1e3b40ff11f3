import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { bearer, curl, jsonBody } from './support/curl';
import { issue, type Issued } from './support/issue';
import { neverIssued } from './support/never-issued';
import { until } from './support/ports';
import { startPortal, type Portal } from './support/portal';
import { mustRun } from './support/run';

// Apache asks OCSP at each handshake with a certificate: `Use HubgateCheckByOcsp`, which stands in the
// gate's virtual host behind a comment sign.
test.describe('the gate with OCSP as its second lock', () => {
  test.describe.configure({ mode: 'serial' });

  let portal: Portal;
  let token: string;
  let alice: Issued;
  let bob: Issued;

  test.beforeAll(async () => {
    test.setTimeout(240_000);
    portal = await startPortal({
      front: 'apache',
      toml: '[signing]\nauto = false\n',
      editApache: (text) => text.replace('#Use HubgateCheckByOcsp', 'Use HubgateCheckByOcsp'),
    });
    token = await portal.token('approver', 'operator');
    alice = await issue(portal, token, 'alice');
    bob = await issue(portal, token, 'bob');
  });
  test.afterAll(() => portal?.stop());

  /** The status of the answer, or `refused` when there was no TLS connection. */
  async function enter(identity?: Issued['identity']): Promise<number | 'refused'> {
    try {
      const answer = await portal.call(`${portal.gateUrl}/status/cert-check`, {
        headers: { accept: 'application/json' },
        ...(identity ? { identity } : {}),
      });
      return answer.status;
    } catch {
      return 'refused';
    }
  }

  test('a good certificate passes, and so does who shows none', async () => {
    expect(await enter(alice.identity)).toBe(200);
    expect(await enter(bob.identity)).toBe(200);
    expect(await enter()).toBe(200);
  });

  test('a revoked one is refused at its next handshake, without a reload', async () => {
    const path = `/api/v1/admin/certificates/${bob.serial}/revoke`;
    const answer = await curl(portal, path, ...bearer(token), ...jsonBody({ reason: 'keyCompromise' }));
    expect(answer.status).toBe(200);
    const changed = performance.now();
    await until('the handshake is refused', async () => (await enter(bob.identity)) === 'refused', 5);
    expect(performance.now() - changed).toBeLessThan(1500);
    expect(await portal.apache?.errorLog()).toMatch(/revoked/i);
    expect(await enter(alice.identity)).toBe(200);
  });

  test('a hold is refused until it ends, and what was never issued always', async () => {
    const carol = await issue(portal, token, 'carol');
    expect(await enter(carol.identity)).toBe(200);
    const path = `/api/v1/admin/certificates/${carol.serial}/revoke`;
    const held = await curl(portal, path, ...bearer(token), ...jsonBody({ reason: 'certificateHold' }));
    expect(held.status).toBe(200);
    await until('the hold is refused', async () => (await enter(carol.identity)) === 'refused', 5);
    await portal.hubgateJson(['certs', 'release', carol.serial]);
    await until('its end is known', async () => (await enter(carol.identity)) === 200, 15);

    // Of this CA by its signature, and in no revocation list: OCSP alone can tell.
    const never = await neverIssued(portal);
    await mustRun('openssl', [
      ...['verify', '-CAfile', join(portal.caDir, 'root-ca.pem')],
      ...['-untrusted', join(portal.caDir, 'signing-ca.pem'), never.certFile],
    ]);
    expect(await enter(never.identity)).toBe('refused');
    expect(await portal.apache?.errorLog()).toMatch(/unknown/i);
  });

  test('while the responder does not answer, nobody with a certificate gets in, until it does', async () => {
    const { ocsp } = await portal.processes();
    if (ocsp === undefined) throw new Error('there is no OCSP process');
    process.kill(ocsp, 'SIGSTOP');
    try {
      expect(await enter(alice.identity)).toBe('refused');
      expect(await enter()).toBe(200);
    } finally {
      process.kill(ocsp, 'SIGCONT');
    }
    await until('the gate opens again', async () => (await enter(alice.identity)) === 200, 15);
  });
});
