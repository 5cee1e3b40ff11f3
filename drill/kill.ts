/**
 * `kill -9` at random points, to signer or portal, while batches of 1,000 are signed and
 * certificates are revoked. `--kills=20` and `--batch=200` shorten it, `--seed=7` repeats a run.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { addApprovedRequests } from '../e2e/support/approved-requests';
import { startPortal, type Portal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { publishedCrl, revoke, signAll, signUntilIssued, validCertificates } from './calls';
import { countIn, holdsAgreement, readRecords, requestStates } from './records';
import { drill, type Drill } from './report';
import { services, type Services } from './services';

/** Longest time between the begin of a batch and the kill. */
const MIDDLE_MS = 900;
/** Of a batch; below this many waiting, the next kill could come after its end. */
const REFILL_BELOW = 0.4;
const SAY_EVERY = 10;

/**
 * @param input.databaseUrl PostgreSQL's; empty for SQLite
 * @param input.kills       how many, unless `--kills` says otherwise
 */
export async function killDrill(input: { on: string; databaseUrl: string; kills: number }): Promise<never> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: String(input.kills) },
      batch: { type: 'string', default: '1000' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    },
  });
  const [kills, batch, seed] = [Number(values.kills), Number(values.batch), Number(values.seed)];
  const title = `kill -9, ${kills} times, under batches of ${batch}, on ${input.on} (--seed=${seed})`;
  return drill(title, async (report) => {
    const portal = await startPortal({
      front: 'embedded',
      rsaCa: true,
      toml: `[signing]\nauto = false\n[database]\nurl = "${input.databaseUrl}"\n`,
    });
    const running = services(portal);
    try {
      const token = await portal.token('approver', 'operator');
      await portal.kill();
      await raiseCeilings(portal);
      await running.startAll();
      await underKills({ report, portal, running, token, kills, batch, random: generator(seed) });
    } finally {
      await running.stop();
      await portal.stop();
    }
  });
}

/**
 * Until the first of a batch is claimed, at most five seconds: on a busy machine that takes longer than a
 * kill waits, and most shall come in the middle. Every fifth does not wait, and may come before.
 */
async function batchBegun(portal: Portal, halfDone: number): Promise<void> {
  const end = performance.now() + 5000;
  while (performance.now() < end && (await countIn(portal, 'SIGNING')) <= halfDone) await sleep(10);
}

/** More is signed here in an hour than the signer lets any portal have. */
async function raiseCeilings({ stateDir }: Portal): Promise<void> {
  const file = join(stateDir, 'signer', 'policy.json');
  const policy = JSON.parse(await readFile(file, 'utf8')) as { ceilings: Record<string, number> };
  policy.ceilings = { ...policy.ceilings, perHour: 1_000_000, perDay: 1_000_000 };
  await writeFile(file, JSON.stringify(policy));
}

type Killing = {
  report: Drill;
  portal: Portal;
  running: Services;
  token: string;
  kills: number;
  batch: number;
  random: () => number;
};

async function underKills({ report, portal, running, token, kills, batch, random }: Killing): Promise<void> {
  const { step, holds } = report;
  const killed = { signer: 0, web: 0 };
  const revoked: string[] = [];
  let asked = 0;
  let lastCrl = 0;
  let crlWentBack = 0;
  let inTheMiddle = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    // What the last kills left half done comes back within seconds, approved or issued.
    await until(
      'there is something to sign',
      async () => {
        const { APPROVED = 0, SIGNING = 0 } = await requestStates(portal);
        if (APPROVED + SIGNING < REFILL_BELOW * batch) {
          const more = { name: `k${asked}`, count: batch, algorithm: 'P-256' } as const;
          asked += (await addApprovedRequests(portal, more)).length;
        }
        return (await countIn(portal, 'APPROVED')) >= batch / 5;
      },
      180,
    );
    const halfDone = await countIn(portal, 'SIGNING');
    const [target] = kill % 4 < 2 ? await validCertificates(portal, token, 1) : [];
    const signing = signAll(portal, token);
    if (kill % 5 !== 4) await batchBegun(portal, halfDone);
    await sleep(random() * MIDDLE_MS);
    const revoking = target === undefined ? null : revoke(portal, token, target.serial);
    // The signer dies more often: starting the portal takes ten times as long.
    const victim = random() < 0.7 ? 'signer' : 'web';
    await sleep(random() * MIDDLE_MS * (target === undefined ? 0 : 0.5));
    await running.kill(victim);
    killed[victim] += 1;
    if ((await countIn(portal, 'SIGNING')) > halfDone) inTheMiddle += 1;
    running.start(victim);
    await signing;
    if (target !== undefined && (await revoking)?.status === 200) revoked.push(target.serial);
    await running.ready();
    const { number } = await publishedCrl(portal);
    if (number < lastCrl) crlWentBack += 1;
    lastCrl = Math.max(lastCrl, number);
    if ((kill + 1) % SAY_EVERY === 0) {
      step(`${kill + 1} kills, ${await countIn(portal, 'ISSUED')} of ${asked} issued, CRL number ${number}`);
    }
  }
  holds(
    'the kills came in the middle of batches',
    inTheMiddle >= kills / 2,
    `${inTheMiddle} of ${kills} (signer ${killed.signer}, web ${killed.web})`,
  );

  await until('nothing is half done', async () => (await countIn(portal, 'SIGNING')) === 0, 120);
  const states = await requestStates(portal);
  const unclear = Object.keys(states).filter((state) => !['ISSUED', 'APPROVED'].includes(state));
  holds(
    'left alone, every request has its certificate or waits to be signed',
    unclear.length === 0,
    JSON.stringify(states),
  );
  await signUntilIssued(portal, token, asked);
  const audit = await portal.hubgate(['audit', 'verify']);
  const { number, serials } = await publishedCrl(portal);
  await running.stop();

  const records = await readRecords(portal);
  holds('then every request has a certificate', records.states['ISSUED'] === asked, `${asked} requests`);
  holdsAgreement(holds, records);
  const forgotten = revoked.filter((serial) => !records.revokedInJournal.has(serial) || !serials.has(serial));
  holds(
    'every revocation that was answered stands in the journal and on the list',
    forgotten.length === 0,
    `${revoked.length} answered, ${records.revokedInJournal.size} made, ${forgotten.length} forgotten`,
  );
  holds(
    'the published number of the revocation list never went back',
    crlWentBack === 0 && number >= lastCrl,
    `asked ${kills + 1} times, the last is ${number}`,
  );
  holds('the audit chain verifies', audit.code === 0, audit.stdout.trim().split('\n')[0] ?? '');
}

/** Mulberry32: the same seed kills after the same pauses. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
