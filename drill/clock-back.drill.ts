/** The clock is set back by an hour: nothing is issued with a wrong life, and it is said. */
import { bearer, curl, jsonBody } from '../e2e/support/curl';
import { addApprovedRequests } from '../e2e/support/approved-requests';
import { startPortal, type Portal } from '../e2e/support/portal';
import { mustRun } from '../e2e/support/run';
import { drill } from './report';
import { services } from './services';
import { countIn } from './state';

await drill('The clock is set back by an hour', async ({ step, holds }) => {
  await mustRun('faketime', ['--version']);
  const portal = await startPortal({ front: 'embedded', toml: '[signing]\nauto = false\n' });
  // Two hours ahead at first: then one hour back, which is still ahead of what the CA began with.
  const ahead = (hours: number) => services(portal, ['faketime', '-f', `+${hours}h`]);
  let running = ahead(2);
  try {
    const token = await portal.token('approver', 'operator');
    await portal.kill();
    await running.start('signer');
    await running.start('web');
    await running.ready();
    const [first = ''] = await addApprovedRequests(portal, { name: 'c', count: 1, algorithm: 'P-256' });
    await sign(portal, token);
    const begins = await notBefore(portal, token, first);
    holds(
      'before: a certificate is issued by the clock of then',
      begins > Date.now() + 6_900_000,
      iso(begins),
    );
    await running.stop();

    step('the clock goes back by an hour');
    running = ahead(1);
    await running.start('signer');
    await running.start('web');
    await running.ready();
    await addApprovedRequests(portal, { name: 'd', count: 3, algorithm: 'P-256' });
    const answer = await sign(portal, token);
    holds('nothing is issued', countIn(portal, 'ISSUED') === 1, `${countIn(portal, 'ISSUED')} of before`);
    holds(
      'what waits stays approved',
      countIn(portal, 'APPROVED') === 3,
      `${countIn(portal, 'APPROVED')} approved`,
    );
    holds('the answer names the clock', answer.includes('signer.clock'), answer.slice(0, 160));
    await running.stop();

    step('the clock is right again');
    running = ahead(3);
    await running.start('signer');
    await running.start('web');
    await running.ready();
    await sign(portal, token);
    holds('it goes on where it was', countIn(portal, 'ISSUED') === 4, `${countIn(portal, 'ISSUED')} issued`);
  } finally {
    await running.stop();
    await portal.stop();
  }
});

async function sign(portal: Portal, token: string): Promise<string> {
  const answer = await curl(
    portal,
    '/api/v1/admin/requests/sign',
    ...bearer(token),
    '--header',
    'Accept: application/json',
    ...jsonBody({ all: true }),
  );
  return answer.body;
}

async function notBefore(portal: Portal, token: string, id: string): Promise<number> {
  const listed = await curl(portal, '/api/v1/admin/certificates?limit=10', ...bearer(token));
  const items = listed.json()['items'] as { requestId?: string; notBefore: string }[];
  const found = items.find(({ requestId }) => requestId === id) ?? items[0];
  if (found === undefined) throw new Error(`no certificate of ${id}: ${listed.body}`);
  return Date.parse(found.notBefore);
}

const iso = (ms: number): string => new Date(ms).toISOString();
