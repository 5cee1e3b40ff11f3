/**
 * A thousand certificates from ready CSRs (RSA 2048, CA with RSA 4096), against what centres use today:
 * `openssl ca` and `easyrsa sign-req` in a loop of the shell, and `cfssl serve` asked by eight clients at
 * once. Hubgate goes from approved rows to issued rows in two durable databases; of the others none syncs
 * to disk, and cfssl keeps no record at all.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { addApprovedCsrs } from '../e2e/support/approved-requests';
import { startPortal } from '../e2e/support/portal';
import { freePorts, until } from '../e2e/support/ports';
import { mustRun } from '../e2e/support/run';
import { toPem } from '../lib/x509/pem';
import { rsaCsrs } from './csrs';
import { signByApi } from './sign-by-api';
import { figure, heading, line } from './report';

const COUNT = Number(
  process.argv.find((word) => word.startsWith('--count='))?.slice('--count='.length) ?? 1000,
);
const CLIENTS = 8;
const EASYRSA = ['/usr/share/easy-rsa/easyrsa'].find(existsSync) ?? 'easyrsa';
const HOURS_MS = 3_600_000;

heading(`${COUNT} certificates from ready CSRs: RSA 2048, CA with RSA 4096`);
const dir = await mkdtemp(join(tmpdir(), 'hubgate-peers-'));
const csrs = (await rsaCsrs(COUNT)).map((der) => ({ der, pem: toPem('CERTIFICATE REQUEST', der) }));
try {
  line('                     seconds   per second   Hubgate is faster by');
  const own = await measured('Hubgate', hubgate);
  const peers = {
    'cfssl serve': await measured('cfssl serve', () => cfssl(join(dir, 'cfssl')), own),
    'openssl ca': await measured('openssl ca', () => opensslCa(join(dir, 'openssl')), own),
    'easyrsa sign-req': await measured('easyrsa sign-req', () => easyrsa(join(dir, 'easyrsa')), own),
  };
  for (const [name, seconds] of Object.entries(peers)) {
    figure({ what: `time of ${name} ÷ time of Hubgate`, value: seconds / own, bound: 1, better: 'higher' });
  }
} finally {
  await rm(dir, { recursive: true, force: true });
}

/** A line of the table. @returns the seconds */
async function measured(name: string, run: () => Promise<number>, own?: number): Promise<number> {
  const took = await run();
  const times = own === undefined ? '' : (took / own).toFixed(2).padStart(12);
  line(`${name.padEnd(18)} ${took.toFixed(1).padStart(9)} ${(COUNT / took).toFixed(0).padStart(12)}${times}`);
  return took;
}

/** Seconds that `run` takes. */
async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return (performance.now() - began) / 1000;
}

function mustBe(count: number, of: string): void {
  if (count !== COUNT) throw new Error(`${of} issued ${count} of ${COUNT}`);
}

async function hubgate(): Promise<number> {
  const portal = await startPortal({
    front: 'embedded',
    rsaCa: true,
    toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 10000\n',
  });
  try {
    const token = await portal.token('approver', 'operator');
    await addApprovedCsrs(
      portal,
      csrs.map(
        ({ der }) =>
          () =>
            der,
      ),
    );
    return await timed(async () => mustBe(await signByApi(portal, token, { all: true }), 'Hubgate'));
  } finally {
    await portal.stop();
  }
}

/** A self-signed CA with an RSA 4096 key, as all three peers take it. */
async function makeCa(at: string): Promise<{ cert: string; key: string }> {
  await mkdir(at, { recursive: true });
  const [cert, key] = [join(at, 'ca.pem'), join(at, 'ca.key')];
  const subject = '/O=Centre/CN=Signing CA';
  const made = [
    'req',
    '-x509',
    '-newkey',
    'rsa:4096',
    '-noenc',
    '-keyout',
    key,
    '-out',
    cert,
    '-days',
    '3650',
  ];
  await mustRun('openssl', [...made, '-subj', subject]);
  return { cert, key };
}

async function writeCsrs(at: string, name: (index: number) => string): Promise<void> {
  await mkdir(at, { recursive: true });
  await Promise.all(csrs.map(({ pem }, index) => writeFile(join(at, name(index)), pem)));
}

async function opensslCa(at: string): Promise<number> {
  const { cert, key } = await makeCa(at);
  await writeCsrs(join(at, 'csrs'), (index) => `${index}.csr`);
  await mkdir(join(at, 'certs'));
  await writeFile(join(at, 'index.txt'), '');
  await writeFile(
    join(at, 'ca.cnf'),
    `[ca]\ndefault_ca = main\n[main]\ndatabase = ${at}/index.txt\nnew_certs_dir = ${at}/certs\nrand_serial = yes
certificate = ${cert}\nprivate_key = ${key}\ndefault_md = sha256\ndefault_days = 365\nunique_subject = no
policy = any\nx509_extensions = client\n[any]\norganizationName = optional\norganizationalUnitName = optional
commonName = supplied\n[client]\nbasicConstraints = critical,CA:false\nkeyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n`,
  );
  const loop =
    'for csr in csrs/*; do openssl ca -batch -notext -config ca.cnf -in "$csr" -out "$csr.pem"; done';
  const took = await timed(() => shell(at, loop));
  mustBe((await readdir(join(at, 'csrs'))).filter((name) => name.endsWith('.pem')).length, 'openssl ca');
  return took;
}

async function easyrsa(at: string): Promise<number> {
  await mkdir(at, { recursive: true });
  const env = {
    EASYRSA_BATCH: '1',
    EASYRSA_KEY_SIZE: '4096',
    EASYRSA_REQ_CN: 'Signing CA',
    EASYRSA_SILENT: '1',
  };
  await shell(at, `"${EASYRSA}" init-pki && "${EASYRSA}" build-ca nopass`, env);
  await writeCsrs(join(at, 'pki', 'reqs'), (index) => `user${index}.req`);
  const loop = `for req in pki/reqs/*.req; do "${EASYRSA}" sign-req client "$(basename "$req" .req)"; done`;
  const took = await timed(() => shell(at, loop, env));
  mustBe((await readdir(join(at, 'pki', 'issued'))).length, 'easyrsa');
  return took;
}

function shell(cwd: string, script: string, env: Record<string, string> = {}): Promise<string> {
  return mustRun('sh', ['-c', script], { cwd, env: { ...process.env, ...env }, timeout: 2 * HOURS_MS });
}

async function cfssl(at: string): Promise<number> {
  const { cert, key } = await makeCa(at);
  const config = join(at, 'config.json');
  const profile = { expiry: '8760h', usages: ['digital signature', 'client auth'] };
  await writeFile(config, JSON.stringify({ signing: { default: profile } }));
  const [port] = (await freePorts(1)) as [number];
  const words = ['-address=127.0.0.1', `-port=${port}`, `-ca=${cert}`, `-ca-key=${key}`, `-config=${config}`];
  const server = spawn('cfssl', ['serve', '-loglevel=3', ...words], { cwd: at, stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}/api/v1/cfssl/`;
  try {
    const post = (call: string, body: object) =>
      fetch(`${url}${call}`, { method: 'POST', body: JSON.stringify(body) });
    await until('cfssl', async () => (await post('info', { label: '' })).ok);
    const left = csrs.values();
    let issued = 0;
    const client = async () => {
      for (const { pem } of left) {
        const answer = (await (await post('sign', { certificate_request: pem })).json()) as {
          success: boolean;
          result: { certificate: string };
        };
        if (answer.success && answer.result.certificate.includes('BEGIN CERTIFICATE')) issued += 1;
      }
    };
    const took = await timed(() => Promise.all(Array.from({ length: CLIENTS }, client)));
    mustBe(issued, 'cfssl');
    return took;
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => server.once('exit', resolve));
  }
}
