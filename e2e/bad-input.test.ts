import { readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { opensslCsr, type MadeCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { issue, submit } from './support/issue';
import { startPortal, type Portal } from './support/portal';
import { mustRun } from './support/run';

// Whatever is wrong with what a stranger sends: one stable code, a sentence, the field; nothing stored.

test.describe.configure({ mode: 'serial' });

let portal: Portal;
let token: string;
let good: MadeCsr;
let goodDer: Buffer;

const EC = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];

test.beforeAll(async () => {
  portal = await startPortal({
    front: 'embedded',
    toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 1000',
  });
  token = await portal.token('approver', 'operator');
  good = await opensslCsr(portal.dir, 'good', { algorithm: EC });
  goodDer = await derOf(good);
});
test.afterAll(() => portal?.stop());

async function derOf(made: MadeCsr): Promise<Buffer> {
  const file = `${made.csrFile}.der`;
  await mustRun('openssl', ['req', '-in', made.csrFile, '-outform', 'DER', '-out', file]);
  return readFile(file);
}

/** Replaces the first occurrence of `from` after `anchor` with bytes of the same length. */
function flip(der: Buffer, at: number): Buffer {
  const copy = Buffer.from(der);
  copy[at] = (copy[at] ?? 0) ^ 0x01;
  return copy;
}

async function sendFile(bytes: string | Buffer, type = 'application/pkcs10') {
  const file = join(portal.dir, `bad-${Math.random().toString(36).slice(2)}`);
  await writeFile(file, bytes);
  return curl(portal, '/api/v1/requests', '--header', `Content-Type: ${type}`, '--data-binary', `@${file}`);
}

const sendJson = (value: unknown) => curl(portal, '/api/v1/requests', ...jsonBody(value));

function expectProblem(
  answer: Awaited<ReturnType<typeof curl>>,
  status: number,
  code: string,
  field?: string,
): void {
  expect(answer.body, code).toContain(`"${code}"`);
  expect(answer.status, code).toBe(status);
  expect(answer.contentType, code).toContain('application/problem+json');
  const problem = answer.json();
  expect(problem, code).toMatchObject({ code, status, title: expect.stringMatching(/\w{3}/) });
  // A sentence for people that says what to do.
  expect(String(problem['detail']).length, code).toBeGreaterThan(15);
  if (field !== undefined) expect(problem['field'], code).toBe(field);
  // Never what was sent.
  expect(answer.body, code).not.toMatch(/PRIVATE KEY-----\n|MII[A-Za-z0-9+/]{40}/);
}

test('what is not a CSR is named for what it is', async () => {
  const key = await readFile(good.keyFile, 'utf8');
  const cert = await readFile(join(portal.caDir, 'root-ca.pem'), 'utf8');
  const cases: [string, string | Buffer, number, string][] = [
    ['prose', 'Please give me a certificate.', 400, 'csr.malformed'],
    ['nothing', '', 400, 'csr.malformed'],
    ['two CSRs', good.csr + good.csr, 400, 'csr.several'],
    ['a certificate', cert, 400, 'csr.certificate'],
    ['a private key', key, 400, 'csr.private-key'],
    ['a CSR and its private key', good.csr + key, 400, 'csr.private-key'],
    ['truncated DER', goodDer.subarray(0, goodDer.length - 7), 400, 'csr.truncated'],
    ['trailing DER', Buffer.concat([goodDer, Buffer.from([0x05, 0x00])]), 400, 'csr.trailing-data'],
    ['17 KiB', `${'x'.repeat(17 * 1024)}`, 413, 'csr.too-large'],
    ['a wrong signature', flip(goodDer, goodDer.length - 1), 422, 'csr.signature'],
  ];
  for (const [what, bytes, status, code] of cases) {
    const answer = await sendFile(bytes);
    expect.soft(answer.body, what).toContain(`"${code}"`);
    expect.soft(answer.status, what).toBe(status);
    expectProblem(answer, status, code, 'csr');
  }
});

test('a private key is neither kept nor logged', async () => {
  const key = (await readFile(good.keyFile, 'utf8')).split('\n')[1] ?? '';
  const found = await mustRun('sh', ['-c', `grep -rlF '${key}' '${portal.stateDir}' || true`]);
  expect(found).toBe('');
  expect(portal.output()).not.toContain(key);
});

test('keys and signatures that are too weak are refused', async () => {
  const made = async (name: string, algorithm: string[], extra: string[] = []) =>
    (await opensslCsr(portal.dir, name, { algorithm, extra })).csr;
  const rsa = (bits: number, ...more: string[]) => [
    '-algorithm',
    'RSA',
    '-pkeyopt',
    `rsa_keygen_bits:${bits}`,
    ...more,
  ];
  const cases: [string, string | Buffer, string][] = [
    ['RSA 1024', await made('weak', rsa(1024)), 'csr.weak-key'],
    ['exponent 3', await made('three', rsa(2048, '-pkeyopt', 'rsa_keygen_pubexp:3')), 'csr.weak-key'],
    ['MD5', await made('md5', rsa(2048), ['-md5']), 'csr.signature-algorithm'],
    ['SHA-1', await made('sha1', rsa(2048), ['-sha1']), 'csr.signature-algorithm'],
    [
      'an unlisted curve',
      await made('curve', ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:secp256k1']),
      'csr.ec-curve',
    ],
    ['a point off the curve', flip(goodDer, pointOffset(goodDer) + 40), 'csr.ec-point'],
    ['Ed448', await made('ed448', ['-algorithm', 'ED448']), 'csr.key-type'],
  ];
  for (const [what, bytes, code] of cases) {
    const answer = await sendFile(bytes);
    expect.soft(answer.body, what).toContain(`"${code}"`);
    expectProblem(answer, 422, code, 'csr');
  }
});

/** Where the uncompressed point (04 X Y) begins: after the BIT STRING header 03 42 00. */
function pointOffset(der: Buffer): number {
  const at = der.indexOf(Buffer.from([0x03, 0x42, 0x00, 0x04]));
  if (at < 0) throw new Error('no P-256 point in this CSR');
  return at + 3;
}

test('a CA’s own key is no user’s key', async () => {
  const signer = join(portal.stateDir, 'signer');
  const file = join(portal.dir, 'ca-key.csr');
  await mustRun('openssl', [
    'req',
    '-new',
    '-key',
    join(signer, 'signing-ca.key'),
    '-passin',
    `file:${join(signer, 'evaluation-passphrase')}`,
    '-subj',
    '/CN=mallory',
    '-out',
    file,
  ]);
  expectProblem(await sendFile(await readFile(file)), 422, 'csr.ca-key');
});

test('names that break the account pattern are refused', async () => {
  const names = [
    'Alice',
    '9lives',
    'a b',
    'x'.repeat(33),
    'аlice',
    'alice\u202e',
    'alice\u0007',
    '-rf',
    'a/b',
    'a*',
  ];
  for (const name of names) {
    const answer = await sendJson({ csr: good.csr, commonName: name });
    expect.soft([422, 400], name).toContain(answer.status);
    expect.soft(answer.body, name).toMatch(/request\.common-name|csr\.text/);
  }
  expectProblem(
    await sendFile((await opensslCsr(portal.dir, 'Not An Account', { algorithm: EC })).csr),
    422,
    'request.common-name',
  );
  expectProblem(
    await sendFile((await opensslCsr(portal.dir, 'root', { algorithm: EC })).csr),
    422,
    'request.system-account',
  );
  expectProblem(
    await sendFile((await opensslCsr(portal.dir, 'www-data', { algorithm: EC })).csr),
    422,
    'request.system-account',
  );
});

test('an e-mail address with a line break, and other addresses that are none, are refused', async () => {
  for (const email of [
    'a@example.org\nBcc: b@example.org',
    'a@example.org\r\n',
    'nobody',
    'a@b@c',
    `${'x'.repeat(300)}@example.org`,
    'a\u0000@example.org',
  ]) {
    const answer = await sendJson({ csr: good.csr, email });
    expect.soft(answer.body, JSON.stringify(email)).toContain('"request.email"');
    expectProblem(answer, 422, 'request.email', 'email');
  }
});

test('control characters and look-alikes in any text are refused', async () => {
  for (const [field, code] of [
    ['name', 'request.name'],
    ['note', 'request.note'],
  ] as const) {
    for (const text of ['a\u0000b', 'a\u001b[31mb', 'abc\u202egnp', 'p\u0430ypal admin', 'x\u2066y']) {
      const answer = await sendJson({ csr: good.csr, email: 'a@example.org', [field]: text });
      expect.soft(answer.body, `${field} ${JSON.stringify(text)}`).toContain(`"${code}"`);
    }
  }
});

test('calls of the wrong shape are answered, not guessed at', async () => {
  expectProblem(
    await curl(
      portal,
      '/api/v1/requests',
      '--header',
      'Content-Type: application/json',
      '--data-binary',
      '{"csr":',
    ),
    400,
    'http.malformed',
  );
  expect((await sendJson({ csr: good.csr, surprise: 1 })).status).toBe(400);
  expect((await sendJson({})).status).toBe(400);
  expectProblem(await sendFile(good.csr, 'text/csv'), 415, 'http.media-type');
  expect((await curl(portal, '/api/v1/requests', '--request', 'DELETE')).status).toBe(405);
  const huge = await portal.call('/api/v1/requests', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ csr: 'x'.repeat(900_000) }),
  });
  expect(huge.status).toBe(413);
  expect((await curl(portal, '/api/v1/requests/R-00000000', ...bearer('x'.repeat(43)))).status).toBe(404);
  expect((await curl(portal, '/api/v1/nowhere')).status).toBe(404);
  for (const path of ['/', '/certs/new', '/api/v1/requests', '/healthz']) {
    expect((await portal.call(path, { method: 'TRACE' })).status, path).toBe(405);
    // The same from a front that passes it on.
    expect(await traceOverSocket(path), path).toBe(405);
  }
});

function traceOverSocket(path: string): Promise<number> {
  const socketPath = join(portal.dir, 'run', 'portal.sock');
  const headers = { host: new URL(portal.url).host };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, path, method: 'TRACE', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    call.on('error', reject);
    call.end();
  });
}

test('a CSR in any honest form is taken', async () => {
  const form = async (name: string, change: (csr: string) => string | Buffer) => {
    const made = await opensslCsr(portal.dir, name, { algorithm: EC });
    const answer = await sendFile(change(made.csr));
    expect.soft(answer.status, `${name}: ${answer.body}`).toBe(201);
  };
  await form('crlf', (csr) => csr.replaceAll('\n', '\r\n'));
  await form('bom', (csr) => `\ufeff${csr}`);
  await form('textaround', (csr) => `Certificate Request:\n    Data:\n${csr}\nregards\n`);
  await form('newheader', (csr) => csr.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'));
  const der = await opensslCsr(portal.dir, 'binary', { algorithm: EC });
  expect((await sendFile(await derOf(der))).status).toBe(201);
  const json = await opensslCsr(portal.dir, 'asjson', { algorithm: EC });
  expect(
    (
      await sendJson({
        csr: json.csr,
        email: 'asjson@example.org',
        name: 'José Núñez',
        note: 'für die Übung',
      })
    ).status,
  ).toBe(201);
});

test('the same key twice is one request', async () => {
  const made = await opensslCsr(portal.dir, 'twice', { algorithm: EC });
  await submit(portal, made, 'twice@example.org');
  const again = await sendFile(made.csr);
  expectProblem(again, 409, 'request.duplicate-key');
  // Nothing about the one who has it.
  expect(again.body).not.toMatch(/twice@example|R-[0-9A-Z]{8}/);
});

test('an extension that was smuggled in is shown to the approver, and not issued', async () => {
  const forged = await issue(portal, token, 'forger', {
    algorithm: EC,
    extra: [
      '-addext',
      'basicConstraints=critical,CA:TRUE',
      '-addext',
      'keyUsage=keyCertSign',
      '-addext',
      'subjectAltName=email:forger@example.org,DNS:evil.example',
    ],
  });
  const text = await mustRun('openssl', ['x509', '-in', forged.certFile, '-noout', '-text']);
  expect(text).toContain('CA:FALSE');
  expect(text).not.toMatch(/CA:TRUE|Certificate Sign|evil\.example/);
  const listed = await curl(portal, '/api/v1/admin/requests?q=forger', ...bearer(token));
  const { items } = listed.json() as { items: { checks: { code: string; ok: boolean }[] }[] };
  expect(items[0]?.checks.some(({ ok }) => !ok)).toBe(true);
});

test('after all of this, nothing bad is in the queue and the good is still there', async () => {
  const queue = await curl(portal, '/api/v1/admin/requests?limit=100', ...bearer(token));
  const { items } = queue.json() as { items: { commonName: string }[] };
  expect(items.map(({ commonName }) => commonName).sort()).toEqual(
    ['asjson', 'binary', 'bom', 'crlf', 'forger', 'newheader', 'textaround', 'twice'].sort(),
  );
  expectProblem(
    await curl(
      portal,
      `/api/v1/admin/certificates/${'0'.repeat(40)}/revoke`,
      ...bearer(token),
      ...jsonBody({ reason: 'superseded' }),
    ),
    404,
    'certificate.not-found',
  );
});
