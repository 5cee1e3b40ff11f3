/**
 * A revocation list with 100,000 entries: how long from a revocation to the signed list, and by how much
 * signing slows down meanwhile. The journal is filled in one transaction; everything else is the signer
 * as it runs in production, a process of its own.
 */
import { fillJournal } from '../lib/testing/fill-journal';
import { makeCsr, makeOrder, subjectKey } from '../lib/testing/orders';
import { startTestSigner, type TestSigner } from '../lib/testing/signer';
import { signerFiles } from '../lib/signer/ca-files';
import { isCrlSignedBy, parseCrl } from '../lib/x509/crl';
import { figure, heading, line, median } from './report';

const ENTRIES = 100_000;
const ROUNDS = 3;
const SAMPLES = 60;

heading(`A revocation list with ${ENTRIES.toLocaleString('en')} entries, RSA 4096 CA`);
const signer = await startTestSigner({ caKey: 'rsa-4096', child: true });
try {
  await measure();
} finally {
  await signer.remove();
}

async function measure(): Promise<void> {
  const key = subjectKey('rsa-2048');
  let made = 0;
  const one = () => {
    const commonName = `b${made++}`;
    return makeOrder({ caKeyId: signer.caKeyId, csr: makeCsr(key, commonName), content: { commonName } });
  };
  const [template] = await signer.client.sign([one()]);
  if (template?.outcome !== 'issued') throw new Error(JSON.stringify(template));
  const der = Buffer.from(template.certificate, 'base64');
  await signer.stop();
  const { journal } = signerFiles(signer.dir);
  fillJournal(journal, {
    caKeyId: signer.caKeyId,
    template: der,
    count: ENTRIES,
    revoked: ENTRIES,
    now: new Date(),
  });
  await signer.start();
  await listAfter(signer, 0);

  const seconds: number[] = [];
  const rises: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [fresh] = await signer.client.sign([one()]);
    if (fresh?.outcome !== 'issued') throw new Error(JSON.stringify(fresh));
    await quiet();
    const alone: number[] = [];
    for (let at = 0; at < SAMPLES; at++) alone.push(await latency(one()));

    const before = await number(signer);
    const started = performance.now();
    const listed = signer.client
      .revoke({ serials: [fresh.serial], reason: 'superseded', by: 'bench' })
      .then(() => listAfter(signer, before))
      .then(() => performance.now() - started);
    let running = true;
    void listed.finally(() => (running = false));
    const together: number[] = [];
    while (running) together.push(await latency(one()));
    const ms = await listed;
    const rise = median(together) / median(alone);
    seconds.push(ms / 1000);
    rises.push(rise);
    line(
      `round ${round + 1}: list after ${(ms / 1000).toFixed(2)} s; one signature ${median(alone).toFixed(1)} ms alone, ` +
        `${median(together).toFixed(1)} ms meanwhile (${together.length} samples), slowest ${Math.max(...together).toFixed(0)} ms`,
    );
  }
  const list = Buffer.from((await signer.client.crls()).signing ?? '', 'base64');
  if (!isCrlSignedBy(list, signer.ca.signing)) throw new Error('the list is not signed by its CA');
  line(`${parseCrl(list).revoked.length} entries, ${(list.length / 2 ** 20).toFixed(1)} MiB`);
  figure({
    what: 'from the revocation to the signed list',
    value: median(seconds),
    unit: ' s',
    bound: 2,
    better: 'lower',
  });
  figure({ what: 'one signature meanwhile ÷ alone', value: median(rises), bound: 1.2, better: 'lower' });
}

async function latency(order: ReturnType<typeof makeOrder>): Promise<number> {
  const started = performance.now();
  await signer.client.sign([order]);
  return performance.now() - started;
}

async function number(of: TestSigner): Promise<number> {
  return (await of.client.status()).crlNumber ?? 0;
}

async function listAfter(of: TestSigner, before: number): Promise<void> {
  while ((await number(of)) <= before) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Long lists rest between one another: each round begins after that. */
function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 11_000));
}
