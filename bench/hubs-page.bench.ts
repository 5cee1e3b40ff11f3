/**
 * `/hubs` with 200 and with 500 registration files against an empty dynamic page of the same build.
 *
 * Both pages are loaded in turn within each round, in alternating order, so that both meet the same
 * noise; the figure is the median of the rounds' ratios.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import Sqlite from 'better-sqlite3';

import { startPortal, type Portal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { mustRun } from '../e2e/support/run';
import { buildWithEmptyPage } from './empty-page';
import { cpuSeconds } from './processes';
import { figure, heading, line, median } from './report';

const LISTS = [
  { hubs: 200, bound: 0.5 },
  { hubs: 500, bound: 0.4 },
];
const ICONS = ['atom', 'dna', 'telescope', 'gpu', 'waves'];
const ROUNDS = 7;
const SECONDS = 4;
/** Longer than two looks at a hub are apart, where there are 500. */
const QUIET_MS = 20_000;

heading(`/hubs with ${LISTS.map(({ hubs }) => hubs).join(' and ')} registration files`);
line('building a copy of the tree with an empty page (half a minute)');
const tree = await buildWithEmptyPage();
try {
  const portal = await startPortal({ front: 'embedded', program: join(tree.dir, 'dist', 'hubgate.mjs') });
  try {
    for (const { hubs, bound } of LISTS) {
      await register(portal, hubs);
      await settled(portal);
      await load(portal, 'empty', 3);
      await load(portal, 'hubs', 3);
      const ratios: number[] = [];
      const ofProcessor: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const order = round % 2 === 0 ? (['empty', 'hubs'] as const) : (['hubs', 'empty'] as const);
        const found = { empty: { rate: 0, perCpuSecond: 0 }, hubs: { rate: 0, perCpuSecond: 0 } };
        for (const page of order) found[page] = await load(portal, page, SECONDS);
        const { empty, hubs: list } = found;
        ratios.push(list.rate / empty.rate);
        ofProcessor.push(list.perCpuSecond / empty.perCpuSecond);
        line(
          `empty page ${empty.rate.toFixed(0)}/s (${empty.perCpuSecond.toFixed(0)} a processor second), ` +
            `/hubs ${list.rate.toFixed(0)}/s (${list.perCpuSecond.toFixed(0)}), ` +
            `ratio ${(list.rate / empty.rate).toFixed(2)}`,
        );
      }
      figure({ what: `/hubs of ${hubs} ÷ empty page`, value: median(ratios), bound, better: 'higher' });
      // The same where others use the machine at the same time.
      const what = `/hubs of ${hubs} ÷ empty page, a processor second of web and front`;
      figure({ what, value: median(ofProcessor), bound, better: 'higher' });
    }
  } finally {
    await portal.stop();
  }
} finally {
  await tree.remove();
}

/** Writes registration files until there are `count`, and waits until the page knows them. */
async function register(portal: Portal, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const name = `hub${String(index).padStart(3, '0')}`;
    await writeFile(
      join(portal.dir, 'hubs', `${name}.hub`),
      `${portal.gateUrl}/${name},Hub number ${index}, with a description of usual length\n` +
        `resources: ${index % 64} cores, 128 GB, for who works on topic ${index}\n` +
        `contact: ${name}@example.org\ndocumentation: https://docs.example.org/${name}\n` +
        `icon: ${ICONS[index % ICONS.length]}\n`,
    );
  }
  fillHistory(portal, count);
  await until('all hubs are listed', async () => {
    const { hubs } = JSON.parse((await portal.call('/api/v1/hubs')).text) as { hubs: unknown[] };
    return hubs.length > count;
  });
}

/** 90 days of each hub, with an outage now and then and a slow day, as a year at a centre leaves them. */
function fillHistory(portal: Portal, count: number): void {
  const db = new Sqlite(join(portal.stateDir, 'portal.db'));
  try {
    db.pragma('busy_timeout = 10000');
    const add = db.prepare(
      'INSERT OR IGNORE INTO "HubDay" ("hub", "day", "upSeconds", "degradedSeconds", "downSeconds") VALUES (?, ?, ?, ?, ?)',
    );
    db.transaction(() => {
      for (let index = 0; index < count; index += 1) {
        for (let back = 1; back < 90; back += 1) {
          const day = new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
          const down = (index * 7 + back * 13) % 41 === 0 ? 1800 : 0;
          const slow = (index + back) % 53 === 0 ? 20_000 : 0;
          add.run(`hub${String(index).padStart(3, '0')}`, day, 86_400 - down - slow, slow, down);
        }
      }
    })();
  } finally {
    db.close();
  }
}

/** Waits until the first looks at all hubs are done: while states change, every change renders the list anew. */
async function settled(portal: Portal): Promise<void> {
  let before = '';
  let quietSince = Date.now();
  const all = async () => {
    const { hubs } = JSON.parse((await portal.call('/api/v1/hubs')).text) as {
      hubs: { state: string; why: string }[];
    };
    const now = hubs.map(({ state, why }) => `${state} ${why}`).join();
    if (now !== before) quietSince = Date.now();
    before = now;
    return Date.now() - quietSince > QUIET_MS;
  };
  await until('the states of all hubs stay', all, 300);
}

/** Answers a second over 8 connections, by wrk, and a processor second of the processes that serve them. */
async function load(
  portal: Portal,
  page: 'empty' | 'hubs',
  seconds: number,
): Promise<{ rate: number; perCpuSecond: number }> {
  const { web = 0, front = 0 } = await portal.processes();
  const used = () => cpuSeconds(web) + cpuSeconds(front);
  const before = used();
  const out = await mustRun('wrk', ['-t1', '-c8', `-d${seconds}s`, `${portal.url}/${page}`]);
  const cpu = used() - before;
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(out)?.[1];
  const answers = /(\d+) requests in/.exec(out)?.[1];
  if (rate === undefined || answers === undefined || /Non-2xx/.test(out)) {
    throw new Error(`wrk ${page} said:\n${out}`);
  }
  return { rate: Number(rate), perCpuSecond: Number(answers) / cpu };
}
