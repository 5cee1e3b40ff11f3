import { join } from 'node:path';

import Database from 'better-sqlite3';

import type { Portal } from '../e2e/support/portal';

/** What both records say, read from the files themselves. The journal's holder must have ended. */
export type Records = {
  /** Requests by state. */
  states: Record<string, number>;
  /** Certificates of the portal: request -> serial. */
  portal: Map<string, string>;
  /** Certificates of the journal that belong to orders: order -> serials, in the order of issue. */
  journal: Map<string, string[]>;
  serials: string[];
  crlNumbers: number[];
};

export function readRecords(portal: Portal): Records {
  const database = new Database(join(portal.stateDir, 'portal.db'), { readonly: true });
  const journal = new Database(join(portal.stateDir, 'signer', 'journal.db'), { readonly: true });
  try {
    const states = database.prepare(`SELECT state, count(*) AS n FROM "Request" GROUP BY state`).all() as {
      state: string;
      n: number;
    }[];
    const rows = database
      .prepare(`SELECT "requestId" AS id, serial FROM "Certificate" WHERE "requestId" IS NOT NULL`)
      .all() as { id: string; serial: string }[];
    const issued = journal
      .prepare(
        `SELECT order_id AS id, serial FROM certificates WHERE order_id IS NOT NULL ORDER BY issued_at`,
      )
      .all() as { id: string; serial: string }[];
    const byOrder = new Map<string, string[]>();
    for (const { id, serial } of issued) byOrder.set(id, [...(byOrder.get(id) ?? []), serial]);
    const everything = journal.prepare('SELECT serial FROM certificates').pluck().all() as string[];
    return {
      states: Object.fromEntries(states.map(({ state, n }) => [state, n])),
      portal: new Map(rows.map(({ id, serial }) => [id, serial])),
      journal: byOrder,
      serials: everything,
      crlNumbers: journal
        .prepare('SELECT number FROM crls ORDER BY this_update, number')
        .pluck()
        .all() as number[],
    };
  } finally {
    database.close();
    journal.close();
  }
}

/** How many requests of the portal are in this state now; the portal may run. */
export function countIn(portal: Portal, state: string): number {
  const database = new Database(join(portal.stateDir, 'portal.db'), { readonly: true, timeout: 10_000 });
  try {
    return Number(database.prepare(`SELECT count(*) FROM "Request" WHERE state = ?`).pluck().get(state));
  } finally {
    database.close();
  }
}
