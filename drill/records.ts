import { createHash } from 'node:crypto';
import { join } from 'node:path';

import Database from 'better-sqlite3';

import type { Portal } from '../e2e/support/portal';
import { loadConfig } from '../lib/config/load';
import { openDatabase } from '../lib/db/client';
import { databaseTarget } from '../lib/db/target';
import type { Drill } from './report';

type Certificate = { serial: string; sha256: string };

/** What both records say, read from the files themselves. The signer and the portal must have ended. */
export type Records = {
  /** Requests by state. */
  states: Record<string, number>;
  /** Certificates of the portal that belong to requests. */
  portal: Map<string, Certificate>;
  /** Certificates of the journal that belong to orders: order -> certificates, in the order of issue. */
  journal: Map<string, Certificate[]>;
  /** Every serial that a certificate of the journal has. */
  serials: string[];
  /** Serials of intents that were given up: nothing was ever issued with them. */
  abandoned: Set<string>;
  revokedInPortal: Set<string>;
  revokedInJournal: Set<string>;
  /** Numbers of the signing CA's revocation lists, in the order in which they were written down. */
  crlNumbers: number[];
};

const sha256 = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex');

/** Asks the portal's database, SQLite or PostgreSQL; the portal may run. */
export async function queryPortal<Row>(portal: Portal, sql: string): Promise<Row[]> {
  const { config, paths } = loadConfig({
    env: { HUBGATE_CONFIG: join(portal.dir, 'hubgate.toml') },
    cwd: portal.dir,
  });
  const target = databaseTarget(config, paths);
  if (target.kind === 'sqlite') {
    const database = new Database(target.file, { readonly: true, timeout: 10_000 });
    try {
      return database.prepare(sql).all() as Row[];
    } finally {
      database.close();
    }
  }
  const db = await openDatabase(config, paths);
  try {
    return await db.prisma.$queryRawUnsafe<Row[]>(sql);
  } finally {
    await db.close();
  }
}

/** How many requests of the portal are in each state; the portal may run. */
export async function requestStates(portal: Portal): Promise<Record<string, number>> {
  const rows = await queryPortal<{ state: string; n: number | bigint }>(
    portal,
    'SELECT state, count(*) AS n FROM "Request" GROUP BY state',
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)]));
}

/** How many requests of the portal are in this state; the portal may run. */
export async function countIn(portal: Portal, state: string): Promise<number> {
  return (await requestStates(portal))[state] ?? 0;
}

export async function readRecords(portal: Portal): Promise<Records> {
  const rows = await queryPortal<{ id: string | null; serial: string; der: Uint8Array; state: string }>(
    portal,
    `SELECT "requestId" AS id, serial, der, state FROM "Certificate"`,
  );
  const journal = new Database(join(portal.stateDir, 'signer', 'journal.db'), { readonly: true });
  try {
    const issued = journal.prepare('SELECT order_id AS id, serial, der FROM certificates').all() as {
      id: string | null;
      serial: string;
      der: Uint8Array;
    }[];
    const byOrder = new Map<string, Certificate[]>();
    for (const { id, serial, der } of issued) {
      if (id !== null) byOrder.set(id, [...(byOrder.get(id) ?? []), { serial, sha256: sha256(der) }]);
    }
    const texts = (sql: string): string[] => journal.prepare(sql).pluck().all() as string[];
    return {
      states: await requestStates(portal),
      portal: new Map(
        rows.flatMap(({ id, serial, der }) =>
          id === null ? [] : [[id, { serial, sha256: sha256(der) }] as const],
        ),
      ),
      journal: byOrder,
      serials: issued.map(({ serial }) => serial),
      abandoned: new Set(texts(`SELECT serial FROM intents WHERE state <> 'committed'`)),
      revokedInPortal: new Set(rows.flatMap(({ serial, state }) => (state === 'REVOKED' ? [serial] : []))),
      revokedInJournal: new Set(texts('SELECT serial FROM revocations')),
      crlNumbers: journal.prepare('SELECT number FROM crls ORDER BY rowid').pluck().all() as number[],
    };
  } finally {
    journal.close();
  }
}

/** Serials of certificates that an accepted journal lacks. */
export type Lost = ReadonlySet<string>;

/**
 * What must hold between both records whatever has happened, once everything has come to rest.
 *
 * @param lost what the portal alone knows, since an old journal was accepted
 */
export function holdsAgreement(holds: Drill['holds'], records: Records, lost: Lost = new Set()): void {
  const { journal, serials, abandoned, revokedInJournal, crlNumbers } = records;
  const portal = new Map([...records.portal].filter(([, { serial }]) => !lost.has(serial)));
  const revokedInPortal = new Set([...records.revokedInPortal].filter((serial) => !lost.has(serial)));
  const twice = [...journal.values()].filter((certificates) => certificates.length !== 1).length;
  holds('no order has two certificates', twice === 0, `${journal.size} orders, ${twice} with another number`);
  const differing = [...journal].filter(([id, [certificate]]) => {
    const row = portal.get(id);
    return row?.serial !== certificate?.serial || row?.sha256 !== certificate?.sha256;
  }).length;
  holds(
    'every certificate of the journal has its row in the portal, byte for byte, and the other way round',
    differing === 0 && journal.size === portal.size,
    `${journal.size} and ${portal.size}, ${differing} differ`,
  );
  const used = new Set(serials);
  const reused =
    serials.length - used.size + serials.filter((serial) => abandoned.has(serial) || lost.has(serial)).length;
  holds(
    'no serial occurs twice',
    reused === 0 && serials.length > 0,
    `${serials.length} certificates, ${abandoned.size} serials given up, ${reused} used twice`,
  );
  const missing = [...revokedInJournal].filter((serial) => !revokedInPortal.has(serial)).length;
  holds(
    'what is revoked in one record is revoked in the other',
    missing === 0 && revokedInJournal.size === revokedInPortal.size,
    `${revokedInJournal.size} and ${revokedInPortal.size}`,
  );
  holds(
    'the number of the revocation list never went back',
    crlNumbers.every((number, at, all) => at === 0 || number > (all[at - 1] ?? 0)),
    `${crlNumbers.length} lists, the last is number ${crlNumbers.at(-1) ?? 'none'}`,
  );
}
