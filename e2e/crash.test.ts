import { statSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';

import { opensslCsr } from './support/csr';
import { bearer, curl, jsonBody } from './support/curl';
import { submit } from './support/issue';
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
      toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 10000',
    });
    try {
      const token = await portal.token('approver', 'operator');
      const sent = await fillQueue(portal, token);
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
      expect(issuedInPortal(portal)).toBeLessThan(BATCH);
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

      const held = new Map<string, string>();
      for (const { id, pickupSecret } of sent) {
        const view = (await curl(portal, `/api/v1/requests/${id}`, ...bearer(pickupSecret))).json() as {
          state: string;
          certificate: { serial: string };
        };
        expect(view.state).toBe('ISSUED');
        held.set(id, view.certificate.serial);
      }
      const audit = await portal.hubgate(['audit', 'verify']);
      expect(audit.code, audit.stdout + audit.stderr).toBe(0);

      await portal.kill();
      const journal = await until('the signer is gone', async () => journalRows(portal), 15);
      expect(journal.length).toBe(BATCH);
      expect(new Set(journal.map(({ serial }) => serial)).size).toBe(BATCH);
      expect(new Map(journal.map(({ order, serial }) => [order, serial]))).toEqual(held);
    } finally {
      await portal.stop();
    }
  });
}

async function fillQueue(portal: Portal, token: string) {
  const sent: { id: string; pickupSecret: string }[] = [];
  for (let index = 0; index < BATCH; index += 1) {
    const made = await opensslCsr(portal.dir, `user${index}`, {
      algorithm: ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    });
    const { id, pickupSecret } = await submit(portal, made);
    await curl(portal, `/api/v1/admin/requests/${id}/approve`, ...bearer(token), ...jsonBody({}));
    sent.push({ id, pickupSecret });
  }
  return sent;
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

/** How many requests the portal holds as issued, from its own database. */
function issuedInPortal(portal: Portal): number {
  const database = new Database(join(portal.stateDir, 'portal.db'), { readonly: true, timeout: 5000 });
  try {
    return Number(database.prepare(`SELECT count(*) FROM "Request" WHERE state = 'ISSUED'`).pluck().get());
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
