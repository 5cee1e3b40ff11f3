/**
 * The journal's file is damaged, in several ways: the signer refuses to start and names the newest
 * backup; that one restored, as the operator's manual says, everything goes on. Once with nothing lost
 * since the backup, once with a backup from before.
 */
import { copyFile, open, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { startPortal } from '../e2e/support/portal';
import { accept, holdsNothingHappens } from './accept';
import { publishedCrl, signUntilIssued } from './calls';
import { countIn, holdsAgreement, readRecords } from './records';
import { drill } from './report';
import { services } from './services';
import { issue, revokeNewest, unlocked, type Site } from './site';

const BATCH = 100;
const PASSPHRASE = 'backups have a phrase of their own 9';
const PIECE = 8192;

const DAMAGES: readonly (readonly [what: string, make: (file: string, bytes: number) => Promise<void>])[] = [
  ['8 KiB in the middle overwritten', (file, bytes) => overwrite(file, bytes / 2, 0xa5)],
  ['8 KiB in the middle zero', (file, bytes) => overwrite(file, bytes / 2, 0)],
  ['its first 8 KiB zero', (file) => overwrite(file, 0, 0)],
  ['its last 8 KiB overwritten', (file, bytes) => overwrite(file, bytes - PIECE, 0xa5)],
  ['cut off in the middle', (file, bytes) => truncate(file, Math.floor(bytes / 2))],
  ['one octet too short', (file, bytes) => truncate(file, bytes - 1)],
  ['empty', (file) => truncate(file, 0)],
  ['all zero', (file, bytes) => writeFile(file, Buffer.alloc(bytes))],
  ['a text', (file) => writeFile(file, 'this was a journal once\n'.repeat(20))],
];

await drill('The journal is damaged', async (report) => {
  const { step, holds } = report;
  const portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false\n' });
  const running = services(portal);
  try {
    const token = await portal.token('approver', 'operator');
    const site: Site = { report, portal, running, token };
    await writeFile(join(portal.dir, 'phrase'), `${PASSPHRASE}\n`, { mode: 0o600 });
    await portal.kill();
    await running.startAll();
    await issue(site, { name: 'a', count: BATCH });
    const older = await backup(site);
    await issue(site, { name: 'b', count: BATCH });
    await revokeNewest(site);
    const newest = await backup(site);
    await running.stop();
    await refusesEach(site, newest);

    step('restored from the newest backup, from which nothing is missing');
    await restore(site, newest);
    await running.startAll();
    await unlocked(site);
    await issue(site, { name: 'c', count: BATCH });
    await revokeNewest(site);
    const ready = (await portal.call('/readyz')).status;
    holds('everything works on, with nothing to accept', ready === 200, `/readyz answers ${ready}`);
    const before = await publishedCrl(portal);
    await running.stop();
    const records = await readRecords(portal);
    holds(
      'every request has its certificate',
      records.states['ISSUED'] === 3 * BATCH,
      `${3 * BATCH} requests`,
    );
    holdsAgreement(holds, records);

    step(`restored from the older backup, which lacks ${2 * BATCH} certificates and two revocations`);
    await overwrite(join(portal.stateDir, 'signer', 'journal.db'), 0, 0);
    await restore(site, older);
    running.start('signer');
    running.start('web');
    await holdsNothingHappens(site, before);
    const lost = await accept(site, { lost: 2 * BATCH, above: before.number });
    await issue(site, { name: 'e', count: BATCH });
    await signUntilIssued(portal, token, 4 * BATCH + 1);
    const approvedLeft = await countIn(portal, 'APPROVED');
    holds('afterwards everything works on', approvedLeft === 0, `${approvedLeft} wait`);
    await running.stop();
    holdsAgreement(holds, await readRecords(portal), lost);
  } finally {
    await running.stop();
    await portal.stop();
  }
});

async function overwrite(file: string, at: number, octet: number): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.write(Buffer.alloc(PIECE, octet), 0, PIECE, Math.floor(at));
  } finally {
    await handle.close();
  }
}

async function backup({ portal }: Site): Promise<string> {
  const made = await portal.hubgateJson(['ca', 'backup', '--passphrase-file', join(portal.dir, 'phrase')]);
  return String(made['file']);
}

/** Each damage, one after another, is refused; the whole file put back is not touched by it. */
async function refusesEach({ report, portal, running }: Site, newest: string): Promise<void> {
  const file = join(portal.stateDir, 'signer', 'journal.db');
  const whole = join(portal.dir, 'journal.whole');
  await copyFile(file, whole);
  const { length } = await readFile(whole);
  for (const [what, make] of DAMAGES) {
    for (const end of ['-wal', '-shm']) await rm(file + end, { force: true });
    await copyFile(whole, file);
    await make(file, length);
    running.start('signer');
    const code = await running.ended('signer').catch(() => null);
    const said = running.said('signer');
    await running.stop();
    const refused = code === 1 && said.includes('signer.journal-damaged') && said.includes(newest);
    report.holds(
      `${what}: the signer refuses to start and names the newest backup`,
      refused,
      refused ? basename(newest) : `it ended with ${code ?? 'nothing, it runs'}: ${said.slice(-300)}`,
    );
  }
}

/** By the operator's manual: the signer's folder is moved away and its half of the backup restored. */
async function restore({ report, portal }: Site, file: string): Promise<void> {
  const folder = join(portal.stateDir, 'signer');
  const damaged = `${folder}.damaged`;
  await rm(damaged, { recursive: true, force: true });
  await rename(folder, damaged);
  const from = join(damaged, 'backups', basename(file));
  const ran = await portal.hubgate([
    ...['ca', 'restore', from, '--only', 'signer'],
    ...['--passphrase-file', join(portal.dir, 'phrase')],
  ]);
  report.holds(
    'the backup is restored, and compared with what was saved',
    ran.code === 0,
    ran.code === 0 ? (ran.stdout.split('\n')[0] ?? '') : ran.stderr + ran.stdout,
  );
  // The backups lie where the signer looks for them again.
  await rename(join(damaged, 'backups'), join(folder, 'backups'));
}
