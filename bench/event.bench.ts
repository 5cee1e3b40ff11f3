/**
 * A training event begins: 200 participants within a minute, all behind one address, each with a page, a
 * request, polls and the pick-up, against the embedded front. Keys are made before: the load is on the
 * portal.
 */
import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

import { send } from '../e2e/support/https-client';
import { startPortal, type Portal } from '../e2e/support/portal';
import { makeCsr, subjectKey } from '../lib/testing/orders';
import { toPem } from '../lib/x509/pem';
import { figure, heading, line } from './report';

const PARTICIPANTS = 200;
const SECONDS = 60;
const POLL_MS = 1000;
/** Of a poll: nobody waits longer for a certificate that nobody has to approve. */
const PATIENCE_MS = 60_000;

type Took = { what: string; ms: number };
type Card = { link: string };

const took: Took[] = [];
const failures: string[] = [];
const waits: number[] = [];

heading(`An event of ${PARTICIPANTS} in ${SECONDS} s`);
const portal = await startPortal({ front: 'embedded' });
try {
  const csrs = Array.from({ length: PARTICIPANTS }, () =>
    toPem('CERTIFICATE REQUEST', makeCsr(subjectKey('p-256'), 'x')),
  );
  const cards = await invitations();
  const began = performance.now();
  await Promise.all(
    cards.map(async ({ link }, n) => {
      await sleep((n * SECONDS * 1000) / PARTICIPANTS);
      try {
        await participate(portal, link, csrs[n] ?? '');
      } catch (thrown) {
        failures.push(thrown instanceof Error ? thrown.message : String(thrown));
      }
    }),
  );
  report((performance.now() - began) / 1000);
} finally {
  await portal.stop();
}

async function invitations(): Promise<Card[]> {
  const { id } = (await portal.hubgateJson([
    ...['events', 'plan', '--name', 'Bench', '--seats', String(PARTICIPANTS), '--hub', 'astro'],
    ...['--from', new Date(Date.now() - 60_000).toISOString()],
    ...['--until', new Date(Date.now() + 86_400_000).toISOString()],
  ])) as { id: string };
  await portal.hubgate(['events', 'approve', id]);
  return ((await portal.hubgateJson(['events', 'cards', id])) as { cards: Card[] }).cards;
}

/** One person: a connection of their own, as a browser has. */
async function participate({ url }: Portal, link: string, csr: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  try {
    const ask = async (
      what: string,
      path: string,
      options: Parameters<typeof send>[1] = {},
      wanted = 200,
    ) => {
      const started = performance.now();
      const answer = await send(`${url}${path}`, { ca: portal.rootPem, agent, ...options });
      took.push({ what, ms: performance.now() - started });
      if (answer.status !== wanted) throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
      return answer;
    };
    await ask('page', '/join');
    const sent = performance.now();
    const submitted = await ask(
      'request',
      '/api/v1/requests',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ csr, invitation: link }),
      },
      201,
    );
    const { id, pickupSecret } = JSON.parse(submitted.text) as { id: string; pickupSecret: string };
    const headers = { authorization: `Bearer ${pickupSecret}` };
    for (;;) {
      const { state } = JSON.parse((await ask('poll', `/api/v1/requests/${id}`, { headers })).text) as {
        state: string;
      };
      if (state === 'ISSUED') break;
      if (performance.now() - sent > PATIENCE_MS) throw new Error(`${id} is ${state} after a minute`);
      await sleep(POLL_MS);
    }
    waits.push(performance.now() - sent);
    await ask('pick-up', `/api/v1/requests/${id}/certificate.pem`, { headers });
  } finally {
    agent.destroy();
  }
}

function report(seconds: number): void {
  line(`${waits.length} of ${PARTICIPANTS} have their certificates after ${seconds.toFixed(1)} s`);
  for (const failure of failures.slice(0, 3)) line(`  failed: ${failure}`);
  for (const what of ['page', 'request', 'poll', 'pick-up']) {
    const times = took.filter((one) => one.what === what).map(({ ms }) => ms);
    line(
      `  ${what.padEnd(8)} ${String(times.length).padStart(4)} answers, median ${at(times, 0.5).toFixed()} ms, ` +
        `p95 ${at(times, 0.95).toFixed()} ms, longest ${at(times, 1).toFixed()} ms`,
    );
    figure({ what: `${what}, p95`, value: at(times, 0.95), unit: ' ms', bound: 500, better: 'lower' });
  }
  line(
    `  from request to certificate: median ${at(waits, 0.5).toFixed()} ms, p95 ${at(waits, 0.95).toFixed()} ms`,
  );
  figure({ what: 'failures', value: failures.length, bound: 0, better: 'lower' });
}

/** The value below which this share lies. */
function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
