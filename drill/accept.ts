import { addApprovedRequests } from '../e2e/support/approved-requests';
import { until } from '../e2e/support/ports';
import { publishedCrl, revoke, signAll, validCertificates } from './calls';
import { countIn, queryPortal, type Lost } from './records';
import type { Site } from './site';

type Published = Awaited<ReturnType<typeof publishedCrl>>;

/** An old journal is noticed, and nothing is done with it; `before` is the list that was published. */
export async function holdsNothingHappens(site: Site, before: Published): Promise<void> {
  const { report, portal, token } = site;
  const { holds } = report;
  const ready = await until('the portal answers', async () => {
    const { status, text } = await portal.call('/readyz');
    return text.includes('"signer":"unlocked"') && { status, text };
  });
  holds(
    'the old journal is noticed',
    ready.status === 503 && ready.text.includes('"journal":"old"'),
    `/readyz answers ${ready.status} ${ready.text}`,
  );
  const issued = await countIn(portal, 'ISSUED');
  const revoked = await countRevoked(site);
  await addApprovedRequests(portal, { name: `w${issued}`, count: 1, algorithm: 'P-256' });
  const signing = await signAll(portal, token);
  const signed = (await countIn(portal, 'ISSUED')) - issued;
  holds(
    'nothing is signed',
    signing?.status === 503 && signing.body.includes('signer.journal-old') && signed === 0,
    `${signing?.status ?? 'no'} answer, ${signed} signed, ${await countIn(portal, 'APPROVED')} wait`,
  );
  const [newest] = await validCertificates(portal, token, 1);
  const revoking = newest === undefined ? null : await revoke(portal, token, newest.serial);
  const revokedNow = (await countRevoked(site)) - revoked;
  holds(
    'nothing is revoked',
    revoking?.status === 503 && revoking.body.includes('signer.journal-old') && revokedNow === 0,
    `${revoking?.status ?? 'no'} answer, ${revokedNow} revoked`,
  );
  const published = await publishedCrl(portal);
  holds(
    'the list that was published stays, with all that is on it',
    published.number === before.number && [...before.serials].every((one) => published.serials.has(one)),
    `number ${published.number}, ${published.serials.size} on it`,
  );
}

/**
 * Accepts the journal on the host, first looking at what it lacks.
 *
 * @param input.lost  how many certificates it must lack
 * @param input.above the number of the list that was published before
 * @returns the certificates that it lacks
 */
export async function accept(site: Site, input: { lost: number; above: number }): Promise<Lost> {
  const { report, portal } = site;
  const { holds } = report;
  const onList = (await publishedCrl(portal)).serials;
  const looked = await portal.hubgate(['ca', 'accept-journal', '--json']);
  const { missing } = JSON.parse(looked.stdout) as { missing: string[] };
  holds(
    'the host is told what the journal lacks, and nothing is accepted yet',
    looked.code === 1 && missing.length === input.lost && (await portal.call('/readyz')).status === 503,
    `${missing.length} certificates, exit code ${looked.code}`,
  );
  const done = await portal.hubgateJson(['ca', 'accept-journal', '--yes']);
  const lost = new Set(missing);
  const wanted = [...onList].filter((serial) => !lost.has(serial));
  const published = await until('a new list', async () => {
    const found = await publishedCrl(portal);
    return found.number > input.above && found;
  });
  const forgotten = wanted.filter((serial) => !published.serials.has(serial));
  holds(
    'accepted: what it had forgotten is revoked again, on a list with a higher number than any before',
    forgotten.length === 0,
    `${String(done['revokedAgain'])} revoked again, number ${input.above}, then ${published.number}`,
  );
  const ready = (await portal.call('/readyz')).status;
  holds('accepted: the portal is ready', ready === 200, `/readyz answers ${ready}`);
  return lost;
}

async function countRevoked({ portal }: Site): Promise<number> {
  const rows = await queryPortal(portal, `SELECT serial FROM "Certificate" WHERE state = 'REVOKED'`);
  return rows.length;
}
