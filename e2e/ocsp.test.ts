import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { connectSigner, type SignerClient } from '../lib/signer-client/client';
import { certIdOf, readResponse } from '../lib/testing/ocsp';
import { parseCertificate, type CertificateInfo } from '../lib/x509/certificate';
import { encodeOcspRequest } from '../lib/x509/ocsp-request';
import { bearer, curl, jsonBody } from './support/curl';
import { send, type Answer } from './support/https-client';
import { issue, type Issued } from './support/issue';
import { neverIssued } from './support/never-issued';
import { openOcspPartners, type OcspPartners } from './support/ocsp-partners';
import { until } from './support/ports';
import { startPortal, type Portal } from './support/portal';
import { mustRun } from './support/run';

// Real programs of others ask real processes, by the address that stands in the certificates.
for (const front of ['embedded', 'apache'] as const) {
  test.describe(`OCSP behind ${front}`, () => {
    test.describe.configure({ mode: 'serial' });

    let portal: Portal;
    let token: string;
    let operator: SignerClient;
    let partners: OcspPartners;
    let ca: { signing: CertificateInfo; root: CertificateInfo };
    let good: Issued;
    let revoked: Issued;
    let held: Issued;
    let never: { certFile: string };

    test.beforeAll(async () => {
      test.setTimeout(240_000);
      portal = await startPortal({ front, toml: '[signing]\nauto = false' });
      token = await portal.token('approver', 'operator');
      operator = connectSigner(join(portal.dir, 'run', 'signer', 'operator.sock'));
      const read = async (name: string) =>
        parseCertificate(await readFile(join(portal.caDir, `${name}.pem`), 'utf8'));
      ca = { signing: await read('signing-ca'), root: await read('root-ca') };
      good = await issue(portal, token, 'alice');
      revoked = await issue(portal, token, 'bob');
      held = await issue(portal, token, 'carol');
      await revoke(revoked.serial, 'affiliationChanged');
      await revoke(held.serial, 'certificateHold');
      never = await neverIssued(portal);
      partners = await openOcspPartners({ dir: portal.dir, caDir: portal.caDir, url: ocspUrl() });
    });
    test.afterAll(async () => {
      operator?.close();
      await portal?.stop();
    });

    const ocspUrl = () => `${portal.httpUrl}/ocsp`;

    async function revoke(serial: string, reason: string): Promise<void> {
      const path = `/api/v1/admin/certificates/${serial}/revoke`;
      const answer = await curl(portal, path, ...bearer(token), ...jsonBody({ reason }));
      if (answer.status !== 200) throw new Error(`revoke: ${answer.status} ${answer.body}`);
    }

    const request = (serial: string, hash: 'sha1' | 'sha256' = 'sha1') =>
      encodeOcspRequest(certIdOf(ca.signing, serial, hash));
    const post = (body: Uint8Array): Promise<Answer> =>
      send(ocspUrl(), { method: 'POST', headers: { 'content-type': 'application/ocsp-request' }, body });
    const statusOf = async (serial: string): Promise<string | undefined> =>
      readResponse((await post(request(serial))).bytes, ca).statuses[serial];

    test('certificates say where it is', async () => {
      for (const file of [good.certFile, join(portal.stateDir, 'server', 'server.pem')]) {
        const said = await mustRun('openssl', ['x509', '-in', file, '-noout', '-ocsp_uri']);
        expect(said.trim()).toBe(ocspUrl());
      }
    });

    test('OpenSSL agrees on every status, with and without a nonce, under both digests', async () => {
      for (const options of [['-no_nonce'], [], ['-sha256', '-no_nonce'], ['-sha256']]) {
        const ask = (file: string) => partners.openssl(file, ...options);
        expect(await ask(good.certFile)).toEqual({ verdict: 'good', reason: null, warnings: '' });
        expect(await ask(revoked.certFile)).toMatchObject({
          verdict: 'revoked',
          reason: 'affiliationChanged',
        });
        expect(await ask(held.certFile)).toMatchObject({ verdict: 'revoked', reason: 'certificateHold' });
        expect(await ask(never.certFile)).toMatchObject({ verdict: 'unknown' });
      }
    });

    test('GnuTLS agrees on every status', async () => {
      expect(await partners.gnutls(good.certFile)).toBe('good');
      expect(await partners.gnutls(revoked.certFile)).toBe('revoked');
      expect(await partners.gnutls(held.certFile)).toBe('revoked');
      expect(await partners.gnutls(never.certFile)).toBe('unknown');
    });

    test('NSS agrees on every status', async () => {
      expect(await partners.nss(good.certFile)).toEqual({ verdict: 'good', chain: 'good' });
      expect(await partners.nss(revoked.certFile)).toEqual({ verdict: 'revoked', chain: 'bad' });
      expect(await partners.nss(held.certFile)).toEqual({ verdict: 'revoked', chain: 'bad' });
      expect(await partners.nss(never.certFile)).toMatchObject({ verdict: 'unknown' });
    });

    test('GET answers the same bytes, however clients write the address', async () => {
      // Base64 with `/`, `+` and `//`: what proxies like to tidy up.
      let body: Uint8Array;
      let base64: string;
      let tries = 0;
      do {
        body = request(`4${(tries += 1).toString(16).padStart(5, '0')}${'ffbefbff'.repeat(4)}ff`);
        base64 = Buffer.from(body).toString('base64');
      } while (!(base64.includes('//') && base64.includes('+')) && tries < 500);
      expect(base64).toMatch(/\/\/.*\+|\+.*\/\//);
      const posted = await post(body);
      expect(posted.headers['content-type']).toBe('application/ocsp-response');
      for (const path of [base64, encodeURIComponent(base64), `/${base64}`]) {
        const file = join(portal.dir, 'got.der');
        await mustRun('curl', ['-sSf', '--path-as-is', '-o', file, `${ocspUrl()}/${path}`]);
        expect((await readFile(file)).equals(posted.bytes), path).toBe(true);
      }
    });

    test('caches are told what RFC 5019 says', async () => {
      const url = `${ocspUrl()}/${encodeURIComponent(Buffer.from(request(good.serial)).toString('base64'))}`;
      const answer = await send(url);
      const read = readResponse(answer.bytes, ca);
      expect(answer.headers['cache-control']).toBe('max-age=3600, public, no-transform, must-revalidate');
      expect(answer.headers['last-modified']).toBe(read.thisUpdate.toUTCString());
      expect(answer.headers.expires).toBe(read.nextUpdate.toUTCString());
      const again = await send(url, { headers: { 'if-none-match': answer.headers.etag ?? '' } });
      expect([again.status, again.bytes.length]).toEqual([304, 0]);
    });

    test('what is no request is answered as OCSP says, with 200', async () => {
      const malformed = await post(Buffer.from('nonsense'));
      expect([malformed.status, malformed.bytes.toString('hex')]).toEqual([200, '30030a0101']);
      const foreign = encodeOcspRequest(certIdOf(ca.root, good.serial));
      const unauthorized = await post(foreign);
      expect([unauthorized.status, unauthorized.bytes.toString('hex')]).toEqual([200, '30030a0106']);
      for (const { headers } of [malformed, unauthorized]) expect(headers['cache-control']).toBe('no-store');
    });

    test('a revocation, a hold and its end are there within a second', async () => {
      const dave = await issue(portal, token, 'dave');
      expect(await statusOf(dave.serial)).toBe('good');
      const within = async (change: () => Promise<unknown>, status: string): Promise<number> => {
        await change();
        const changed = performance.now();
        await until('OCSP knows', async () => (await statusOf(dave.serial)) === status, 5);
        return performance.now() - changed;
      };
      const times = [
        await within(() => revoke(dave.serial, 'certificateHold'), 'revoked'),
        await within(() => operator.release({ serials: [dave.serial], by: 'host:test' }), 'good'),
        await within(() => revoke(dave.serial, 'cessationOfOperation'), 'revoked'),
      ];
      process.stdout.write(`seen after ${times.map((ms) => ms.toFixed(0)).join(', ')} ms\n`);
      for (const ms of times) expect(ms).toBeLessThan(1000);
    });

    test('doctor and ca status say how it is', async () => {
      const { findings } = (await portal
        .hubgateJson(['doctor'])
        .catch(async () => JSON.parse((await portal.hubgate(['doctor', '--json'])).stdout))) as {
        findings: { check: string; level: string; says: string }[];
      };
      const own = findings.filter(({ check }) => check === 'OCSP');
      expect(own).toEqual([
        {
          check: 'OCSP',
          level: 'ok',
          says: expect.stringMatching(/\/ocsp answers; .* \((29|30) days left\)/),
        },
      ]);
      const status = (await portal.hubgate(['ca', 'status'])).stdout;
      expect(status).toMatch(/^(?:29|30) +\d{4}-\d\d-\d\d +OCSP certificate /m);
      expect(status).toMatch(/^39\d +\d{4}-\d\d-\d\d +this site's server certificate +\S+server\.pem$/m);
    });

    if (front === 'apache') {
      test('a dead OCSP process comes back, and Apache asks it at once', async () => {
        const { ocsp } = await portal.processes();
        if (ocsp === undefined) throw new Error('there is no OCSP process');
        process.kill(ocsp, 'SIGKILL');
        await until('OCSP answers again', async () => (await post(request(good.serial))).status === 200, 10);
        expect(await statusOf(good.serial)).toBe('good');
      });
    }

    test('while the signer is stopped, what was asked goes on being answered', async () => {
      const { signer } = await portal.processes();
      if (signer === undefined) throw new Error('there is no signer');
      expect(await statusOf(good.serial)).toBe('good');
      process.kill(signer, 'SIGSTOP');
      try {
        expect(await statusOf(good.serial)).toBe('good');
        // Nobody has asked about this one, and nobody can answer now: tryLater.
        const late = await post(request('4abcdef0'));
        expect(late.bytes.toString('hex')).toBe('30030a0103');
      } finally {
        process.kill(signer, 'SIGCONT');
      }
    });
  });
}
