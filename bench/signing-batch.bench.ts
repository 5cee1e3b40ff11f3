/**
 * From 500 approved rows to 500 issued rows, both databases durable, against what two processes of
 * `openssl speed` reach with the same key size on the same machine, before and after each round. The
 * first round meets a portal that has signed nothing yet. Then requests signed one by one, as an
 * approver does who waits for each.
 */
import { addApprovedCsrs } from '../e2e/support/approved-requests';
import { startPortal, type Portal } from '../e2e/support/portal';
import { rsaCsrs } from './csrs';
import { meanSpeed, opensslSpeed } from './openssl-speed';
import { signByApi } from './sign-by-api';
import { figure, heading, line, median } from './report';
import { cpuSeconds } from './processes';

const BATCH = 500;
const ROUNDS = 5;
const SINGLES = 21;

heading(`Signing a batch of ${BATCH} RSA 2048 requests with an RSA 4096 CA`);
const csrs = (await rsaCsrs(BATCH * ROUNDS + SINGLES)).map((der) => () => der);
const portal = await startPortal({
  front: 'embedded',
  rsaCa: true,
  toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 10000\n',
});
try {
  const token = await portal.token('approver', 'operator');
  await measureBatches(portal, token);
  await measureSingles(portal, token);
} finally {
  await portal.stop();
}

async function measureBatches(target: Portal, token: string): Promise<void> {
  const ratios: number[] = [];
  const cpuRatios: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await addApprovedCsrs(target, csrs.slice(round * BATCH, (round + 1) * BATCH));
    const speedBefore = await opensslSpeed();
    const before = await spentBy(target);
    const started = performance.now();
    const issued = await signByApi(target, token, { all: true });
    const seconds = (performance.now() - started) / 1000;
    const after = await spentBy(target);
    const native = meanSpeed(speedBefore, await opensslSpeed());
    if (issued !== BATCH) throw new Error(`${issued} of ${BATCH} were issued`);

    const rate = BATCH / seconds;
    const [signer, web, front] = (['signer', 'web', 'front'] as const).map(
      (name) => ((after[name] - before[name]) / BATCH) * 1000,
    ) as [number, number, number];
    const cpuRatio = native.cpuMs / (signer + web + front);
    ratios.push(rate / native.perSecond);
    cpuRatios.push(cpuRatio);
    line(
      `round ${round + 1}: ${rate.toFixed(0)} certificates/s, openssl ${native.perSecond.toFixed(0)} signatures/s, ` +
        `ratio ${(rate / native.perSecond).toFixed(2)}`,
    );
    line(
      `  processor time of a certificate: signature ${native.cpuMs.toFixed(2)} ms, rest of the signer ` +
        `${(signer - native.cpuMs).toFixed(2)}, portal ${web.toFixed(2)}, front ${front.toFixed(2)}; ` +
        `signature ÷ all ${cpuRatio.toFixed(2)}; ` +
        `the three were at work for ${((((signer + web + front) * BATCH) / 1000 / seconds / 2) * 100).toFixed(0)} % of two cores`,
    );
  }
  line(`signature ÷ all processor time, middle round: ${median(cpuRatios).toFixed(2)} (free of other load)`);
  figure({
    what: 'rate ÷ openssl speed -multi 2 rsa4096',
    value: median(ratios),
    bound: 0.6,
    better: 'higher',
  });
}

/** Wall time from the call for one approved request to its certificate in both databases. */
async function measureSingles(target: Portal, token: string): Promise<void> {
  const ids = await addApprovedCsrs(target, csrs.slice(BATCH * ROUNDS));
  const times: number[] = [];
  for (const id of ids) {
    const started = performance.now();
    if ((await signByApi(target, token, { ids: [id] })) !== 1) throw new Error(`${id} was not issued`);
    times.push(performance.now() - started);
  }
  line(
    `one request alone, of ${times.length}: middle ${median(times).toFixed(1)} ms, ` +
      `longest ${Math.max(...times).toFixed(1)} ms`,
  );
}

async function spentBy(target: Portal): Promise<{ signer: number; web: number; front: number }> {
  const { signer, web, front } = await target.processes();
  if (signer === undefined || web === undefined || front === undefined)
    throw new Error('a process is missing');
  return { signer: cpuSeconds(signer), web: cpuSeconds(web), front: cpuSeconds(front) };
}
