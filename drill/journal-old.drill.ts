/**
 * A copy of an old journal is put back, from a single entry behind to many: the portal notices it by its
 * own record, and does nothing with it. The right one put back goes on; an old one only once it is
 * accepted on the host.
 */
import { copyFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { startPortal } from '../e2e/support/portal';
import { accept, holdsNothingHappens } from './accept';
import { publishedCrl, signUntilIssued } from './calls';
import { countIn, holdsAgreement, readRecords } from './records';
import { drill } from './report';
import { services } from './services';
import { issue, revokeNewest, unlocked, type Site } from './site';

const BATCH = 50;

const journalOf = ({ portal }: Site): string => join(portal.stateDir, 'signer', 'journal.db');

/** What happened after the copy was made. */
const MEANWHILE: readonly (readonly [what: string, happens: (site: Site, at: number) => Promise<unknown>])[] =
  [
    ['one certificate', (site, at) => issue(site, { name: `one${at}`, count: 1 })],
    ['one revocation', (site) => revokeNewest(site)],
    [
      `${BATCH} certificates and two revocations`,
      async (site, at) => {
        await revokeNewest(site);
        await issue(site, { name: `many${at}`, count: BATCH });
        await revokeNewest(site);
      },
    ],
  ];

await drill('A copy of an old journal is put back', async (report) => {
  const { step, holds } = report;
  const portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false\n' });
  const running = services(portal);
  try {
    const token = await portal.token('approver', 'operator');
    const site: Site = { report, portal, running, token };
    await portal.kill();
    await running.startAll();
    await issue(site, { name: 'a', count: BATCH });
    await revokeNewest(site);

    let before = await publishedCrl(portal);
    for (const [at, [what, happens]] of MEANWHILE.entries()) {
      step(`the copy lacks ${what}`);
      await running.stop();
      await keep(site, 'old');
      await running.startAll();
      await unlocked(site);
      await happens(site, at);
      before = await publishedCrl(portal);
      await running.stop();
      await keep(site, 'right');
      await putBack(site, 'old');
      running.start('signer');
      running.start('web');
      await holdsNothingHappens(site, before);
      if (at === MEANWHILE.length - 1) continue;
      await running.stop();
      await putBack(site, 'right');
      await running.startAll();
      await unlocked(site);
      await signUntilIssued(portal, token, (await countIn(portal, 'ISSUED')) + 1);
      const [waiting, now] = [await countIn(portal, 'APPROVED'), await publishedCrl(portal)];
      holds(
        'the right journal goes on, with nothing to accept',
        waiting === 0 && now.number >= before.number,
        `what waited is signed, list number ${now.number}`,
      );
    }

    const map = await readFile(join(portal.mapsDir, 'revoked.map'), 'utf8');
    const open = [...before.serials].filter((serial) => !map.toLowerCase().includes(serial));
    holds('the gate refuses what was revoked', open.length === 0, `${before.serials.size} revoked`);
    const issued = await countIn(portal, 'ISSUED');
    const lost = await accept(site, { lost: BATCH, above: before.number });
    await signUntilIssued(portal, token, issued + 1);
    await issue(site, { name: 'z', count: BATCH });
    const serial = await revokeNewest(site);
    const after = await publishedCrl(portal);
    holds(
      'accepted: it signs and revokes again',
      after.serials.has(serial),
      `${BATCH + 1} more issued, list number ${after.number}`,
    );
    const audit = await portal.hubgate(['audit', 'verify']);
    holds('the audit chain verifies', audit.code === 0, audit.stdout.trim().split('\n')[0] ?? '');
    await running.stop();
    holdsAgreement(holds, await readRecords(portal), lost);
  } finally {
    await running.stop();
    await portal.stop();
  }
});

/** The signer has ended in order: everything is in the one file. */
async function keep(site: Site, name: string): Promise<void> {
  await copyFile(journalOf(site), join(site.portal.dir, `journal.${name}`));
}

async function putBack(site: Site, name: string): Promise<void> {
  for (const end of ['-wal', '-shm']) await rm(journalOf(site) + end, { force: true });
  await copyFile(join(site.portal.dir, `journal.${name}`), journalOf(site));
}
