import type { Ctx } from '../ctx';
import { certificatesWithName } from '../db/certificates';
import { outboxSummary } from '../db/outbox';
import { readSetting } from '../db/settings';
import { findUserById } from '../db/users';

import { requirePermission } from '../identity/authorise';
import { hubOverview } from './hub-overview';
import { TEST_MAIL_SETTING } from './send-test-mail';

/** `open` cannot be known from here: a script in the browser finds out. */
export type StepState = 'done' | 'todo' | 'open' | 'problem';

export type FirstStep =
  | { key: 'root'; state: StepState }
  | {
      key: 'certificate';
      state: StepState;
      name: string | null;
      until: string | null;
      waiting: string | null;
    }
  | { key: 'check'; state: StepState; name: string | null }
  | { key: 'hub'; state: StepState; names: string[]; dir: string }
  | {
      key: 'mail';
      state: StepState;
      lastSentAt: string | null;
      error: string | null;
      off: boolean;
      to: string | null;
    }
  /** Only where approvals need passkeys: how many people the signer knows, and how many must approve. */
  | { key: 'passkey'; state: StepState; enrolled: number; needed: number }
  | { key: 'production'; state: StepState };

export type FirstSteps = { dismissed: boolean; items: FirstStep[]; login: string };

/** Where the list's putting away is kept, per person. */
export function dismissedKey(userId: string): string {
  return `onboarding.dismissed.${userId}`;
}

/**
 * What still lies between a fresh installation and a working gate. Every line is looked up anew:
 * nothing here is ticked by hand.
 *
 * @param input.visitor    the certificate shown here or handed over from the gate, if any
 * @param input.requestIds requests that this browser has opened, newest last
 * @param input.evaluation whether the CA is an evaluation CA
 * @throws {HubgateError} `auth.required`, `auth.forbidden` for people without a role here
 */
export async function viewFirstSteps(
  ctx: Ctx,
  input: {
    userId: string;
    visitor: { accepted: boolean; commonName: string | null } | null;
    requestIds: readonly string[];
    evaluation: boolean;
  },
): Promise<FirstSteps> {
  requirePermission(ctx, 'administration.open');
  const [dismissed, tested, user, mail, hubs] = await Promise.all([
    readSetting(ctx.db, dismissedKey(input.userId)),
    readSetting(ctx.db, TEST_MAIL_SETTING),
    findUserById(ctx.db, input.userId),
    outboxSummary(ctx.db),
    hubOverview(ctx),
  ]);
  const accepted = input.visitor?.accepted === true;
  const own = await ownCertificate(ctx, [user?.login ?? null, input.visitor?.commonName ?? null]);
  const seen = own !== null && own.seenAt !== null;
  const lastSentAt = [mail.lastSentAt?.toISOString() ?? '', tested ?? ''].sort().at(-1) || null;
  const off = ctx.config.mail.transport === 'none';
  return {
    dismissed: dismissed !== null,
    login: user?.login ?? '',
    items: [
      { key: 'root', state: 'open' },
      {
        key: 'certificate',
        state: own ? 'done' : 'todo',
        name: own?.commonName ?? null,
        until: own?.notAfter.toISOString() ?? null,
        waiting: own ? null : (input.requestIds.at(-1) ?? null),
      },
      {
        key: 'check',
        // Shown here, or to the gate by whatever browser or program has it.
        state: accepted || seen ? 'done' : 'todo',
        name: accepted ? (input.visitor?.commonName ?? null) : seen ? (own?.commonName ?? null) : null,
      },
      {
        key: 'hub',
        state: hubs.folderUnreadable ? 'problem' : hubs.names.length > 0 ? 'done' : 'todo',
        names: hubs.names,
        dir: ctx.paths.hubsDir,
      },
      {
        key: 'mail',
        state: off ? 'todo' : mail.lastError !== null ? 'problem' : lastSentAt !== null ? 'done' : 'todo',
        lastSentAt,
        error: mail.lastError,
        off,
        to: user?.email ?? null,
      },
      ...(await passkeyStep(ctx)),
      { key: 'production', state: input.evaluation ? 'todo' : 'done' },
    ],
  };
}

/** The newest valid certificate that carries one of these names. */
async function ownCertificate(ctx: Ctx, names: readonly (string | null)[]) {
  const now = ctx.now();
  for (const name of new Set(names)) {
    if (name === null || name === '') continue;
    const found = (await certificatesWithName(ctx.db, name)).find(
      (certificate) => certificate.state === 'VALID' && certificate.notAfter > now,
    );
    if (found) return found;
  }
  return null;
}

/** Nobody can approve anything until enough people have a passkey at the signer. */
async function passkeyStep(ctx: Ctx): Promise<FirstStep[]> {
  const { require, count } = ctx.config.approval;
  if (require !== 'passkey') return [];
  const enrolled = await ctx.signer.approvers().then(
    ({ persons }) => persons.length,
    () => 0, // the signer is down, which the page says by itself
  );
  return [{ key: 'passkey', state: enrolled >= count ? 'done' : 'todo', enrolled, needed: count }];
}
