/**
 * The queue page with 100,000 requests in the database against the same page with 100.
 *
 * Two portals stand side by side and are called in turn, call by call, so that both meet the same
 * noise and both processes are as warm. With 100 requests the page is full already: 20 flagged rows
 * and 50 clean ones, each with a link to more, as with 100,000. The large database keeps the
 * statistics of ANALYZE from when it had 100, since nobody runs it again.
 */
import { randomBytes } from 'node:crypto';
import type { Agent } from 'node:https';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { signInAsFirstAdministrator } from '../e2e/support/administrator';
import { opensslCsr } from '../e2e/support/csr';
import { oneConnection } from '../e2e/support/https-client';
import { submit } from '../e2e/support/issue';
import { startPortal, type Portal } from '../e2e/support/portal';
import { figure, heading, line, median } from './report';

const FEW = 100;
const MANY = 100_000;
const ROUNDS = 7;
const CALLS = 20;

/** A search that finds a tenth of many has to show as many rows with few. */
const PAGES = [
  { what: '/admin', few: '/admin', many: '/admin' },
  { what: 'a search that all match', few: '/admin?q=p', many: '/admin?q=p' },
  { what: 'a search that a tenth match', few: '/admin?q=p', many: '/admin?q=p5' },
];

type Seat = { portal: Portal; cookie: string };

heading(`Queue page with ${MANY} requests`);
const few = await open(FEW);
try {
  const many = await open(MANY);
  try {
    for (const page of PAGES) {
      const ratios: number[] = [];
      const seen: [number, number][] = [];
      await round(page, { few, many }); // warms both up
      for (let count = 0; count < ROUNDS; count += 1) {
        const [small, large] = await round(page, { few, many });
        ratios.push(large / small);
        seen.push([small, large]);
      }
      const [small, large] = [0, 1].map((at) => median(seen.map((pair) => pair[at] ?? Number.NaN)));
      line(
        `${page.what}: ${small?.toFixed(1)} ms with ${FEW}, ${large?.toFixed(1)} ms with ${MANY}; ` +
          `ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(', ')}`,
      );
      figure({ what: `${page.what}, many ÷ few`, value: median(ratios), bound: 1.5, better: 'lower' });
    }
  } finally {
    await many.portal.stop();
  }
} finally {
  await few.portal.stop();
}

/** A portal with `count` requests and somebody signed in. */
async function open(count: number): Promise<Seat> {
  const portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false\n' });
  try {
    const { cookie } = await signInAsFirstAdministrator(portal);
    await submit(portal, await opensslCsr(portal.dir, 'alice'), 'alice@example.org');
    fill(portal, 1, FEW);
    // The portal's connection learns of FEW.
    const agent = oneConnection();
    await call({ portal, cookie }, '/admin', agent);
    agent.destroy();
    fill(portal, FEW, count);
    return { portal, cookie };
  } catch (thrown) {
    await portal.stop();
    throw thrown;
  }
}

/** Medians in milliseconds over some calls of either, one after the other. */
async function round(
  page: { few: string; many: string },
  seats: { few: Seat; many: Seat },
): Promise<[few: number, many: number]> {
  const times = { few: [] as number[], many: [] as number[] };
  const agents = { few: oneConnection(), many: oneConnection() };
  for (let index = 0; index < CALLS; index += 1) {
    for (const which of index % 2 === 0 ? (['few', 'many'] as const) : (['many', 'few'] as const)) {
      times[which].push(await call(seats[which], page[which], agents[which]));
    }
  }
  for (const agent of Object.values(agents)) agent.destroy();
  return [median(times.few), median(times.many)];
}

async function call({ portal, cookie }: Seat, path: string, agent: Agent): Promise<number> {
  const started = performance.now();
  const answer = await portal.call(path, { headers: { cookie }, agent });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  return performance.now() - started;
}

/** Copies the one real request to numbers `from` up to `to`, each a second older than the one before. */
function fill(target: Portal, from: number, to: number): void {
  const db = new Database(join(target.stateDir, 'portal.db'));
  db.pragma('busy_timeout = 10000');
  const columns = (db.pragma('table_info(Request)') as { name: string }[]).map(({ name }) => name);
  const original = db.prepare(`SELECT * FROM Request WHERE source <> 'bench'`).get() as Record<
    string,
    unknown
  >;
  const insert = db.prepare(
    `INSERT INTO Request (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
  );
  const states = ['SUBMITTED', 'SUBMITTED', 'SUBMITTED', 'SUBMITTED', 'REJECTED'];
  const sent = Date.parse(String(original['createdAt']));
  db.transaction(() => {
    for (let index = from; index < to; index += 1) {
      insert.run({
        ...original,
        id: `B-${index.toString(32).toUpperCase().padStart(8, '0')}`,
        state: states[index % states.length],
        commonName: `p${index}`,
        email: `p${index}@example.org`,
        spkiSha256: randomBytes(32).toString('hex'),
        finding: index % 3 === 0 ? 'warn' : 'clean',
        source: 'bench',
        // As the portal's adapter writes instants.
        createdAt: new Date(sent - index * 1000).toISOString().replace('Z', '+00:00'),
      });
    }
  })();
  if (to === FEW) db.exec('ANALYZE');
  db.close();
}
