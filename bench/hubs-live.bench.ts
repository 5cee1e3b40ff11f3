/**
 * The index of hubs with 500 of them, in the built program behind its front: how long a round of looks
 * takes and with how many sockets, what it costs while nothing happens, and how long a change of a file
 * needs to 200 open pages.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { request, Agent } from 'node:https';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { startPortal, type Portal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { cpuSeconds } from './processes';
import { figure, heading, line } from './report';

const HUBS = 500;
const PAGES = 200;
const IDLE_SECONDS = 60;
/** One more is there already: `astro` of the portal itself. */
const ALL = HUBS + 1;

/** What the process with the hubs says of the looks that came. */
type Looks = { port: number; most: number; seen: number };

heading(`${HUBS} hubs, alive`);
const hubs = fork(join(import.meta.dirname, '..', '..', 'bench', 'many-hubs.mjs'), [], { stdio: 'inherit' });
try {
  const { port } = await told(hubs);
  const portal = await startPortal({ front: 'embedded' });
  try {
    const { web } = await portal.processes();
    if (web === undefined) throw new Error('the supervisor names no web process');
    await wait(10_000); // caches fill, the build's pages are compiled
    const empty = await idle(web);
    line(`with 1 hub: ${(empty * 100).toFixed(2)} % of a core`);
    await round(portal, port);
    await wait(10_000);
    const full = await idle(web);
    line(`with ${ALL} hubs: ${(full * 100).toFixed(2)} % of a core`);
    const cost = (full - empty) * 100;
    figure({ what: `idle cost of ${HUBS} hubs`, value: cost, unit: ' %', bound: 1, better: 'lower' });
    await pages(portal);
  } finally {
    await portal.stop();
  }
} finally {
  hubs.kill();
}

/** Registers all hubs at once, and waits until each has been looked at. */
async function round(portal: Portal, port: number): Promise<void> {
  await told(hubs);
  const names = Array.from({ length: HUBS }, (_, index) => `hub${String(index).padStart(3, '0')}`);
  const began = performance.now();
  await Promise.all(
    names.map((name) =>
      writeFile(
        join(portal.dir, 'hubs', `${name}.hub`),
        `http://127.0.0.1:${port}/${name},A hub with a description of usual length\n`,
      ),
    ),
  );
  await until(
    'every hub is up',
    async () => (await states(portal)).filter((one) => one === 'up').length === ALL,
  );
  const seconds = (performance.now() - began) / 1000;
  const { most, seen } = await told(hubs);
  line(`${seen} looks`);
  figure({ what: `round of ${HUBS} hubs`, value: seconds, unit: ' s', bound: 10, better: 'lower' });
  figure({ what: 'sockets open at once', value: most, bound: 20, better: 'lower' });
}

/** Opens pages that follow the list, changes one file, and waits until the last of them has heard. */
async function pages(portal: Portal): Promise<void> {
  const agent = new Agent({ ca: portal.rootPem, maxSockets: Infinity });
  const url = new URL('/api/v1/hubs/events', portal.url);
  const word = 'changed just now';
  const heard: number[] = [];
  let opened = 0;
  const open = Array.from({ length: PAGES }, () =>
    request(url, { agent, host: '127.0.0.1', servername: url.hostname }, (response) => {
      let rest = '';
      let listening = false;
      response.setEncoding('utf8').on('data', (text: string) => {
        const seen = rest + text;
        if (!listening && seen.includes('\n\n')) {
          listening = true;
          opened += 1;
        }
        if (seen.includes(word)) heard.push(performance.now());
        rest = seen.includes(word) ? '' : seen.slice(-word.length);
      });
    }).end(),
  );
  await until('all pages follow', () => Promise.resolve(opened === PAGES));
  await wait(2000);
  const began = performance.now();
  await writeFile(join(portal.dir, 'hubs', 'astro.hub'), `${portal.gateUrl}/astro,${word}\n`);
  await until('all pages have heard', () => Promise.resolve(heard.length >= PAGES));
  const last = (Math.max(...heard) - began) / 1000;
  line(`first page after ${((Math.min(...heard) - began) / 1000).toFixed(2)} s`);
  figure({ what: `a change reaches ${PAGES} pages`, value: last, unit: ' s', bound: 2, better: 'lower' });
  for (const one of open) one.destroy();
}

async function states(portal: Portal): Promise<string[]> {
  const answer = JSON.parse((await portal.call('/api/v1/hubs')).text) as { hubs: { state: string }[] };
  return answer.hubs.map(({ state }) => state);
}

/** The share of one core that a process uses while nobody asks anything of it. */
async function idle(pid: number): Promise<number> {
  const [cpu, began] = [cpuSeconds(pid), performance.now()];
  await wait(IDLE_SECONDS * 1000);
  return (cpuSeconds(pid) - cpu) / ((performance.now() - began) / 1000);
}

/** Asks the process with the hubs for its figures, which begin anew then. */
function told(child: ChildProcess): Promise<Looks> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as Looks));
    child.once('exit', (code) => reject(new Error(`the hubs ended with ${code}`)));
    child.send('figures');
  });
}
