import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { startGateBench, type GateBench } from './support/gate-bench';
import { send, type Identity } from './support/https-client';
import { run } from './support/run';

// The original layout, one name for portal and hubs, and the script that keeps the CRLs for Apache.

test.describe.configure({ mode: 'serial' });

let bench: GateBench;
let alice: Identity & { certFile: string };
const site = (path: string) => `https://localhost:${bench.ports.portal}${path}`;

test.beforeAll(async () => {
  bench = await startGateBench('hubgate-one-name.conf');
  alice = await bench.ca.issue('alice');
});
test.afterAll(() => bench?.stop());

test('portal and hubs share the name; the certificate is asked for, never demanded', async () => {
  const ca = bench.ca.rootPem;
  expect(JSON.parse((await send(site('/certs'), { ca })).text)).toMatchObject({
    portal: true,
    url: '/certs',
  });
  const shown = JSON.parse((await send(site('/status/cert-check'), { ca, identity: alice })).text);
  expect(shown.headers['x-ssl-client-verify']).toBe('SUCCESS');
  expect((await send(site('/astro/'), { ca, identity: alice })).status).toBe(200);
  const refused = await send(site('/astro/'), { ca });
  expect(refused.status).toBe(403);
  expect(JSON.parse(refused.text).headers['x-hubgate-refusal']).toBe('none-shown');
});

test('the portal’s cookies reach the portal, and no hub', async () => {
  const options = { ca: bench.ca.rootPem, identity: alice, headers: { cookie: '__Host-hubgate-session=s1' } };
  const portal = JSON.parse((await send(site('/certs'), options)).text);
  expect(portal.headers.cookie).toBe('__Host-hubgate-session=s1');
  const hub = JSON.parse((await send(site('/astro/x'), options)).text);
  expect(hub.headers.cookie ?? '').toBe('');
});

test('the canary keeps its own name', async () => {
  const canary = (path: string) =>
    send(`https://canary.localhost:${bench.ports.portal}${path}`, { ca: bench.ca.rootPem });
  expect((await canary('/trust/proof?nonce=1')).status).toBe(200);
  expect((await canary('/astro/')).status).toBe(404);
});

test('hubgate-crl-refresh.sh installs CRLs that verify, and nothing else', async () => {
  const script = join(import.meta.dirname, '..', 'deploy', 'apache', 'hubgate-crl-refresh.sh');
  const dir = bench.dir;
  await bench.ca.revoke(alice.certFile);
  await bench.ca.writeCrls(join(dir, 'both.pem'));
  const both = await readFile(join(dir, 'both.pem'));
  const [signing = ''] = both.toString('utf8').split(/(?<=-----END X509 CRL-----\n)/);
  let served: Record<string, Buffer> = { '/crl/crls.pem': both };
  const server = createServer((request, response) => {
    const body = served[request.url ?? ''];
    response.statusCode = body ? 200 : 404;
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const target = join(dir, 'crls-by-script.pem');
  const refresh = () =>
    run(script, [`http://127.0.0.1:${port}`, bench.ca.bundleFile, target, 'touch', join(dir, 'reloaded')]);
  try {
    const first = await refresh();
    expect(first.code, first.stderr).toBe(0);
    const installed = await readFile(target, 'utf8');
    expect(installed.match(/BEGIN X509 CRL/g)).toHaveLength(2);
    await expect(readFile(join(dir, 'reloaded'))).resolves.toBeDefined();

    for (const wrong of [
      signing,
      both.toString('utf8').replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA'),
    ]) {
      served = { '/crl/crls.pem': Buffer.from(wrong) };
      expect((await refresh()).code).not.toBe(0);
      expect(await readFile(target, 'utf8')).toBe(installed);
    }
    served = { '/crl/crls.pem': Buffer.from('no CRL') };
    const broken = await refresh();
    expect(broken.code).not.toBe(0);
    expect(broken.stderr).toContain('nothing was changed');
    served = {};
    expect((await refresh()).code).not.toBe(0);
    expect(await readFile(target, 'utf8')).toBe(installed);
  } finally {
    server.close();
  }
});
