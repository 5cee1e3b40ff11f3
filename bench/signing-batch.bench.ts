/**
 * From 500 approved rows to 500 issued rows, both databases durable, against what two processes of
 * `openssl speed` reach with the same key size on the same machine.
 */
import { startPortal, type Portal } from '../e2e/support/portal';
import { mustRun } from '../e2e/support/run';
import { openDatabase } from '../lib/db/client';
import { loadConfig } from '../lib/config/load';
import { approveRequest } from '../lib/requests/approve-request';
import { submitRequest } from '../lib/requests/submit-request';
import { connectSigner } from '../lib/signer-client/client';
import type { Ctx } from '../lib/ctx';
import { BROWSER_KEYS, buildCsr } from '../lib/x509/csr-build';
import { figure, heading, line, median } from './report';
import { cpuSeconds } from './processes';

const BATCH = 500;
const ROUNDS = 3;

heading(`Signing a batch of ${BATCH} RSA 2048 requests with an RSA 4096 CA`);
const portal = await startPortal({
  front: 'embedded',
  rsaCa: true,
  toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 10000\n',
});
try {
  await measure(portal);
} finally {
  await portal.stop();
}

async function measure(target: Portal): Promise<void> {
  const token = await target.token('approver', 'operator');
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await approvedRows(target, round);
    const native = await opensslRate();
    const { web = 0, signer = 0 } = await target.processes();
    const before = { web: cpuSeconds(web), signer: cpuSeconds(signer) };
    const started = performance.now();
    const answer = await target.call('/api/v1/admin/requests/sign', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ all: true }),
    });
    const seconds = (performance.now() - started) / 1000;
    const { results } = JSON.parse(answer.text) as { results: { state: string }[] };
    const issued = results.filter(({ state }) => state === 'ISSUED').length;
    if (issued !== BATCH) throw new Error(`${issued} of ${BATCH} were issued: ${answer.text.slice(0, 500)}`);
    const rate = BATCH / seconds;
    ratios.push(rate / native);
    const spent = { web: cpuSeconds(web) - before.web, signer: cpuSeconds(signer) - before.signer };
    const signatures = (BATCH / native) * 2;
    line(
      `round ${round + 1}: ${rate.toFixed(0)} certificates/s, openssl ${native.toFixed(0)} signatures/s, ratio ${(rate / native).toFixed(2)}; ` +
        `processor time: signatures ${signatures.toFixed(2)} s, rest of the signer ${(spent.signer - signatures).toFixed(2)} s, ` +
        `portal ${spent.web.toFixed(2)} s, of ${(seconds * 2).toFixed(2)} s on two cores`,
    );
  }
  figure({
    what: 'rate ÷ openssl speed -multi 2 rsa4096',
    value: median(ratios),
    bound: 0.6,
    better: 'higher',
  });
}

/** Signatures a second that two processes of openssl make. */
async function opensslRate(): Promise<number> {
  const out = await mustRun('openssl', ['speed', '-multi', '2', '-seconds', '3', 'rsa4096']);
  const rate = /rsa 4096 bits\s+[\d.]+s\s+[\d.]+s\s+([\d.]+)/.exec(out)?.[1];
  if (rate === undefined) throw new Error(`openssl speed said:\n${out}`);
  return Number(rate);
}

async function approvedRows(target: Portal, round: number): Promise<void> {
  const loaded = loadConfig({ env: { HUBGATE_CONFIG: `${target.dir}/hubgate.toml` }, cwd: target.dir });
  const db = await openDatabase(loaded.config, loaded.paths);
  const ctx: Ctx = {
    ...loaded,
    actor: { kind: 'host', name: 'bench' },
    now: () => new Date(),
    requestId: 'bench-signing',
    locale: 'en',
    db,
    signer: connectSigner(loaded.paths.signerWebSocket),
  };
  const algorithm = 'RSA 2048';
  const one = async (index: number) => {
    const keyPair = await crypto.subtle.generateKey(BROWSER_KEYS[algorithm], true, ['sign', 'verify']);
    const commonName = `b${round}n${index}`;
    const csr = await buildCsr({ commonName, keyPair, algorithm });
    const { id } = await submitRequest(ctx, { csr, email: null, source: 'cli' });
    await approveRequest(ctx, { id });
  };
  for (let index = 0; index < BATCH; index += 4) {
    await Promise.all([0, 1, 2, 3].map((offset) => one(index + offset)));
  }
  await db.close();
}
