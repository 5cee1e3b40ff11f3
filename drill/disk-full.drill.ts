/** The disk fills up in the middle of a batch: a clear state, and completion once there is room. */
import { mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { addApprovedRequests } from '../e2e/support/approved-requests';
import { bearer, curl, jsonBody } from '../e2e/support/curl';
import { startPortal } from '../e2e/support/portal';
import { until } from '../e2e/support/ports';
import { mustRun, run } from '../e2e/support/run';
import { drill } from './report';
import { countIn, readRecords } from './state';

const BATCH = 1000;
/** Room that is left when the batch begins: the journal of some 100 certificates. */
const ROOM_BYTES = 600_000;

await drill('The disk fills up in the middle of a batch of 1,000', async ({ step, holds }) => {
  if (process.getuid?.() !== 0) throw new Error('a small file system can only be mounted by root');
  const disk = join(tmpdir(), `hubgate-disk-${process.pid}`);
  await mkdir(disk);
  await mustRun('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk]);
  const outside = process.env['TMPDIR'];
  process.env['TMPDIR'] = disk;
  try {
    const portal = await startPortal({
      front: 'embedded',
      rsaCa: true,
      toml: '[signing]\nauto = false\n[requests]\nopenPerAddress = 10000\n',
    });
    try {
      const token = await portal.token('approver', 'operator');
      await addApprovedRequests(portal, { name: 'd', count: BATCH, algorithm: 'P-256' });
      const ballast = join(disk, 'ballast');
      const { bavail, bsize } = await statfs(disk);
      await writeFile(ballast, Buffer.alloc(Math.max(0, bavail * bsize - ROOM_BYTES)));
      step(
        `${BATCH} approved, ${ROOM_BYTES / 1000} KB of disk left, ballast ${(await stat(ballast)).size} bytes`,
      );

      const sign = () =>
        curl(
          portal,
          '/api/v1/admin/requests/sign',
          ...bearer(token),
          '--header',
          'Accept: application/json',
          ...jsonBody({ all: true }),
        );
      const answer = await sign().catch(() => null);
      const issuedWhileFull = countIn(portal, 'ISSUED');
      step(`the call was answered with ${answer?.status ?? 'nothing'}; ${issuedWhileFull} are issued`);
      holds('the disk did run full', issuedWhileFull < BATCH, `${issuedWhileFull} of ${BATCH} issued`);
      const log = await portal.hubgate(['doctor']);
      holds(
        'doctor or the answer says that the disk is full',
        /disk-full|no room|disk is full|No space/i.test(`${log.stdout}${log.stderr}${answer?.body ?? ''}`),
        'start.disk-full',
      );

      await rm(ballast);
      await until('everything is up', async () => (await portal.call('/readyz')).status === 200, 120);
      await until(
        'every request is issued',
        async () => {
          if (countIn(portal, 'ISSUED') === BATCH) return true;
          const failed = await curl(
            portal,
            '/api/v1/admin/requests?state=FAILED&limit=100',
            ...bearer(token),
          );
          for (const { id } of (failed.status === 200 ? failed.json()['items'] : []) as { id: string }[]) {
            await curl(portal, `/api/v1/admin/requests/${id}/retry`, ...bearer(token), ...jsonBody({}));
          }
          await sign().catch(() => null);
          await sleep(500);
          return false;
        },
        300,
      );
      await portal.kill();
      const records = readRecords(portal);
      const differing = [...records.journal].filter(
        ([id, serials]) => serials.length !== 1 || records.portal.get(id) !== serials[0],
      ).length;
      holds(
        'with room again every request has one certificate, and both records agree',
        records.journal.size === BATCH && records.portal.size === BATCH && differing === 0,
        `${records.journal.size} in the journal, ${records.portal.size} in the portal, ${differing} differ`,
      );
    } finally {
      await portal.stop();
    }
  } finally {
    if (outside === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = outside;
    await run('umount', ['-l', disk]);
    await rm(disk, { recursive: true, force: true });
  }
});
