import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePorts, until } from '../e2e/support/ports';
import { createEvaluationCa } from '../lib/cli/evaluation-ca';
import { loadConfig, type LoadedConfig } from '../lib/config/load';
import { ensureSecrets } from '../lib/config/secrets';
import { readCa, signerFiles, type Ca } from '../lib/signer/ca-files';
import { openJournal } from '../lib/signer/journal';
import { certIdOf } from '../lib/testing/ocsp';
import { encodeOcspRequest } from '../lib/x509/ocsp-request';

const DIST = join(import.meta.dirname, '..');
const BATCH = 10_000;
/** In place of the 1,300 octets of a real one, so that a million fit beside everything else. */
const CERTIFICATE_OCTETS = 400;
const END = new Date('2035-12-31T23:59:59Z');

/** A CA with so many certificates, its signer, and the embedded front: the processes of `npm start` that OCSP needs. */
export type OcspHouse = {
  size: number;
  ca: Ca;
  /** The embedded front's http port. */
  url: string;
  /** OCSPRequests about `count` certificates, spread over all of them. */
  requests: (count: number, from: 'all' | 'oldest') => Uint8Array[];
  front: number;
  signer: number;
  /** `openssl ocsp` on the same certificates, with the same responder's key, on this port. */
  startOpenssl: () => Promise<{ url: string; stop: () => Promise<void> }>;
  stop: () => Promise<void>;
};

export async function openOcspHouse(size: number): Promise<OcspHouse> {
  const dir = await mkdtemp(join(tmpdir(), 'hubgate-ocsp-bench-'));
  const ports = (await freePorts(4)) as [number, number, number, number];
  const [http, https, gate] = ports;
  await writeFile(
    join(dir, 'hubgate.toml'),
    `stateDir = "${join(dir, 'state')}"
[site]
url = "https://localhost:${https}"
httpUrl = "http://localhost:${http}"
gateUrl = "https://gate.localhost:${gate}"
canaryUrl = "https://canary.localhost:${https}"
`,
  );
  const loaded = loadConfig({ env: { HUBGATE_CONFIG: join(dir, 'hubgate.toml') }, cwd: dir });
  mkdirSync(loaded.paths.mapsDir, { recursive: true });
  ensureSecrets(loaded.paths);
  await createEvaluationCa({ ...loaded, now: new Date(), progress: () => undefined });
  const ca = readCa(signerFiles(loaded.paths.signerDir));
  if (!ca) throw new Error('the ceremony left no CA');
  fill(loaded, ca, size);

  const children = [startChild(loaded, 'signer')];
  const responderFile = signerFiles(loaded.paths.signerDir).responder(ca.keyId);
  await until('the responder is certified', () => readFile(responderFile, 'utf8'), 60);
  children.push(startChild(loaded, 'front'));
  const url = `http://127.0.0.1:${http}/ocsp`;
  await until('OCSP is answered', async () => (await fetch(url)).status === 200, 60);

  return {
    size,
    ca,
    url,
    requests: (count, from) =>
      Array.from({ length: count }, (_, at) => {
        const number = from === 'oldest' ? at : Math.floor((at * size) / count);
        return encodeOcspRequest(certIdOf(ca.signing, serialOf(number)));
      }),
    signer: children[0]?.pid ?? 0,
    front: children[1]?.pid ?? 0,
    startOpenssl: () => startOpenssl({ dir, port: ports[3], size, ca, responderFile }),
    async stop() {
      for (const child of children.toReversed()) await endChild(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** 40 hex digits that say nothing of their order, as those of real certificates. */
const serialOf = (number: number): string =>
  `4${createHash('sha1').update(String(number)).digest('hex').slice(1)}`;

function fill({ paths }: LoadedConfig, ca: Ca, size: number): void {
  const journal = openJournal(signerFiles(paths.signerDir).journal);
  try {
    for (let start = 0; start < size; start += BATCH) {
      const certificates = Array.from({ length: Math.min(BATCH, size - start) }, (_, at) => {
        const serial = serialOf(start + at);
        const der = Buffer.alloc(CERTIFICATE_OCTETS, serial);
        return { serial, der, spkiSha256: serial.padEnd(64, '0'), notAfter: END, issuedAt: new Date() };
      });
      journal.recordImported({
        caKeyId: ca.keyId,
        certificates,
        revocations: [],
        crlNumber: 0,
        by: 'bench',
        now: new Date(),
      });
    }
  } finally {
    journal.close();
  }
}

function startChild({ file, paths }: LoadedConfig, name: 'signer' | 'front'): ChildProcess {
  return spawn(process.execPath, [join(DIST, `${name}.mjs`)], {
    env: {
      ...process.env,
      HUBGATE_CONFIG: file ?? '',
      HUBGATE_STATE_DIR: paths.stateDir,
      NODE_ENV: 'production',
    },
    // What is certified here is no certificate, which the second look would say a million times.
    stdio: ['ignore', 'ignore', 'ignore'],
  });
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

async function startOpenssl(input: {
  dir: string;
  port: number;
  size: number;
  ca: Ca;
  responderFile: string;
}): Promise<{ url: string; stop: () => Promise<void> }> {
  const { dir, port, size, ca, responderFile } = input;
  const index = join(dir, 'index.txt');
  if (!existsSync(index)) {
    const lines: string[] = [];
    for (let number = 0; number < size; number += 1) {
      lines.push(`V\t351231235959Z\t\t${serialOf(number).toUpperCase()}\tunknown\t/CN=u${number}\n`);
    }
    await writeFile(index, lines.join(''));
    await writeFile(join(dir, 'signing.pem'), ca.signing.pem);
  }
  const child = spawn(
    'openssl',
    [
      ...['ocsp', '-port', `${port}`, '-index', index, '-CA', join(dir, 'signing.pem')],
      ...['-rkey', responderFile, '-rsigner', responderFile, '-nmin', '1440', '-multi', '2'],
      // Without it a worker waits for ever on a connection whose client is gone.
      ...['-timeout', '2'],
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}/`;
  const request = encodeOcspRequest(certIdOf(ca.signing, serialOf(0)));
  await until(
    'openssl ocsp answers',
    async () => (await fetch(url, { method: 'POST', body: Buffer.from(request) })).ok,
    180,
  );
  return {
    url,
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      // It has made itself and its workers a process group.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
      await ended;
    },
  };
}
