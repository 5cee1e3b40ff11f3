/**
 * The signer over a journal of 1,000 and of 1,000,000 certificates: start to ready, signing one,
 * revoking one, looking one up, asking the status. Everything goes by keys, so the ratios are near one.
 *
 * `HUBGATE_BENCH_CERTIFICATES` makes the large journal smaller, for a try.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { fillJournal, type Filled } from '../lib/testing/fill-journal';
import { makeCsr, makeOrder, subjectKey } from '../lib/testing/orders';
import { startTestSigner, type TestSigner } from '../lib/testing/signer';
import { signerFiles } from '../lib/signer/ca-files';
import { figure, heading, line, median } from './report';

const SMALL = 1_000;
const LARGE = Number(process.env['HUBGATE_BENCH_CERTIFICATES'] ?? 1_000_000);
/** As large a share of both is revoked: their lists are compared elsewhere (crl.bench.ts). */
const REVOKED = 100;
const ROUNDS = 5;
const SAMPLES = 40;

const WORK = ['start to ready', 'sign one', 'revoke one', 'look up one', 'status'] as const;
type Work = (typeof WORK)[number];

heading(
  `The signer's journal with ${SMALL.toLocaleString('en')} and ${LARGE.toLocaleString('en')} certificates`,
);
const key = subjectKey('p-256');
const small = await filledSigner(SMALL);
const large = await filledSigner(LARGE);
try {
  const ratios = new Map<Work, number[]>(WORK.map((work) => [work, []]));
  for (let round = 0; round < ROUNDS; round++) {
    // Turn by turn, so that what else the machine does meets both alike.
    const a = await measure(small, round);
    const b = await measure(large, round);
    for (const work of WORK) ratios.get(work)?.push(b[work] / a[work]);
    const told = WORK.map((work) => `${work} ${a[work].toFixed(1)} → ${b[work].toFixed(1)} ms`);
    line(`round ${round + 1}: ${told.join(', ')}`);
  }
  for (const work of WORK) {
    const bound = work === 'start to ready' ? 1.5 : 1.3;
    figure({ what: `${work}: large ÷ small`, value: median(ratios.get(work) ?? []), bound, better: 'lower' });
  }
} finally {
  await small.signer.remove();
  await large.signer.remove();
}

type Side = { signer: TestSigner; filled: Filled; count: number };

async function filledSigner(count: number): Promise<Side> {
  const signer = await startTestSigner({ child: true });
  const csr = makeCsr(subjectKey('rsa-2048'), 'x');
  const san = { emails: ['somebody@example.org'], dnsNames: [], ipAddresses: [] };
  const [outcome] = await signer.client.sign([makeOrder({ caKeyId: signer.caKeyId, csr, content: { san } })]);
  if (outcome?.outcome !== 'issued') throw new Error(JSON.stringify(outcome));
  await signer.stop();
  const template = Buffer.from(outcome.certificate, 'base64');
  const { journal } = signerFiles(signer.dir);
  const started = performance.now();
  const filled = fillJournal(journal, {
    caKeyId: signer.caKeyId,
    template,
    count,
    revoked: REVOKED,
    now: new Date(),
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  line(
    `${count.toLocaleString('en')} certificates of ${template.length} bytes: ${mebibytes(journal)} MiB, filled in ${seconds} s`,
  );
  return { signer, filled, count };
}

function mebibytes(journal: string): string {
  const folder = dirname(journal);
  const bytes = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.startsWith('journal.db'))
        .reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
    : 0;
  return (bytes / 2 ** 20).toFixed(0);
}

async function measure({ signer, filled, count }: Side, round: number): Promise<Record<Work, number>> {
  const { client, caKeyId } = signer;
  let started = performance.now();
  await signer.start();
  const start = performance.now() - started;

  const at = (sample: number): number => Math.floor(((sample + 0.5) / SAMPLES) * (count - REVOKED)) + REVOKED;
  const samples = {
    sign: [] as number[],
    revoke: [] as number[],
    lookup: [] as number[],
    status: [] as number[],
  };
  const timed = async (into: number[], work: () => Promise<unknown>): Promise<void> => {
    started = performance.now();
    await work();
    into.push(performance.now() - started);
  };
  for (let sample = 0; sample < SAMPLES; sample++) {
    const order = makeOrder({ caKeyId, csr: makeCsr(key, 'x') });
    await timed(samples.sign, () => client.sign([order]));
    await timed(samples.lookup, () => client.lookup([filled.orderOf(at(sample))]));
    await timed(samples.status, () => client.status());
  }
  for (let sample = 0; sample < SAMPLES / 4; sample++) {
    const serials = [filled.serialOf(at(sample * 4) + round)];
    await timed(samples.revoke, () => client.revoke({ serials, reason: 'superseded', by: 'bench' }));
  }
  await signer.stop();
  return {
    'start to ready': start,
    'sign one': median(samples.sign),
    'revoke one': median(samples.revoke),
    'look up one': median(samples.lookup),
    status: median(samples.status),
  };
}
