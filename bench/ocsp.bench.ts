/**
 * OCSP by the embedded front's http port against `openssl ocsp` on the same certificates with the same
 * responder's key, at a thousand certificates and at a million.
 */
import { readResponse } from '../lib/testing/ocsp';
import { openOcspHouse, type OcspHouse } from './ocsp-house';
import { cpuSeconds } from './processes';
import { figure, heading, line, median } from './report';
import { wrkOcsp, type OcspMethod } from './wrk';

const SIZES = [1_000, 1_000_000] as const;
/** Certificates in use, spread over all: more are in nobody's hands at a time. */
const WORKING_SET = 1_000;
const ROUNDS = 3;
const SECONDS = 5;

heading('OCSP against openssl ocsp -multi 2');
const hot: Record<number, number> = {};
const cold: Record<number, number> = {};
for (const size of SIZES) {
  const house = await openOcspHouse(size);
  try {
    await measure(house);
  } finally {
    await house.stop();
  }
}
const [small, large] = SIZES;
figure({
  what: `time of an answer with ${large} certificates ÷ with ${small}`,
  value: (hot[small] ?? 0) / (hot[large] ?? 0),
  bound: 1.3,
  better: 'lower',
});
figure({
  what: 'the same, of an answer that is asked for the first time',
  value: (cold[small] ?? 0) / (cold[large] ?? 0),
  bound: 1.3,
  better: 'lower',
});

async function measure(house: OcspHouse): Promise<void> {
  const { url, size } = house;
  // First what nobody has asked for, nor the front by itself: it begins with the newest.
  cold[size] = await firstAsked(house);
  line(`${size} certificates: ${cold[size].toFixed(0)} answers/s that are asked for the first time`);

  const requests = house.requests(WORKING_SET, 'all');
  const rates: Record<OcspMethod, number> = { GET: 0, POST: 0 };
  for (const method of ['POST', 'GET'] as const) rates[method] = await against({ house, method, requests });
  hot[size] = rates.POST;

  // A connection that waits a millisecond after each answer asks some nine hundred times a second.
  const connections = Math.max(1, Math.round(rates.POST / 2 / 900));
  const half = await wrkOcsp({ url, method: 'POST', requests, connections, seconds: SECONDS, delayMs: 1 });
  line(`at ${half.perSecond.toFixed(0)} answers/s: half in ${half.p50Ms.toFixed(2)} ms`);
  figure({
    what: `p99 at half load, ${size} certificates`,
    value: half.p99Ms,
    unit: ' ms',
    bound: 10,
    better: 'lower',
  });
}

/** Each of these once, many at a time; then all of them are verified to say "good". */
async function firstAsked({ requests, url, size, ca }: OcspHouse): Promise<number> {
  const fresh = requests(Math.min(size, 4_000), 'oldest');
  const started = performance.now();
  const answers: Uint8Array[] = [];
  const ask = async (): Promise<void> => {
    for (let next = fresh.pop(); next !== undefined; next = fresh.pop()) {
      const answer = await fetch(url, { method: 'POST', body: Buffer.from(next) });
      answers.push(new Uint8Array(await answer.arrayBuffer()));
    }
  };
  await Promise.all(Array.from({ length: 64 }, ask));
  const rate = (answers.length / (performance.now() - started)) * 1000;
  for (const answer of [answers[0], answers.at(-1)]) {
    const { statuses } = readResponse(answer ?? new Uint8Array(), ca);
    if (Object.values(statuses).join() !== 'good') throw new Error(JSON.stringify(statuses));
  }
  return rate;
}

/** A fresh one each time: its workers stay with connections that the load has left open. */
async function opensslRate(
  house: OcspHouse,
  ask: { requests: readonly Uint8Array[]; seconds: number },
): Promise<number> {
  const openssl = await house.startOpenssl();
  try {
    // It takes one connection at a time in each of its two workers, and keeps none.
    const load = { ...ask, url: openssl.url, method: 'POST', connections: 2, close: true } as const;
    const { perSecond } = await wrkOcsp(load);
    if (!(perSecond > 0)) throw new Error('openssl ocsp answered nothing');
    return perSecond;
  } finally {
    await openssl.stop();
  }
}

/** Both in turns, since the machine is not the same from minute to minute. @returns our rate */
async function against(input: {
  house: OcspHouse;
  method: OcspMethod;
  requests: readonly Uint8Array[];
}): Promise<number> {
  const { house, method, requests } = input;
  const ask = { method, requests, seconds: SECONDS };
  const ratios: number[] = [];
  const closing: number[] = [];
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const peer = await opensslRate(house, ask);
    const before = cpuSeconds(house.front);
    const ours = await wrkOcsp({ ...ask, url: house.url, connections: 16 });
    const spent = ((cpuSeconds(house.front) - before) / ours.requests) * 1e6;
    const single = await wrkOcsp({ ...ask, url: house.url, connections: 4, close: true });
    line(
      `${method}: ${ours.perSecond.toFixed(0)} answers/s (${spent.toFixed(0)} µs of processor each), ` +
        `${single.perSecond.toFixed(0)} with a connection for each, openssl ${peer.toFixed(0)}`,
    );
    rates.push(ours.perSecond);
    ratios.push(ours.perSecond / peer);
    closing.push(single.perSecond / peer);
  }
  const what = `${method} at ${house.size} certificates ÷ openssl ocsp`;
  figure({ what, value: median(ratios), unit: ' ×', bound: 4, better: 'higher' });
  line(`          with a connection for each request: ${median(closing).toFixed(2)} ×`);
  return median(rates);
}
