import { readFile, rename, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';
import { WebSocket } from 'ws';

import { opensslCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { oneConnection } from './support/https-client';
import { expiredCertificate, issue, pickUp, submit, type Issued } from './support/issue';
import { makeForeignCa } from './support/openssl';
import { until } from './support/ports';
import { startPortal, type Portal } from './support/portal';
import { mustRun } from './support/run';
import { verifyWithThree } from './support/three-verifiers';

const WRONG = 'w'.repeat(43);

// A person with openssl and curl, and nothing else: from a key to a hub, and out again.
for (const front of ['apache', 'embedded'] as const) {
  test.describe(`with curl alone, behind ${front}`, () => {
    test.describe.configure({ mode: 'serial' });

    let portal: Portal;
    let token: string;
    let alice: Issued;

    test.beforeAll(async () => {
      test.setTimeout(180_000);
      portal = await startPortal({ front, toml: '[signing]\nauto = false' });
      token = await portal.token('approver', 'operator');
    });
    test.afterAll(() => portal?.stop());

    const check = async (identity?: Issued['identity'], agent?: Agent) => {
      const answer = await portal.call(`${portal.gateUrl}/status/cert-check`, {
        headers: { accept: 'application/json' },
        ...(identity ? { identity } : {}),
        ...(agent ? { agent } : {}),
      });
      return JSON.parse(answer.text) as {
        shown: boolean;
        accepted: boolean;
        reasons: { code: string; message: string }[];
        certificate?: Record<string, string>;
      };
    };

    test('the CA is there over http, and its digests agree', async () => {
      for (const name of ['root-ca', 'signing-ca']) {
        const der = await portal.call(`${portal.httpUrl}/ca/${name}.crt`);
        expect(der.status).toBe(200);
        expect(der.headers['content-type']).toBe('application/x-x509-ca-cert');
        const etag = der.headers.etag ?? '';
        expect(etag).not.toBe('');
        const again = await portal.call(`${portal.httpUrl}/ca/${name}.crt`, {
          headers: { 'if-none-match': etag },
        });
        expect(again.status).toBe(304);
        const pem = await portal.call(`${portal.httpUrl}/ca/${name}.pem`);
        expect(pem.text.trim()).toBe((await readFile(join(portal.caDir, `${name}.pem`), 'utf8')).trim());
      }
      for (const file of [
        'root-ca.crt',
        'signing-ca.crt',
        'root-ca.pem',
        'signing-ca.pem',
        'bundle.pem',
        'bundle.p7b',
      ]) {
        await mustRun('curl', ['-sSf', '-o', join(portal.dir, file), `${portal.httpUrl}/ca/${file}`]);
      }
      const sums = await portal.call(`${portal.httpUrl}/ca/SHA256SUMS`);
      await writeFile(join(portal.dir, 'SHA256SUMS'), sums.text);
      await mustRun('sha256sum', ['--check', '--strict', '--ignore-missing', 'SHA256SUMS'], {
        cwd: portal.dir,
      });
      expect((await portal.call(`${portal.httpUrl}/ca/hubgate.mobileconfig`)).status).toBe(200);
    });

    test('both CRLs verify, and are fresh', async () => {
      const bundle = join(portal.dir, 'bundle.pem');
      for (const name of ['root-ca', 'signing-ca']) {
        const file = join(portal.dir, `${name}.crl`);
        await mustRun('curl', ['-sSf', '-o', file, `${portal.httpUrl}/crl/${name}.crl`]);
        const printed = await mustRun('openssl', [
          'crl',
          '-inform',
          'DER',
          '-in',
          file,
          '-noout',
          '-nextupdate',
        ]);
        expect(Date.parse(printed.trim().replace('nextUpdate=', ''))).toBeGreaterThan(
          Date.now() + 20 * 86_400_000,
        );
        const verdict = await mustRun('sh', [
          '-c',
          `openssl crl -inform DER -in ${file} -CAfile ${bundle} -noout 2>&1`,
        ]);
        expect(verdict).toContain('verify OK');
        // As the front hands it out: kept for an hour, and a client that has it is told so.
        const url = `${portal.httpUrl}/crl/${name}.crl`;
        const { headers, status } = await portal.call(url);
        expect([status, headers['content-type']]).toEqual([200, 'application/pkix-crl']);
        expect(headers['cache-control']).toBe('public, max-age=3600');
        expect(headers['set-cookie']).toBeUndefined();
        const since = headers['last-modified'] ?? '';
        expect(Date.parse(since)).toBeLessThanOrEqual(Date.now());
        const known: Record<string, string>[] = [
          { 'if-modified-since': since },
          { 'if-none-match': headers.etag ?? '' },
        ];
        for (const has of known) {
          const again = await portal.call(url, { headers: has });
          expect([again.status, again.bytes.length], JSON.stringify(has)).toEqual([304, 0]);
        }
      }
    });

    test('a CSR goes in, a decision is made, a certificate comes out', async () => {
      const made = await opensslCsr(portal.dir, 'alice');
      const sent = await submit(portal, made, 'alice@example.org');
      expect(sent).toMatchObject({
        id: expect.stringMatching(/^R-[0-9A-HJKMNP-TV-Z]{8}$/),
        state: 'SUBMITTED',
      });
      expect(sent.statusUrl).toContain(`/certs/requests/${sent.id}`);
      expect(sent.statusUrl).not.toContain(`${sent.pickupSecret}/`);

      const waiting = await curl(portal, `/api/v1/requests/${sent.id}`, ...bearer(sent.pickupSecret));
      expect(waiting.json()).toMatchObject({ id: sent.id, state: 'SUBMITTED' });
      expect(waiting.json()['certificate']).toBeFalsy();
      expect((await curl(portal, `/api/v1/requests/${sent.id}`, ...bearer(WRONG))).status).toBe(404);
      expect((await curl(portal, `/api/v1/requests/${sent.id}`)).status).toBe(401);

      const queue = await curl(portal, '/api/v1/admin/requests?state=SUBMITTED', ...bearer(token));
      const { items } = queue.json() as { items: Record<string, unknown>[] };
      expect(items.find(({ id }) => id === sent.id)).toMatchObject({
        state: 'SUBMITTED',
        profile: 'user',
        commonName: 'alice',
        email: 'alice@example.org',
        spkiSha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect((await curl(portal, '/api/v1/admin/requests')).status).toBe(401);
      expect((await curl(portal, '/api/v1/admin/requests', ...bearer(WRONG))).status).toBe(401);

      const approved = await curl(
        portal,
        `/api/v1/admin/requests/${sent.id}/approve`,
        ...bearer(token),
        ...jsonBody({ comment: 'known' }),
      );
      expect(approved.json()).toMatchObject({ id: sent.id, state: 'APPROVED' });
      const twice = await curl(
        portal,
        `/api/v1/admin/requests/${sent.id}/approve`,
        ...bearer(token),
        ...jsonBody({}),
      );
      expect(twice.status).toBe(409);

      const signed = await curl(
        portal,
        '/api/v1/admin/requests/sign',
        ...bearer(token),
        '--header',
        'Accept: application/json',
        ...jsonBody({ ids: [sent.id] }),
      );
      expect(signed.json()).toMatchObject({
        results: [{ id: sent.id, state: 'ISSUED', serial: expect.stringMatching(/^[0-9a-f]{32,40}$/) }],
      });
      alice = await pickUp(portal, made, sent.id, sent.pickupSecret);
      await verifyWithThree({ certPem: alice.pem, caDir: portal.caDir });
      const text = await mustRun('openssl', ['x509', '-in', alice.certFile, '-noout', '-text']);
      expect(text).toMatch(
        /Subject: DC ?= ?University of Chile, O ?= ?Center for Mathematical Modeling, OU ?= ?NLHPC, CN ?= ?alice/,
      );
      expect(text).toContain('TLS Web Client Authentication');
      // Nobody proved or vouched for the address.
      expect(text).not.toContain('alice@example.org');
    });

    test('the certificate comes in every form, to its owner only', async () => {
      const forms = { pem: 'application/x-pem-file', crt: 'application/', p7b: 'application/' };
      for (const [form, type] of Object.entries(forms)) {
        const path = `/api/v1/requests/${alice.id}/certificate.${form}`;
        const got = await curl(
          portal,
          path,
          ...bearer(alice.pickupSecret),
          '--output',
          join(portal.dir, `got.${form}`),
        );
        expect(got.status, form).toBe(200);
        expect(got.contentType, form).toContain(type);
        expect((await curl(portal, path)).status, form).toBe(401);
      }
      const serial = async (...args: string[]) => (await mustRun('openssl', args)).trim();
      const expected = `serial=${alice.serial.toUpperCase()}`;
      expect(await serial('x509', '-in', join(portal.dir, 'got.pem'), '-noout', '-serial')).toBe(expected);
      expect(
        await serial('x509', '-inform', 'DER', '-in', join(portal.dir, 'got.crt'), '-noout', '-serial'),
      ).toBe(expected);
      const p7b = await mustRun('sh', [
        '-c',
        `openssl pkcs7 -inform DER -in ${portal.dir}/got.p7b -print_certs 2>/dev/null || openssl pkcs7 -in ${portal.dir}/got.p7b -print_certs`,
      ]);
      expect(p7b).toContain('alice');
    });

    test('cert-check accepts it, and says what else it saw', async () => {
      const accepted = await check(alice.identity);
      expect(accepted).toMatchObject({ shown: true, accepted: true, reasons: [] });
      expect(accepted.certificate).toMatchObject({ serial: alice.serial });
      expect(accepted.certificate?.['subject']).toContain('CN=alice');
      expect(await check()).toMatchObject({
        shown: false,
        accepted: false,
        reasons: [{ code: 'none-shown' }],
      });
      const onPortal = await curl(portal, '/status/cert-check', '--header', 'Accept: application/json');
      expect(onPortal.json()).toMatchObject({ accepted: false, reasons: [{ code: 'none-shown' }] });
      expect(JSON.stringify(onPortal.json()['checkAt'])).toContain(portal.gateUrl);
    });

    test('headers that a client makes up change nothing', async () => {
      const forged = [
        'X-SSL-Client-Verify: SUCCESS',
        `X-SSL-Client-Cert: ${alice.pem.replaceAll('\n', ' ')}`,
        'X_SSL_Client_Verify: SUCCESS',
        `Client-Cert: :${Buffer.from('x').toString('base64')}:`,
        'X-Hubgate-Front: guess',
      ].flatMap((header) => ['--header', header]);
      for (const url of [`${portal.gateUrl}/status/cert-check`, '/status/cert-check']) {
        const answer = await curl(portal, url, '--header', 'Accept: application/json', ...forged);
        expect(answer.json(), url).toMatchObject({ shown: false, accepted: false });
      }
    });

    test('the hub opens with the certificate, and explains without', async () => {
      const files = ['--cert', alice.certFile, '--key', alice.keyFile];
      const inside = await curl(portal, `${portal.gateUrl}/astro/hub/home`, ...files);
      expect(inside.status).toBe(200);
      expect(inside.json()).toMatchObject({ hub: 'astro', url: '/astro/hub/home' });
      const outside = await curl(portal, `${portal.gateUrl}/astro/hub/home`, '--header', 'Accept: text/html');
      expect(outside.status).toBe(403);
      expect(outside.contentType).toContain('text/html');
      expect(/certificate/i.test(outside.body)).toBe(true);
      expect(outside.body.includes(portal.url)).toBe(true);
      const listed = await curl(portal, '/api/v1/hubs');
      expect(listed.json()).toMatchObject({
        hubs: [{ name: 'astro', url: `${portal.gateUrl}/astro`, description: 'Astronomy, with a comma' }],
      });
    });

    test('a WebSocket goes through with the certificate', async () => {
      const open = (identity?: Issued['identity']) =>
        new Promise<string>((resolve, reject) => {
          const socket = new WebSocket(
            `${portal.gateUrl.replace('https://gate.localhost', 'wss://127.0.0.1')}/astro/ws`,
            {
              headers: { host: new URL(portal.gateUrl).host },
              agent: new Agent({ ca: portal.rootPem, servername: 'gate.localhost', ...identity }),
            },
          );
          socket.on('open', () => socket.send('hello'));
          socket.on('message', (data: Buffer) => {
            resolve(data.toString('utf8'));
            socket.close();
          });
          socket.on('unexpected-response', (_request, response) => resolve(`status ${response.statusCode}`));
          socket.on('error', reject);
        });
      expect(await open(alice.identity)).toBe('echo hello');
      expect(await open()).toBe('status 403');
    });

    test('an expired certificate and a stranger’s get no further', async () => {
      const expired = await expiredCertificate(portal, await opensslCsr(portal.dir, 'alice'));
      const foreign = await (await makeForeignCa(join(portal.dir, 'foreign'), 'Foreign')).issue('alice');
      for (const [code, identity] of [
        ['expired', expired],
        ['unknown-issuer', foreign],
      ] as const) {
        const hub = portal.call(`${portal.gateUrl}/astro/`, { identity });
        if (front === 'apache') {
          // Apache ends the handshake: only the portal's own name can explain.
          await expect(hub, code).rejects.toThrow(/alert|ECONNRESET|EPIPE|closed/i);
          await expect(check(identity), code).rejects.toThrow(/alert|ECONNRESET|EPIPE|closed/i);
        } else {
          expect((await hub).status, code).toBe(403);
          const said = await check(identity);
          expect(said, code).toMatchObject({ shown: true, accepted: false });
          expect(
            said.reasons.map((reason) => reason.code),
            code,
          ).toContain(code);
        }
      }
      const help = await curl(portal, '/status/cert-check', '--header', 'Accept: text/html');
      expect(help.status).toBe(200);
      expect(/expired/i.test(help.body), 'the portal says why the gate broke the connection').toBe(true);
    });

    test('a serial put into revoked.map is refused on the next request of an open connection', async () => {
      const bob = await issue(portal, token, 'bob');
      const agent = oneConnection();
      const path = join(portal.mapsDir, 'revoked.map');
      const before = await readFile(path, 'utf8');
      expect(before).toContain('complete yes');
      try {
        const hub = () => portal.call(`${portal.gateUrl}/astro/x`, { identity: bob.identity, agent });
        expect((await hub()).status).toBe(200);
        await writeFile(`${path}.test`, `${before}${bob.serial.toUpperCase()} revoked\n`);
        await rename(`${path}.test`, path);
        expect(await hub()).toMatchObject({ status: 403, reusedSocket: true });
      } finally {
        agent.destroy();
        await writeFile(`${path}.test`, before);
        await rename(`${path}.test`, path);
      }
    });

    test('a revocation through the API closes the gate, shows in the CRL and in cert-check', async () => {
      const carol = await issue(portal, token, 'carol');
      const agent = oneConnection();
      try {
        const hub = () => portal.call(`${portal.gateUrl}/astro/x`, { identity: carol.identity, agent });
        expect((await hub()).status).toBe(200);
        const revoked = await curl(
          portal,
          `/api/v1/admin/certificates/${carol.serial}/revoke`,
          ...bearer(token),
          ...jsonBody({ reason: 'keyCompromise' }),
        );
        expect(revoked.json()).toMatchObject({
          serial: carol.serial,
          state: 'REVOKED',
          reason: 'keyCompromise',
        });
        expect(await hub()).toMatchObject({ status: 403, reusedSocket: true });
        const said = await check(carol.identity, agent);
        expect(said).toMatchObject({ shown: true, accepted: false });
        expect(said.reasons.map(({ code }) => code)).toContain('revoked');
      } finally {
        agent.destroy();
      }
      await until('the CRL names it', async () => {
        const file = join(portal.dir, 'signing-now.crl');
        await mustRun('curl', ['-sSf', '-o', file, `${portal.httpUrl}/crl/signing-ca.crl`]);
        const text = await mustRun('openssl', ['crl', '-inform', 'DER', '-in', file, '-noout', '-text']);
        return text.includes(carol.serial.toUpperCase());
      });
      expect(await check(alice.identity)).toMatchObject({ accepted: true });
    });

    test('many are signed with live progress, one event each', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 5; index += 1) {
        const made = await opensslCsr(portal.dir, `many${index}`, {
          algorithm: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
        });
        const { id } = await submit(portal, made);
        await curl(portal, `/api/v1/admin/requests/${id}/approve`, ...bearer(token), ...jsonBody({}));
        ids.push(id);
      }
      const signed = await curl(
        portal,
        '/api/v1/admin/requests/sign',
        ...bearer(token),
        '--no-buffer',
        '--header',
        'Accept: text/event-stream',
        ...jsonBody({ all: true }),
      );
      expect(signed.contentType).toContain('text/event-stream');
      const events = signed.body.split('\n\n').flatMap((block) => {
        const name = /^event: (.*)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1];
        return name === undefined || data === undefined
          ? []
          : [{ name, data: JSON.parse(data) as Record<string, unknown> }];
      });
      expect(
        events
          .filter(({ name }) => name === 'item')
          .map(({ data }) => data['id'])
          .sort(),
      ).toEqual(ids.sort());
      expect(events.at(-1)).toMatchObject({ name: 'done', data: { issued: 5, failed: 0 } });
    });

    test('every kind of key gets a certificate that three libraries accept', async () => {
      const kinds: [string, string[], boolean][] = [
        ['rsa3072', ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:3072'], true],
        ['p256', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'], true],
        ['p384', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'], true],
        ['ed25519', ['-algorithm', 'ED25519'], false],
      ];
      for (const [name, algorithm, nss] of kinds) {
        const issued = await issue(portal, token, name, { algorithm });
        await verifyWithThree({ certPem: issued.pem, caDir: portal.caDir, nss });
        expect(await check(issued.identity), name).toMatchObject({ accepted: true });
      }
    });

    test('the audit chain holds', async () => {
      const verified = await portal.hubgate(['audit', 'verify']);
      expect(verified.stdout + verified.stderr).not.toMatch(/broken|gap/i);
      expect(verified.code).toBe(0);
    });
  });
}
