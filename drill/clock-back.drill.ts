/** The clock is set back by an hour: nothing is issued with a wrong life, and it is said. */
import { addApprovedRequests } from '../e2e/support/approved-requests';
import { startPortal } from '../e2e/support/portal';
import { mustRun } from '../e2e/support/run';
import { publishedCrl, revoke, signAll, signUntilIssued, validCertificates } from './calls';
import { countIn, holdsAgreement, queryPortal, readRecords } from './records';
import { drill } from './report';
import { services } from './services';

const HOUR_MS = 3_600_000;
const iso = (ms: number): string => new Date(ms).toISOString();

await drill('The clock is set back by an hour', async ({ step, holds }) => {
  // Not by its program, which stays between them and their signals.
  const library = (await mustRun('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'])).trim();
  const portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false\n' });
  // Two hours ahead at first: then one hour back is still ahead of what the CA began with.
  const ahead = (hours: number) =>
    services(portal, {
      LD_PRELOAD: library,
      FAKETIME: `+${hours}h`,
      FAKETIME_DONT_FAKE_MONOTONIC: '1', // timers keep to the real clock
    });
  let running = ahead(2);
  try {
    const token = await portal.token('approver', 'operator');
    await portal.kill();
    await running.startAll();
    await addApprovedRequests(portal, { name: 'c', count: 2, algorithm: 'P-256' });
    await signAll(portal, token);
    const [first] = await validCertificates(portal, token, 1);
    const begins = Date.parse(first?.notBefore ?? '');
    // 300 s before the clock of then.
    holds(
      'before: a certificate is issued by the clock of then',
      Math.abs(begins - (Date.now() + 2 * HOUR_MS)) < 600_000,
      `it begins ${iso(begins)}, and the real clock says ${iso(Date.now())}`,
    );
    const before = await publishedCrl(portal);
    await running.stop();

    step('the clock goes back by an hour');
    running = ahead(1);
    await running.startAll();
    await addApprovedRequests(portal, { name: 'd', count: 3, algorithm: 'P-256' });
    const answer = await signAll(portal, token);
    const issued = await countIn(portal, 'ISSUED');
    const approved = await countIn(portal, 'APPROVED');
    holds(
      'nothing is issued',
      issued === 2,
      `${issued} of before, ${running.said('signer').match(/signer\.clock/g)?.length ?? 0} lines in the signer's log`,
    );
    holds('what waits stays approved', approved === 3, `${approved} approved`);
    holds(
      'the answer names the clock',
      answer?.body.includes('signer.clock') === true,
      answer?.body.slice(0, 160) ?? 'no answer',
    );
    // Taking a certificate back must not wait for a clock.
    const revoked = first === undefined ? null : await revoke(portal, token, first.serial);
    const [row] = await queryPortal<{ state: string }>(
      portal,
      `SELECT state FROM "Certificate" WHERE serial = '${first?.serial ?? ''}'`,
    );
    holds(
      'a certificate can be revoked',
      row?.state === 'REVOKED',
      `${revoked?.status ?? 'no'} answer, ${row?.state ?? 'no row'}`,
    );
    const meanwhile = await publishedCrl(portal);
    holds(
      'the list that was published stays in force',
      meanwhile.number >= before.number,
      `number ${before.number}, then ${meanwhile.number}`,
    );
    await running.stop();

    step('the clock is right again');
    running = ahead(3);
    await running.startAll();
    await signUntilIssued(portal, token, 5);
    const after = await publishedCrl(portal);
    holds(
      'the list follows, with the certificate that was revoked meanwhile',
      after.number > before.number && after.serials.has(first?.serial ?? ''),
      `number ${after.number}, ${after.serials.size} on it`,
    );
    const lives = (await validCertificates(portal, token, 10)).map(
      ({ notBefore, notAfter }) => (Date.parse(notAfter) - Date.parse(notBefore)) / 1000 + 1,
    );
    holds(
      'every certificate lives as long as every other',
      lives.length === 4 && new Set(lives).size === 1,
      `${lives.length} of ${(lives[0] ?? 0) / 86_400} days`,
    );
    await running.stop();
    const records = await readRecords(portal);
    holds(
      'it goes on where it was',
      records.states['ISSUED'] === 5,
      `${records.states['ISSUED'] ?? 0} issued`,
    );
    holdsAgreement(holds, records);
  } finally {
    await running.stop();
    await portal.stop();
  }
});
