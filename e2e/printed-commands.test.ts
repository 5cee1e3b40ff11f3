import { createHash } from 'node:crypto';
import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { curl } from './support/curl';
import { approveAndSign } from './support/issue';
import { startPortal, type Portal } from './support/portal';
import { until } from './support/ports';
import { paste, PRIVATE_STORE, printedCommands } from './support/printed';
import { mustRun, run } from './support/run';
import { verifyWithThree } from './support/three-verifiers';

// What the pages tell people to paste, taken from their HTML as it stands and pasted.

test.describe.configure({ mode: 'serial' });

const STORE = '/etc/ssl/certs/ca-certificates.crt';

let portal: Portal;
let token: string;

test.beforeAll(async () => {
  test.setTimeout(180_000);
  portal = await startPortal({
    front: 'embedded',
    toml: '[signing]\nauto = false\n[trust]\nenforce = "require"',
    pki: 'serverNames = [".example.org"]',
  });
  token = await portal.token('approver', 'operator');
});
test.afterAll(() => portal?.stop());

const home = () => mkdtemp(join(portal.dir, 'home-'));

/** The commands of one guide: those before the fold that takes it all back, and those in it. */
async function guideCommands(id: string): Promise<{ install: string[]; remove: string[] }> {
  const { text } = await portal.call(`/ca?guide=${id}`);
  const guide = /<ol class="guide">[\s\S]*?<\/ol>/.exec(text)?.[0] ?? '';
  const [before = '', ...after] = guide.split(
    /<details[^>]*>(?=<summary>(?:(?!<\/summary>).)*Remove it again)/,
  );
  return { install: printedCommands(before), remove: printedCommands(after.join('')) };
}

/** Succeeds where the portal's certificate is believed without anything named for it. */
const visit = () => `curl -sS -o /dev/null ${portal.url}/`;
const DISTRUST =
  /self-signed certificate|unable to get local issuer|certificate verify failed|verification failed/;

test('Debian: the whole system believes the root, and no longer', async () => {
  const before = await readFile(STORE);
  const { install, remove } = await guideCommands('debian');
  expect(install.join('\n')).toContain('update-ca-certificates');
  expect(remove.join('\n')).toContain('--fresh');
  const ran = await paste(
    [
      PRIVATE_STORE,
      `if ${visit()}; then echo TOO EARLY; exit 1; fi`,
      ...install,
      `${visit()} && echo BELIEVED`,
      `openssl verify -CApath /etc/ssl/certs root-ca.pem && echo FOUND`,
      ...remove,
      `if ${visit()}; then echo STILL; exit 1; fi; echo GONE`,
    ].join('\n'),
    { home: await home(), root: true },
  );
  expect(ran.output).toMatch(/BELIEVED[\s\S]*FOUND[\s\S]*GONE/);
  expect(ran.output).toMatch(DISTRUST);
  expect(ran.code).toBe(0);
  // What was pasted reached a copy only.
  expect(
    createHash('sha256')
      .update(await readFile(STORE))
      .digest('hex'),
  ).toBe(createHash('sha256').update(before).digest('hex'));
  await expect(stat('/usr/local/share/ca-certificates/hubgate-root.crt')).rejects.toThrow(/ENOENT/);
});

test('curl: the call as it is printed', async () => {
  const { install } = await guideCommands('curl');
  const folder = await home();
  const naked = await paste(`curl -sS ${portal.url}/api/v1/hubs`, { home: folder });
  expect(naked.output).toMatch(DISTRUST);
  const ran = await paste(install.join('\n'), { home: folder });
  expect(ran.output).toContain('bundle.pem: OK');
  expect(ran.output).toContain('"hubs"');
  expect(ran.code).toBe(0);
});

test('Python: urllib and requests, and back', async () => {
  const { install, remove } = await guideCommands('python');
  const first = install.findIndex((command) => command.includes('conda config'));
  const folder = await home();
  const programs = [
    `import urllib.request; print(urllib.request.urlopen("${portal.url}/api/v1/hubs").status)`,
    `import requests; print(requests.get("${portal.url}/api/v1/hubs").status_code)`,
  ].map((program) => `python3 -c '${program}'`);
  for (const program of programs) {
    const early = await paste(program, { home: folder });
    expect(early.output).toMatch(/CERTIFICATE_VERIFY_FAILED|SSLError/);
  }
  const ran = await paste(
    [
      ...install.slice(0, first),
      ...programs,
      ...remove,
      ...programs.map((program) => `if ${program} 2>/dev/null; then exit 1; fi`),
      'echo GONE',
    ].join('\n'),
    { home: folder },
  );
  expect(ran.output).toMatch(/200\s+200\s+GONE/);
  expect(ran.code).toBe(0);
  await expect(stat(join(folder, 'ca-with-hubgate.pem'))).rejects.toThrow(/ENOENT/);
});

test('NSS: the store of Chromium on Linux, and back', async () => {
  const { install, remove } = await guideCommands('chromium');
  const folder = await home();
  const ran = await paste(install.join('\n'), { home: folder });
  expect(ran.code, ran.output).toBe(0);
  const listed = () => mustRun('certutil', ['-L', '-d', `sql:${join(folder, '.pki', 'nssdb')}`]);
  expect(await listed()).toMatch(/JupyterHub Root CA\s+C,,/);
  expect((await paste(remove.join('\n'), { home: folder })).code).toBe(0);
  expect(await listed()).not.toContain('Root CA');
});

test('Java: its own list believes the root, and no longer', async () => {
  const { install, remove } = await guideCommands('java');
  const [download = '', compare = '', add = '', ...more] = install;
  expect(more).toEqual([]);
  // keytool takes the signing CA without a question where its chain leads to a root of Java's own list.
  const signing = join(portal.caDir, 'signing-ca.pem');
  const probe =
    `keytool -importcert -trustcacerts -keystore "$(mktemp -u).p12" -storepass probing -alias probe ` +
    `-file ${signing} < /dev/null`;
  const typed = (answers: string, command: string) => `printf '${answers}' | { ${command}; }`;
  const ran = await paste(
    [
      PRIVATE_STORE,
      ...[probe, 'echo DOWNLOADED', download, compare],
      ...[typed('changeit\\nyes\\n', add), 'echo ADDED', probe],
      ...[typed('changeit\\n', remove.join('\n')), 'echo REMOVED', probe],
    ].join('\n'),
    { home: await home(), root: true },
  );
  expect(ran.code, ran.output).toBe(0);
  const [, before, shown, believed, gone] =
    /^([\s\S]*)DOWNLOADED([\s\S]*)ADDED([\s\S]*)REMOVED([\s\S]*)$/.exec(ran.output) ?? [];
  const root = await mustRun('openssl', [
    ...['x509', '-in', join(portal.caDir, 'root-ca.pem'), '-noout', '-fingerprint', '-sha256'],
  ]);
  expect(shown).toContain(`SHA256: ${root.trim().split('=')[1] ?? 'none'}`);
  expect(before).toContain('Certificate was not added to keystore');
  expect(believed).toContain('Certificate was added to keystore');
  expect(believed).not.toContain('Trust this certificate?');
  expect(gone).toContain('Certificate was not added to keystore');
});

test('git: one server, and back', async () => {
  const { install, remove } = await guideCommands('git');
  const folder = await home();
  const asked = `git ls-remote ${portal.url}/none.git 2>&1 || true`;
  expect((await paste(asked, { home: folder })).output).toMatch(DISTRUST);
  const ran = await paste([...install, asked, ...remove, 'echo NOW', asked].join('\n'), { home: folder });
  expect(ran.code).toBe(0);
  const [believed = '', gone = ''] = ran.output.split('NOW');
  expect(believed).toContain('not found');
  expect(gone).toMatch(DISTRUST);
});

type Printed = {
  make: Record<'openssl' | 'certtool' | 'step', string>;
  trust: string;
  send: string;
  wait: string;
  p12: string;
};

async function printedWay(path: string): Promise<Printed> {
  const { text } = await portal.call(path);
  const fold = text.slice(text.indexOf('id="command-line"'));
  const [openssl = '', certtool = '', step = '', trust = '', send = '', wait = '', p12 = ''] =
    printedCommands(fold);
  return { make: { openssl, certtool, step }, trust, send, wait, p12 };
}

for (const tool of ['openssl', 'certtool'] as const) {
  test(`a certificate by the commands of /certs/new, with ${tool}`, async () => {
    const way = await printedWay('/certs/new?way=paste');
    const folder = await home();
    // A reader puts their own names in the place of the examples, and nothing else.
    const own = (command: string) =>
      command
        .replace("NAME='alice'", `NAME='${tool}er'`)
        .replace("EMAIL='alice@example.org'", "EMAIL='alice+hub@example.org'");
    const running = paste([way.make[tool], way.trust, way.send, way.wait, way.p12].map(own).join('\n'), {
      home: folder,
      input: 'typed twice\ntyped twice\n',
    });
    const sent = await until(
      'the answer is there',
      async () => JSON.parse(await readFile(join(folder, `${tool}er.json`), 'utf8')) as { id: string },
    );
    // It waits, then somebody decides.
    const polled = join(folder, `${tool}er.state`);
    await until('it has asked once', async () => (await readFile(polled, 'utf8')).includes('SUBMITTED'));
    await approveAndSign(portal, token, sent.id);
    const ran = await running;
    expect(ran.code, ran.output).toBe(0);

    const pem = await readFile(join(folder, `${tool}er.pem`), 'utf8');
    await verifyWithThree({ certPem: pem, caDir: portal.caDir });
    const subject = await mustRun('openssl', [
      'x509',
      '-in',
      join(folder, `${tool}er.pem`),
      '-noout',
      '-subject',
    ]);
    expect(subject).toMatch(new RegExp(`OU ?= ?NLHPC, CN ?= ?${tool}er`));
    for (const file of ['key', 'json', 'p12']) {
      expect((await stat(join(folder, `${tool}er.${file}`))).mode & 0o077, file).toBe(0);
    }
    await mustRun('openssl', [
      'pkcs12',
      '-in',
      join(folder, `${tool}er.p12`),
      '-passin',
      'pass:typed twice',
      '-noout',
    ]);
    const listed = await curl(
      portal,
      `/api/v1/admin/requests?q=${tool}er`,
      '--header',
      `Authorization: Bearer ${token}`,
    );
    expect(listed.json()).toMatchObject({
      items: [{ email: 'alice+hub@example.org', trust: 'proven' }],
    });
  });
}

test('who is rejected is told so, and waits no longer', async () => {
  const way = await printedWay('/certs/new?way=paste');
  const folder = await home();
  const own = (command: string) => command.replace("NAME='alice'", "NAME='mallory'");
  const sending = await paste([way.make.openssl, way.trust, way.send].map(own).join('\n'), { home: folder });
  expect(sending.code, sending.output).toBe(0);
  const { id } = JSON.parse(await readFile(join(folder, 'mallory.json'), 'utf8')) as { id: string };
  await curl(
    portal,
    `/api/v1/admin/requests/${id}/reject`,
    '--header',
    `Authorization: Bearer ${token}`,
    '--json',
    '{"reason":"Nobody knows you."}',
  );
  const waiting = await paste(`NAME=mallory\n${way.wait}`, { home: folder });
  expect(waiting.output).toContain('Nobody knows you.');
  await expect(stat(join(folder, 'mallory.pem'))).rejects.toThrow(/ENOENT/);
});

test('a server by the commands of its own page', async () => {
  const way = await printedWay('/certs/new?for=server');
  expect(way.make.openssl).toContain("NAME='hub.example.org'");
  for (const tool of ['openssl', 'certtool'] as const) {
    const folder = await home();
    const own = (command: string) => command.replace('hub.example.org', `${tool}.example.org`);
    const ran = await paste([way.make[tool], way.trust, way.send].map(own).join('\n'), { home: folder });
    expect(ran.output, tool).toContain('"pickupSecret"');
    const csr = await mustRun('openssl', [
      'req',
      '-in',
      join(folder, `${tool}.example.org.csr`),
      '-noout',
      '-text',
    ]);
    expect(csr).toContain(`DNS:${tool}.example.org`);
  }
});

// step is not in Debian: its words are held against its documented usage,
// step certificate create <subject> <crt-file> <key-file> [--csr] [--kty] [--curve] [--san] [--no-password] [--insecure].
test('step: the command is a command of a shell, in its documented order', async () => {
  const stand = 'step() { printf "%s\\n" "$@"; }';
  const words = async (path: string) => {
    const { make } = await printedWay(path);
    const ran = await paste(`${stand}\n${make.step}`, { home: await home() });
    return ran.output.trim().split('\n');
  };
  const flags = ['--csr', '--kty', 'EC', '--curve', 'P-256', '--no-password', '--insecure'];
  expect(await words('/certs/new?way=paste')).toEqual([
    'certificate',
    'create',
    ...flags,
    'alice',
    'alice.csr',
    'alice.key',
  ]);
  const host = 'hub.example.org';
  expect(await words('/certs/new?for=server')).toEqual([
    'certificate',
    'create',
    ...flags,
    '--san',
    host,
    host,
    `${host}.csr`,
    `${host}.key`,
  ]);
});

test('a request without the proof is refused where trust is required, and the API’s proof is taken once', async () => {
  const folder = await home();
  const way = await printedWay('/certs/new?way=paste');
  const made = await paste([way.make.openssl, way.trust].join('\n').replace("'alice'", "'carol'"), {
    home: folder,
  });
  expect(made.code, made.output).toBe(0);
  const post = (query: string) =>
    curl(
      portal,
      `/api/v1/requests${query}`,
      '--header',
      'Content-Type: application/x-pem-file',
      '--data-binary',
      `@${join(folder, 'carol.csr')}`,
    );
  const refused = await post('');
  expect(refused.status).toBe(422);
  expect(refused.json()).toMatchObject({ code: 'request.trust-required' });
  const proofUrl = `${portal.canaryUrl}/trust/proof?nonce=${'n'.repeat(32)}`;
  const untrusted = await run('curl', ['-sS', proofUrl], {
    env: { ...process.env, SSL_CERT_FILE: undefined, CURL_CA_BUNDLE: undefined },
  });
  expect(untrusted.stderr).toMatch(DISTRUST);
  const { proof } = JSON.parse(
    await mustRun('curl', ['-sSf', '--cacert', join(folder, 'bundle.pem'), proofUrl]),
  ) as { proof: string };
  const taken = await post(`?trustProof=${proof}`);
  expect(taken.status).toBe(201);
  const made2 = await paste(way.make.openssl.replace("'alice'", "'dave'"), { home: folder });
  expect(made2.code).toBe(0);
  const again = await curl(
    portal,
    `/api/v1/requests?trustProof=${proof}`,
    '--header',
    'Content-Type: application/x-pem-file',
    '--data-binary',
    `@${join(folder, 'dave.csr')}`,
  );
  expect(again.status).toBe(422);
  expect(again.json()).toMatchObject({ code: 'trust.proof' });
});
