/**
 * `kill -9` at random points, to signer and portal in turn, while a batch of 1,000 is signed and
 * certificates are revoked. HUBGATE_DRILL_KILLS says how often (200), HUBGATE_DRILL_SEED repeats a run.
 */
import { setTimeout as sleep } from 'node:timers/promises';

import { addApprovedRequests } from '../e2e/support/approved-requests';
import { bearer, curl, jsonBody } from '../e2e/support/curl';
import { startPortal, type Portal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { mustRun } from '../e2e/support/run';
import { drill } from './report';
import { services } from './services';
import { countIn, readRecords } from './state';

const KILLS = Number(process.env['HUBGATE_DRILL_KILLS'] ?? 200);
const SEED = Number(process.env['HUBGATE_DRILL_SEED'] ?? Date.now() % 1_000_000);
const BATCH = 1000;
/** Below this many waiting, the next kill could come after the end. */
const REFILL_BELOW = 400;
const MIDDLE_MS = 900;

await drill(`kill -9, ${KILLS} times, under batches of ${BATCH} (seed ${SEED})`, async ({ step, holds }) => {
  const random = generator(SEED);
  const portal = await startPortal({
    front: 'embedded',
    rsaCa: true,
    toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 100000\n',
  });
  const running = services(portal);
  try {
    const token = await portal.token('approver', 'operator');
    await portal.kill();
    await running.start('signer');
    await running.start('web');
    await running.ready();

    let asked = 0;
    let lastCrl = 0;
    let crlWentBack = 0;
    let revoked = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      if (countIn(portal, 'APPROVED') < REFILL_BELOW) {
        asked += (await addApprovedRequests(portal, { name: `k${kill}`, count: BATCH, algorithm: 'P-256' }))
          .length;
      }
      const signing = sign(portal, token);
      const revoking = kill % 4 === 0 ? revokeOne(portal, token) : Promise.resolve(false);
      await sleep(random() * MIDDLE_MS);
      const victim = kill % 2 === 0 ? 'signer' : 'web';
      await running.kill(victim);
      await running.start(victim);
      await Promise.all([signing, revoking.then((done) => (revoked += done ? 1 : 0))]);
      await running.ready();
      const number = await crlNumber(portal);
      if (number < lastCrl) crlWentBack += 1;
      lastCrl = number;
      if ((kill + 1) % 20 === 0) {
        step(`${kill + 1} kills, ${countIn(portal, 'ISSUED')} of ${asked} issued, CRL number ${number}`);
      }
    }

    await until(
      'every request is issued',
      async () => {
        if (countIn(portal, 'ISSUED') === asked) return true;
        await retryFailed(portal, token);
        await sign(portal, token);
        return false;
      },
      600,
    );
    const audit = await portal.hubgate(['audit', 'verify']);
    await running.stop();

    const records = readRecords(portal);
    const twice = [...records.journal.values()].filter((serials) => serials.length !== 1).length;
    const differing = [...records.journal].filter(
      ([id, [serial]]) => records.portal.get(id) !== serial,
    ).length;
    const { serials } = records;
    holds('every request has a certificate', records.states['ISSUED'] === asked, `${asked} requests`);
    holds(
      'no order has two certificates',
      twice === 0,
      `${records.journal.size} orders, ${twice} with another number`,
    );
    holds(
      'every entry of the journal has its row in the portal, and the other way round',
      differing === 0 && records.journal.size === records.portal.size,
      `${records.journal.size} and ${records.portal.size}, ${differing} differ`,
    );
    holds('no serial occurs twice', new Set(serials).size === serials.length, `${serials.length} serials`);
    holds(
      'the number of the CRL never went back',
      crlWentBack === 0 &&
        records.crlNumbers.every((number, at, all) => at === 0 || number > (all[at - 1] ?? 0)),
      `${lastCrl} lists, ${revoked} revocations answered`,
    );
    holds('the audit chain verifies', audit.code === 0, audit.stdout.trim().split('\n')[0] ?? '');
  } finally {
    await running.stop();
    await portal.stop();
  }
});

/** Mulberry32: the same seed kills at the same points. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Signs all that is approved. Whatever becomes of the call, the records tell what happened. */
async function sign(portal: Portal, token: string): Promise<void> {
  await curl(
    portal,
    '/api/v1/admin/requests/sign',
    ...bearer(token),
    '--header',
    'Accept: application/json',
    ...jsonBody({ all: true }),
  ).catch(() => null);
}

async function revokeOne(portal: Portal, token: string): Promise<boolean> {
  const listed = await curl(portal, '/api/v1/admin/certificates?state=VALID&limit=1', ...bearer(token)).catch(
    () => null,
  );
  const [first] = (listed?.status === 200 ? listed.json()['items'] : []) as { serial: string }[];
  if (first === undefined) return false;
  const answer = await curl(
    portal,
    `/api/v1/admin/certificates/${first.serial}/revoke`,
    ...bearer(token),
    ...jsonBody({ reason: 'superseded' }),
  ).catch(() => null);
  return answer?.status === 200;
}

async function retryFailed(portal: Portal, token: string): Promise<void> {
  const failed = await curl(portal, '/api/v1/admin/requests?state=FAILED&limit=100', ...bearer(token));
  for (const { id } of failed.json()['items'] as { id: string }[]) {
    await curl(portal, `/api/v1/admin/requests/${id}/retry`, ...bearer(token), ...jsonBody({}));
  }
}

async function crlNumber(portal: Portal): Promise<number> {
  const { bytes } = await portal.call(`${portal.httpUrl}/crl/signing-ca.crl`);
  const printed = await mustRun('openssl', ['crl', '-inform', 'DER', '-noout', '-crlnumber'], {
    input: bytes,
  });
  return Number.parseInt(printed.trim().replace(/^crlNumber=(?:0x)?/, ''), 16);
}
