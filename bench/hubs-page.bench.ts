/** `/hubs` with 200 registration files against an empty dynamic page of the same build. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { startPortal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { mustRun } from '../e2e/support/run';
import { buildWithEmptyPage } from './empty-page';
import { figure, heading, line, median } from './report';

const HUBS = 200;
const ROUNDS = 5;
const SECONDS = 4;

heading(`/hubs with ${HUBS} registration files`);
line('building a copy of the tree with an empty page (half a minute)');
const tree = await buildWithEmptyPage();
try {
  const portal = await startPortal({ front: 'embedded', program: join(tree.dir, 'dist', 'hubgate.mjs') });
  try {
    for (let index = 0; index < HUBS; index += 1) {
      const name = `hub${String(index).padStart(3, '0')}`;
      await writeFile(
        join(portal.dir, 'hubs', `${name}.hub`),
        `${portal.gateUrl}/${name},Hub number ${index}, with a description of usual length\n`,
      );
    }
    await until('all hubs are listed', async () => {
      const { hubs } = JSON.parse((await portal.call('/api/v1/hubs')).text) as { hubs: unknown[] };
      return hubs.length > HUBS;
    });
    await load(`${portal.url}/empty`, 3);
    await load(`${portal.url}/hubs`, 3);
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const empty = await load(`${portal.url}/empty`, SECONDS);
      const hubs = await load(`${portal.url}/hubs`, SECONDS);
      ratios.push(hubs / empty);
      line(
        `empty page ${empty.toFixed(0)}/s, /hubs ${hubs.toFixed(0)}/s, ratio ${(hubs / empty).toFixed(2)}`,
      );
    }
    figure({ what: '/hubs ÷ empty page', value: median(ratios), bound: 0.5, better: 'higher' });
  } finally {
    await portal.stop();
  }
} finally {
  await tree.remove();
}

/** Answers a second over 8 connections, by wrk. */
async function load(url: string, seconds: number): Promise<number> {
  const out = await mustRun('wrk', ['-t1', '-c8', `-d${seconds}s`, url]);
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(out)?.[1];
  if (rate === undefined || /Non-2xx/.test(out)) throw new Error(`wrk ${url} said:\n${out}`);
  return Number(rate);
}
