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
import { figure, heading, line, median } from './report';

const LISTS = [
  { hubs: 200, bound: 0.5 },
  { hubs: 500, bound: 0.4 },
];
const ICONS = ['atom', 'dna', 'telescope', 'gpu', 'waves'];
const ROUNDS = 7;
const SECONDS = 4;

heading(`/hubs with ${LISTS.map(({ hubs }) => hubs).join(' and ')} registration files`);
line('building a copy of the tree with an empty page (half a minute)');
const tree = await buildWithEmptyPage();
try {
  const portal = await startPortal({ front: 'embedded', program: join(tree.dir, 'dist', 'hubgate.mjs') });
  try {
    for (const { hubs, bound } of LISTS) {
      await register(portal, hubs);
      await load(`${portal.url}/empty`, 3);
      await load(`${portal.url}/hubs`, 3);
      const ratios: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        const rates = { empty: 0, hubs: 0 };
        for (const page of round % 2 === 0 ? (['empty', 'hubs'] as const) : (['hubs', 'empty'] as const)) {
          rates[page] = await load(`${portal.url}/${page}`, SECONDS);
        }
        ratios.push(rates.hubs / rates.empty);
        line(
          `empty page ${rates.empty.toFixed(0)}/s, /hubs ${rates.hubs.toFixed(0)}/s, ` +
            `ratio ${(rates.hubs / rates.empty).toFixed(2)}`,
        );
      }
      figure({ what: `/hubs of ${hubs} ÷ empty page`, value: median(ratios), bound, better: 'higher' });
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

/** Answers a second over 8 connections, by wrk. */
async function load(url: string, seconds: number): Promise<number> {
  const out = await mustRun('wrk', ['-t1', '-c8', `-d${seconds}s`, url]);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(out)?.[1];
  if (rate === undefined || /Non-2xx/.test(out)) throw new Error(`wrk ${url} said:\n${out}`);
  return Number(rate);
}
