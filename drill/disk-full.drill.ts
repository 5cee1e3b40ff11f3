/**
 * The disk fills up in the middle of a batch, first the signer's, then that of the portal's database:
 * a clear state, and completion once there is room.
 */
import { cp, mkdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { addApprovedRequests } from '../e2e/support/approved-requests';
import { startPortal, type Portal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { mustRun, run } from '../e2e/support/run';
import { signAll, signUntilIssued } from './calls';
import { countIn, holdsAgreement, readRecords, requestStates } from './records';
import { drill, type Drill } from './report';
import { services } from './services';

const BATCH = 1000;
const DISK = '64m';
/** Room that is left when the batch begins: some 100 certificates in either record. */
const ROOM_BYTES = 600_000;

await drill(`The disk fills up in the middle of a batch of ${BATCH}`, async (report) => {
  if (process.getuid?.() !== 0) throw new Error('a small file system can only be mounted by root');
  for (const whose of ['signer', 'portal'] as const) {
    report.step(`the disk of the ${whose}`);
    const portal = await startPortal({
      front: 'embedded',
      toml: `[signing]\nauto = false\n[database]\nurl = "file:database/portal.db"\n`,
    });
    const folder = join(portal.stateDir, whose === 'signer' ? 'signer' : 'database');
    try {
      const token = await portal.token('approver', 'operator');
      await portal.kill();
      await onSmallDisk(folder);
      await fillUp({ report, portal, token, folder, whose });
    } finally {
      await run('umount', ['-l', folder]);
      await portal.stop();
    }
  }
});

/** The folder with all that is in it, on a disk of its own. */
async function onSmallDisk(folder: string): Promise<void> {
  await rename(folder, `${folder}.moved`);
  await mkdir(folder, { mode: 0o700 });
  await mustRun('mount', ['-t', 'tmpfs', '-o', `size=${DISK},mode=0700`, 'tmpfs', folder]);
  await cp(`${folder}.moved`, folder, { recursive: true, preserveTimestamps: true });
  await rm(`${folder}.moved`, { recursive: true });
}

async function fillUp(input: {
  report: Drill;
  portal: Portal;
  token: string;
  folder: string;
  whose: 'signer' | 'portal';
}): Promise<void> {
  const { report, portal, token, folder, whose } = input;
  const { step, holds } = report;
  const running = services(portal);
  try {
    await running.startAll();
    await addApprovedRequests(portal, { name: 'd', count: BATCH, algorithm: 'P-256' });
    const ballast = join(folder, 'ballast');
    const { bavail, bsize } = await statfs(folder);
    await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - ROOM_BYTES)));
    step(`${BATCH} approved, ${ROOM_BYTES / 1000} KB of disk left`);

    const answer = await signAll(portal, token);
    const full = await requestStates(portal);
    const issued = full['ISSUED'] ?? 0;
    step(`the call was answered with ${answer?.status ?? 'nothing'}: ${answer?.body.slice(-200) ?? ''}`);
    holds('the disk did run full in the middle', issued > 0 && issued < BATCH, `${issued} issued`);
    // What the signer has signed and the portal cannot write down is in SIGNING until it can.
    const clear = whose === 'signer' ? ['ISSUED', 'APPROVED'] : ['ISSUED', 'APPROVED', 'SIGNING'];
    holds(
      'every request is in a clear state',
      Object.keys(full).every((state) => clear.includes(state)),
      JSON.stringify(full),
    );
    holds(
      'whoever asked is told that the disk is full',
      answer?.body.includes('start.disk-full') === true,
      `start.disk-full, answered with ${answer?.status ?? 'nothing'}`,
    );

    await rm(ballast);
    await until('everything is up', async () => (await portal.call('/readyz')).status === 200, 120);
    await until('nothing is half done', async () => (await countIn(portal, 'SIGNING')) === 0, 120);
    await signUntilIssued(portal, token, BATCH);
    const audit = await portal.hubgate(['audit', 'verify']);
    await running.stop();
    const records = await readRecords(portal);
    holds(
      'with room again every request is issued',
      records.states['ISSUED'] === BATCH,
      `${records.states['ISSUED'] ?? 0} requests`,
    );
    holdsAgreement(holds, records);
    holds('the audit chain verifies', audit.code === 0, audit.stdout.trim().split('\n')[0] ?? '');
  } finally {
    await running.stop();
  }
}
