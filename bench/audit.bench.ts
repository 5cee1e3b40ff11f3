/**
 * The audit trail: verifying a long one with its seals, and what an event adds to the submission of a
 * request.
 *
 * `HUBGATE_BENCH_EVENTS` makes the long trail shorter, for a try; PostgreSQL is measured where it is
 * installed. Verifying is disk, parsing and SHA-256 in one process; the signer answers from another one.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { auditHash, FIRST_HASH } from '../lib/audit/audit-hash';
import { recordAudit } from '../lib/audit/record-audit';
import { sealAudit } from '../lib/audit/seal-audit';
import { verifyAudit } from '../lib/audit/verify-audit';
import { ConfigSchema, type Config } from '../lib/config/schema';
import { ensureSecrets } from '../lib/config/secrets';
import { statePaths } from '../lib/config/state-paths';
import type { Actor, Ctx } from '../lib/ctx';
import { openDatabase } from '../lib/db/client';
import { migrate } from '../lib/db/migrate';
import { appendAuditEvents, auditHead, type AuditEventRow } from '../lib/db/audit-events';
import { inTransaction } from '../lib/db/in-transaction';
import { startPostgresCluster } from '../lib/testing/postgres-cluster';
import { submitOne } from '../lib/testing/requests';
import { startTestSigner } from '../lib/testing/signer';
import { figure, heading, line, median } from './report';

const EVENTS = Number(process.env['HUBGATE_BENCH_EVENTS'] ?? 500_000);
const SEALS = 500;
const ROUNDS = 3;
const SUBMISSIONS = 60;

heading(`An audit trail of ${EVENTS.toLocaleString('en')} events, ${SEALS} seals`);
const cluster = startPostgresCluster();
const databases: [string, Config['database']['url']][] = [['SQLite', '']];
if (cluster !== null)
  databases.push(['PostgreSQL', `postgresql://hubgate@/postgres?host=${cluster.socketDir}`]);
else line('PostgreSQL is not installed');
try {
  for (const [kind, url] of databases) await onDatabase(kind, url);
} finally {
  cluster?.stop();
}

type House = { as: (actor: Actor) => Ctx; ctx: Ctx };

async function onDatabase(kind: string, url: string): Promise<void> {
  // A chain of its own has seals of its own.
  const signer = await startTestSigner();
  const folder = mkdtempSync(join(tmpdir(), 'hubgate-audit-'));
  const config = ConfigSchema.parse({
    stateDir: folder,
    database: { url },
    requests: { openPerAddress: 10_000 },
  });
  const paths = { ...statePaths(config, folder, () => false), caDir: signer.caDir };
  mkdirSync(paths.mapsDir);
  ensureSecrets(paths);
  await migrate(config, paths);
  const db = await openDatabase(config, paths);
  const as = (actor: Actor): Ctx => ({
    actor,
    now: () => new Date(),
    requestId: 'bench-request',
    locale: 'en',
    config,
    paths,
    db,
    signer: signer.client,
  });
  const house = { as, ctx: as({ kind: 'host', name: 'bench' }) };
  try {
    await eventCost(house, kind);
    for (let n = 0; n < SEALS; n++) {
      await fill(house, Math.floor(EVENTS / SEALS));
      await sealAudit(house.ctx);
    }
    await verifying(house, kind);
  } finally {
    await db.close();
    await signer.remove();
    for (const one of [folder, paths.mapsDir]) rmSync(one, { recursive: true, force: true });
  }
}

async function verifying(house: House, kind: string): Promise<void> {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const verdict = await verifyAudit(house.ctx);
    if (!verdict.ok || verdict.unsealed !== 0) throw new Error(JSON.stringify(verdict));
    rates.push((1000 * verdict.events) / (performance.now() - began));
  }
  line(`${kind}: ${rates.map((rate) => rate.toFixed(0)).join(', ')} events/s`);
  const value = median(rates);
  figure({ what: `${kind}: verified`, value, unit: ' events/s', bound: 100_000, better: 'higher' });
}

/** One event in a transaction of its own, less what such a transaction costs, against a whole submission. */
async function eventCost(house: House, kind: string): Promise<void> {
  const submission = await times(async (n) => void (await submitOne(house.ctx, { commonName: `u${n}` })));
  const host = house.as({ kind: 'host', name: 'bench' });
  const data = {
    commonName: 'alice',
    profile: 'user',
    spkiSha256: 'a'.repeat(64),
    finding: 'clean',
    trust: 'none',
  };
  const empty = await times(() => inTransaction(house.ctx.db, async (tx) => void (await touch(tx))));
  const one = await times(() =>
    inTransaction(house.ctx.db, async (tx) => {
      await touch(tx);
      await recordAudit(host, tx, { action: 'request.submit', target: 'R-7K3F9Q2M', data });
    }),
  );
  const cost = Math.max(0, one - empty);
  line(`${kind}: a submission ${submission.toFixed(2)} ms, its event ${cost.toFixed(2)} ms`);
  const value = (100 * cost) / submission;
  figure({
    what: `${kind}: the event's share of a submission`,
    value,
    unit: ' %',
    bound: 10,
    better: 'lower',
  });
}

type Tx = Parameters<Parameters<typeof inTransaction>[1]>[0];
/** Something to commit. */
function touch(tx: Tx): Promise<unknown> {
  const value = String(Math.random());
  return tx.prisma.setting.upsert({
    where: { key: 'bench' },
    create: { key: 'bench', value },
    update: { value },
  });
}

async function times(run: (n: number) => Promise<void>): Promise<number> {
  const all: number[] = [];
  for (let n = 0; n < SUBMISSIONS; n++) {
    const began = performance.now();
    await run(n);
    all.push(performance.now() - began);
  }
  return median(all);
}

/** Events as the portal writes them, in one transaction. */
async function fill(house: House, count: number): Promise<void> {
  await inTransaction(house.ctx.db, async (tx) => {
    const head = await auditHead(tx);
    let prevHash = head.seq === 0 ? FIRST_HASH : head.hash;
    const rows: AuditEventRow[] = [];
    for (let n = 1; n <= count; n++) {
      const event = {
        seq: head.seq + n,
        at: house.ctx.now(),
        actor: `person:paula${n % 7}`,
        action: 'request.approve',
        target: `R-${String(head.seq + n).padStart(8, '0')}`,
        outcome: 'done',
        data: JSON.stringify({
          from: 'SUBMITTED',
          to: 'APPROVED',
          version: 1,
          digest: 'b'.repeat(64),
          approvals: 1,
        }),
        requestId: `req-${head.seq + n}`,
        prevHash,
      };
      prevHash = auditHash(event);
      rows.push({ ...event, hash: prevHash });
    }
    await appendAuditEvents(tx, rows);
  });
}
