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
      const issuedBefore = await theMiddle(portal);
      if (victim === 'everything') {
        await portal.kill();
        await portal.start();
      } else {
        const pid = (await portal.processes())[victim];
        if (pid === undefined) throw new Error(`no process ${victim}`);
        process.kill(pid, 'SIGKILL');
      }
      await signing;
      expect(issuedBefore).toBeLessThan(BATCH);

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

      const journal = await journalRows(portal);
      expect(journal.length).toBe(BATCH);
      expect(new Set(journal.map(({ order }) => order)).size).toBe(BATCH);
      expect(new Set(journal.map(({ serial }) => serial)).size).toBe(BATCH);
      const bySerial = new Map(journal.map(({ order, serial }) => [order, serial]));
      for (const { id, pickupSecret } of sent) {
        const view = (await curl(portal, `/api/v1/requests/${id}`, ...bearer(pickupSecret))).json() as {
          state: string;
          certificate: { serial: string };
        };
        expect(view.state).toBe('ISSUED');
        expect(view.certificate.serial).toBe(bySerial.get(id));
      }
      const audit = await portal.hubgate(['audit', 'verify']);
      expect(audit.code, audit.stdout + audit.stderr).toBe(0);
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

function openJournal(portal: Portal): Database.Database {
  return new Database(join(portal.stateDir, 'signer', 'journal.db'), { readonly: true, timeout: 5000 });
}

/** The signer's own record, read from its file while it runs (WAL lets others read). */
async function journalRows(portal: Portal): Promise<{ order: string; serial: string }[]> {
  const journal = openJournal(portal);
  try {
    return journal
      .prepare(`SELECT order_id AS "order", serial FROM certificates WHERE order_id IS NOT NULL`)
      .all() as { order: string; serial: string }[];
  } finally {
    journal.close();
  }
}

/** Returns as soon as the signer has written down what it is about to sign, with what is done by then. */
async function theMiddle(portal: Portal): Promise<number> {
  const journal = openJournal(portal);
  try {
    const intents = journal.prepare('SELECT count(*) FROM intents WHERE order_id IS NOT NULL').pluck();
    const done = journal.prepare('SELECT count(*) FROM certificates WHERE order_id IS NOT NULL').pluck();
    const end = performance.now() + 30_000;
    while (performance.now() < end) {
      if (Number(intents.get()) > 0) return Number(done.get());
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    throw new Error('the batch did not begin');
  } finally {
    journal.close();
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
