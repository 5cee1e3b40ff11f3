import { statSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';

import { addApprovedRequests } from './support/approved-requests';
import { bearer, curl, jsonBody } from './support/curl';
import { until } from './support/ports';
import { startPortal, type Portal } from './support/portal';

// Power cuts are rehearsed: a batch of 200 must end with 200 certificates, one per request, whatever
// dies in its middle.

const BATCH = 200;

for (const victim of ['signer', 'web', 'everything'] as const) {
  test(`kill -9 of ${victim} in the middle of a batch of ${BATCH} loses nothing and duplicates nothing`, async () => {
    test.setTimeout(240_000);
    // RSA 4096 signs slowly enough for a middle to exist.
    const portal = await startPortal({
      front: 'embedded',
      rsaCa: true,
      toml: '[signing]\nauto = false',
    });
    try {
      const token = await portal.token('approver', 'operator');
      const ids = await addApprovedRequests(portal, { name: 'user', count: BATCH, algorithm: 'P-256' });
      const before = journalLogBytes(portal);
      const signing = curl(
        portal,
        '/api/v1/admin/requests/sign',
        ...bearer(token),
        '--header',
        'Accept: application/json',
        ...jsonBody({ all: true }),
      )
        .then(({ status }) => status)
        .catch(() => 0);
      await theMiddle(portal, before);
      if (victim === 'everything') {
        await portal.kill();
      } else {
        const pid = (await portal.processes())[victim];
        if (pid === undefined) throw new Error(`no process ${victim}`);
        process.kill(pid, 'SIGKILL');
      }
      // It was the middle: not everything was done.
      expect(issuedInPortal(portal).size).toBeLessThan(BATCH);
      await signing;
      if (victim === 'everything') await portal.start();

      await until('everything is up again', async () => (await portal.call('/readyz')).status === 200, 60);
      // What was on its way comes to rest by itself; what went back to APPROVED or FAILED is signed again.
      await until(
        'every request is issued',
        async () => {
          const counts = await states(portal, token);
          if ((counts['ISSUED'] ?? 0) === BATCH) return true;
          for (const id of await idsIn(portal, token, 'FAILED')) {
            await curl(portal, `/api/v1/admin/requests/${id}/retry`, ...bearer(token), ...jsonBody({}));
          }
          await curl(
            portal,
            '/api/v1/admin/requests/sign',
            ...bearer(token),
            '--header',
            'Accept: application/json',
            ...jsonBody({ all: true }),
          );
          return false;
        },
        120,
      );

      const audit = await portal.hubgate(['audit', 'verify']);
      expect(audit.code, audit.stdout + audit.stderr).toBe(0);

      await portal.kill();
      const journal = await until('the signer is gone', async () => journalRows(portal), 15);
      expect(journal.length).toBe(BATCH);
      expect(new Set(journal.map(({ serial }) => serial)).size).toBe(BATCH);
      expect(new Map(journal.map(({ order, serial }) => [order, serial]))).toEqual(issuedInPortal(portal));
      expect(journal.map(({ order }) => order).sort()).toEqual(ids.sort());
    } finally {
      await portal.stop();
    }
  });
}

/** The signer's own record. It keeps the file to itself while it runs, so it must be gone. */
function journalRows(portal: Portal): { order: string; serial: string }[] {
  const journal = new Database(join(portal.stateDir, 'signer', 'journal.db'));
  try {
    return journal
      .prepare(`SELECT order_id AS "order", serial FROM certificates WHERE order_id IS NOT NULL`)
      .all() as { order: string; serial: string }[];
  } finally {
    journal.close();
  }
}

function journalLogBytes(portal: Portal): number {
  return statSync(join(portal.stateDir, 'signer', 'journal.db-wal')).size;
}

/** Returns as soon as the signer has written down something more than it had: its intents. */
async function theMiddle(portal: Portal, bytesBefore: number): Promise<void> {
  const end = performance.now() + 30_000;
  while (performance.now() < end) {
    if (journalLogBytes(portal) !== bytesBefore) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error('the batch did not begin');
}

/** Serials by the request that they were issued for, from the portal's own database. */
function issuedInPortal(portal: Portal): Map<string, string> {
  const database = new Database(join(portal.stateDir, 'portal.db'), { readonly: true, timeout: 5000 });
  try {
    const rows = database
      .prepare(
        `SELECT r.id, c.serial FROM "Request" r JOIN "Certificate" c ON c.serial = r.serial AND c."requestId" = r.id
         WHERE r.state = 'ISSUED'`,
      )
      .all() as { id: string; serial: string }[];
    return new Map(rows.map(({ id, serial }) => [id, serial]));
  } finally {
    database.close();
  }
}

async function list(portal: Portal, token: string, state: string): Promise<{ id: string }[]> {
  const found: { id: string }[] = [];
  let cursor: string | null = null;
  do {
    const page = (
      await curl(
        portal,
        `/api/v1/admin/requests?state=${state}&limit=100${cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
        ...bearer(token),
      )
    ).json() as { items: { id: string }[]; nextCursor: string | null };
    found.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return found;
}

const idsIn = async (portal: Portal, token: string, state: string) =>
  (await list(portal, token, state)).map(({ id }) => id);

async function states(portal: Portal, token: string): Promise<Record<string, number>> {
  return { ISSUED: (await list(portal, token, 'ISSUED')).length };
}
