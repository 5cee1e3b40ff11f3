import { randomBytes } from 'node:crypto';

import { destination, pino } from 'pino';

import { followSignerEvents } from '../audit/follow-signer-events';
import { recordConfiguration } from '../audit/record-configuration';
import { sealAudit } from '../audit/seal-audit';
import { followRevocations } from '../certificates/follow-revocations';
import { blockListState } from '../certificates/block-list-file';
import { mirrorBlockedKeys } from '../certificates/mirror-blocked-keys';
import { mailCaAlarms } from '../certificates/mail-ca-alarms';
import { reconcileJournal } from '../certificates/reconcile-journal';
import { remindEndings } from '../certificates/remind-endings';
import { watchAccounts } from '../certificates/watch-accounts';
import { takeImported } from '../certificates/take-imported';
import type { Ctx } from '../ctx';
import { deleteOldSecrets } from '../db/one-time-secrets';
import { deleteOldSessions } from '../db/sessions';
import { countApproved } from '../db/request-claims';
import { deleteExpiredTrustProofs } from '../db/used-trust-proofs';
import { isHubgateError } from '../errors';
import { publishCrls } from '../hubs/publish-crls';
import { publishRevocations } from '../hubs/publish-maps';
import { siteLanguage } from '../i18n/site-language';
import type { Instance } from '../instance';
import { deliverDueMail } from '../mail/deliver-due-mail';
import { refreshAccounts } from '../requests/ask-directory';
import { expireRequests } from '../requests/expire-requests';
import { mailDigest } from '../requests/mail-digest';
import { recoverSigning } from '../requests/recover-signing';
import { signDueRequests } from '../requests/sign-requests';
import { startClock, type Job, type JobLog } from './clock';

const DAY_MS = 86_400_000;

/** What the jobs need of the process's instance. */
export type JobHouse = Pick<Instance, 'config' | 'paths' | 'db' | 'signer'>;

/**
 * Starts the portal's clocks: automatic signing, recovery of what a dead process left, expiry,
 * reconciliation with the journal. Several web processes may run them: every job claims its work in
 * the database.
 */
export function startJobs(house: JobHouse, tell: JobLog = logTo(house)): { stop: () => Promise<void> } {
  const stops = jobs(house).map((job) => startClock(job, tell));
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

/** The jobs themselves; each call of `run` is one turn. */
export function jobs(house: JobHouse): Job[] {
  const { config } = house;
  return [
    {
      name: 'sign',
      everyMs: 1000,
      run: async () => {
        if (config.signing.auto) await signDue(jobCtx(house, 'sign'));
      },
    },
    {
      name: 'recover',
      everyMs: 5000,
      run: async () => {
        await whileSignerAnswers(() => recoverSigning(jobCtx(house, 'recover')));
      },
    },
    {
      name: 'expire',
      everyMs: 60_000,
      run: async () => {
        await expireRequests(jobCtx(house, 'expire'));
      },
    },
    followJob(house),
    {
      name: 'publish-crls',
      everyMs: 2000,
      run: async () => {
        await publishCrls(jobCtx(house, 'publish-crls'));
      },
    },
    reconcileJob(house),
    {
      name: 'blocked-keys',
      everyMs: 30_000,
      run: async () => {
        await whileSignerAnswers(() => mirrorBlockedKeys(jobCtx(house, 'blocked-keys')));
      },
    },
    {
      name: 'blocklist',
      everyMs: 60_000,
      run: async () => {
        await readBlockList(house);
      },
    },
    {
      name: 'alarms',
      everyMs: 15_000,
      run: async () => {
        await mailCaAlarms(jobCtx(house, 'alarms'));
      },
    },
    {
      name: 'digest',
      everyMs: 60_000,
      run: async () => {
        await mailDigest(jobCtx(house, 'digest'));
      },
    },
    ...auditJobs(house),
    ...accountJobs(house),
    {
      name: 'mail',
      everyMs: 5000,
      run: async () => {
        await deliverDueMail(jobCtx(house, 'mail'));
      },
    },
    {
      name: 'remind',
      everyMs: 600_000,
      run: async () => {
        await remindEndings(jobCtx(house, 'remind'));
      },
    },
    {
      name: 'forget',
      everyMs: 3_600_000,
      run: async () => {
        const now = new Date();
        await deleteExpiredTrustProofs(house.db, now);
        await deleteOldSecrets(house.db, new Date(now.getTime() - 30 * DAY_MS));
        await deleteOldSessions(house.db, new Date(now.getTime() - 30 * DAY_MS));
      },
    },
  ];
}

/** What the centre's directory says of accounts: of those that are asked for soon, of the others daily. */
function accountJobs(house: JobHouse): Job[] {
  let after = '';
  return [
    {
      name: 'accounts',
      everyMs: 30_000,
      run: async () => {
        await refreshAccounts(jobCtx(house, 'accounts'));
      },
    },
    {
      name: 'ended-accounts',
      everyMs: 30_000,
      run: async () => {
        after = await watchAccounts(jobCtx(house, 'ended-accounts'), after);
      },
    },
  ];
}

/** What the audit trail learns from elsewhere, and its seals. */
function auditJobs(house: JobHouse): Job[] {
  return [
    {
      name: 'signer-events',
      everyMs: 5000,
      run: async () => {
        await whileSignerAnswers(() => followSignerEvents(jobCtx(house, 'signer-events')));
      },
    },
    {
      name: 'seal-audit',
      everyMs: 60_000,
      run: async () => {
        await whileSignerAnswers(() => sealAudit(jobCtx(house, 'seal-audit')));
      },
    },
    {
      // Read once at the start; looked at again only in case the first turn failed.
      name: 'configuration',
      everyMs: 3_600_000,
      run: async () => {
        await recordConfiguration(jobCtx(house, 'start'));
      },
    },
  ];
}

/** What the journal says of revocations is at the gate within a second, whoever made them. */
function followJob(house: JobHouse): Job {
  let published = '';
  return {
    name: 'follow-revocations',
    everyMs: 500,
    run: async () => {
      await whileSignerAnswers(async () => {
        const ctx = jobCtx(house, 'follow-revocations');
        const { journalId, seq } = await followRevocations(ctx);
        if (published === `${journalId} ${seq}`) return;
        await publishRevocations(ctx);
        published = `${journalId} ${seq}`;
      });
    },
  };
}

/**
 * Writes into the database what others than this portal changed in the journal. A turn late, so that a
 * revocation that goes through the portal is written down by whoever makes it, not by this clock.
 */
function reconcileJob(house: JobHouse): Job {
  let heard: number | undefined;
  return {
    name: 'reconcile',
    everyMs: 5000,
    run: async () => {
      await whileSignerAnswers(async () => {
        const ctx = jobCtx(house, 'reconcile');
        await takeImported(ctx);
        const { seq } = await followRevocations(ctx);
        await reconcileJournal(ctx, heard === undefined ? {} : { upTo: heard });
        heard = seq;
      });
    },
  };
}

/** Reads a list that has changed before a request has to wait for it, and tells what is wrong with it. */
async function readBlockList({ paths }: JobHouse): Promise<void> {
  if (paths.blocklistFile === null) return;
  const found = await blockListState(paths.blocklistFile);
  if (found.state !== 'ok') throw new Error(found.problem);
}

/** Signs what is due. A locked or absent signer is a state, not a failure: pages say so already. */
async function signDue(ctx: Ctx): Promise<void> {
  if ((await countApproved(ctx.db, { dueAt: ctx.now() })) === 0) return;
  await whileSignerAnswers(async () => {
    let given = '';
    for await (const event of signDueRequests(ctx)) {
      if (event.event === 'item' && event.state === 'APPROVED') given = event.code ?? 'unknown';
    }
    // Given back by the signer (a ceiling, its clock): told, and a longer pause before the next try.
    if (given !== '' && !QUIET.has(given)) throw new Error(`approved requests were not signed: ${given}`);
  });
}

const QUIET = new Set(['signer.locked', 'signer.down', 'signer.ca-missing']);

async function whileSignerAnswers(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (thrown) {
    if (!isHubgateError(thrown) || !QUIET.has(thrown.code)) throw thrown;
  }
}

function jobCtx(house: JobHouse, name: string): Ctx {
  return {
    actor: { kind: 'system', name },
    now: () => new Date(),
    requestId: `job-${name}-${randomBytes(6).toString('hex')}`,
    locale: siteLanguage(house.config),
    config: house.config,
    paths: house.paths,
    db: house.db,
    signer: house.signer,
  };
}

/** JSON lines on stderr, as the rest of the web process writes them. */
function logTo(house: JobHouse): JobLog {
  const logger = pino({ name: 'jobs', level: house.config.log.level }, destination({ dest: 2, sync: false }));
  return ({ job, failures, error }) => logger.error({ job, failures, err: error }, 'a job failed');
}
