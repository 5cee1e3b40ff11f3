/** The queue page with 100,000 requests in the database against the same page with 100. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import { signInAsFirstAdministrator } from '../e2e/support/administrator';
import { opensslCsr } from '../e2e/support/csr';
import { submit } from '../e2e/support/issue';
import { startPortal, type Portal } from '../e2e/support/portal';
import { figure, heading, line, median } from './report';

const FEW = 100;
const MANY = 100_000;
const CALLS = 60;

heading(`Queue page with ${MANY} requests`);
const portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false\n' });
try {
  const { cookie } = await signInAsFirstAdministrator(portal);
  await submit(portal, await opensslCsr(portal.dir, 'alice'), 'alice@example.org');
  for (const path of ['/admin', '/admin?q=p5']) {
    fill(portal, FEW);
    const few = await time(path, cookie);
    fill(portal, MANY);
    const many = await time(path, cookie);
    line(`${path}: ${few.toFixed(1)} ms with ${FEW}, ${many.toFixed(1)} ms with ${MANY}`);
    figure({ what: `${path}, many ÷ few`, value: many / few, bound: 1.5, better: 'lower' });
  }
} finally {
  await portal.stop();
}

/** Copies the one real request until there are `count`, in the states that a year leaves behind. */
function fill(target: Portal, count: number): void {
  const db = new Database(join(target.stateDir, 'portal.db'));
  db.pragma('busy_timeout = 10000');
  db.exec("DELETE FROM Request WHERE source = 'bench'");
  const columns = (db.pragma('table_info(Request)') as { name: string }[]).map(({ name }) => name);
  const original = db.prepare('SELECT * FROM Request LIMIT 1').get() as Record<string, unknown>;
  const insert = db.prepare(
    `INSERT INTO Request (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`,
  );
  const states = ['SUBMITTED', 'SUBMITTED', 'SUBMITTED', 'REJECTED', 'WITHDRAWN'];
  db.transaction(() => {
    for (let index = 1; index < count; index += 1) {
      insert.run({
        ...original,
        id: `B-${index.toString(32).toUpperCase().padStart(8, '0')}`,
        state: states[index % states.length],
        commonName: `p${index}`,
        email: `p${index}@example.org`,
        spkiSha256: randomBytes(32).toString('hex'),
        finding: index % 3 === 0 ? 'warn' : 'clean',
        source: 'bench',
      });
    }
  })();
  db.exec('ANALYZE');
  db.close();
}

async function time(path: string, cookie: string): Promise<number> {
  const times: number[] = [];
  for (let call = 0; call < CALLS; call += 1) {
    const started = performance.now();
    const answer = await portal.call(path, { headers: { cookie } });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
    times.push(performance.now() - started);
  }
  return median(times.slice(CALLS / 4));
}
