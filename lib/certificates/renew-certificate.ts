import type { Account } from '../accounts/account';
import type { Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import type { RenewableRow } from '../db/renewals';
import { countRenewals, type RequestRow } from '../db/requests';
import { HubgateError } from '../errors';
import { requireHolder } from '../identity/authorise';
import { approveRenewal } from '../requests/approve-renewal';
import { approvedContent } from '../requests/approved-content';
import { refuseDuplicateKey } from '../requests/duplicate-key';
import type { Wish } from '../requests/read-wish';
import { findingOf } from '../requests/request-checks';
import { hashSecret, newPickupSecret } from '../requests/request-id';
import { mailApprovers, mailRequester } from '../requests/request-mails';
import { OPEN_STATES, type RequestState } from '../requests/states';
import { accountOf, insertWish, mailboxLink } from '../requests/submit-request';
import type { EmailState } from '../requests/views';
import { isProof, wrongProof } from './prove-holder';
import { renewable } from './renewable';
import { renewalObstacle, type RenewalObstacle } from './renewal-policy';
import { readRenewalWish } from './renewal-wish';

export type RenewInput = {
  /** PEM or DER, as it came. */
  csr: Uint8Array;
  /** Absent: the old certificate's, or the address that its request named. */
  email?: string | null | undefined;
  note?: string | undefined;
  /** Absent: the old one's. */
  label?: string | undefined;
  /** The old key's signature over this renewal, base64: for the signer to verify. */
  proof?: string | undefined;
  /** The person who is signed in besides, so that nobody decides on their own renewal. */
  requesterId?: string | null;
  source: 'web' | 'api';
};

export type Renewed = {
  id: string;
  state: RequestState;
  /** Shown this once; only its hash is stored. */
  pickupSecret: string;
  renews: string;
  /** Why an approver has to look at it; null: the policy approved it. */
  obstacle: RenewalObstacle | null;
};

/** Open renewals of one certificate: a second one is a lost key, a fourth a loop. */
const OPEN_RENEWALS_MAX = 3;

/**
 * Asks for the certificate that follows the holder's own: same name, same profile, new key. Where the
 * centre's policy allows it is approved in the same transaction; else it waits for an approver like
 * any other request, with its holder proven.
 *
 * @throws {HubgateError} `auth.no-certificate` unless the actor is the holder of a certificate,
 *   `certificate.not-found`, `certificate.state`, `renewal.subject`, `renewal.proof`,
 *   `request.too-many-open`, `request.duplicate-key`, and those of readWish()
 */
export async function renewCertificate(ctx: Ctx, input: RenewInput): Promise<Renewed> {
  const { serial } = requireHolder(ctx);
  const before = await renewable(ctx.db, serial, ctx.now());
  const wish = await readRenewalWish(ctx, before, input);
  const account = await accountOf(ctx, wish);
  // A program speaks no language: mails go on in the one that the person asked in.
  const locale = input.source === 'api' ? (before.request?.locale ?? ctx.locale) : ctx.locale;
  const pickupSecret = newPickupSecret();
  const stored = await inTransaction(ctx.db, async (tx) => {
    // Again, now that nobody else can change it: it may have been revoked meanwhile.
    const old = await renewable(tx, serial, ctx.now());
    const pickupHash = hashSecret(pickupSecret);
    return store({ ...ctx, locale }, tx, { old, wish, account, input, pickupHash });
  });
  return { ...stored, pickupSecret, renews: serial };
}

type Storing = {
  old: RenewableRow;
  wish: Wish;
  account: Account;
  input: RenewInput;
  pickupHash: string;
};

async function store(
  ctx: Ctx,
  tx: Tx,
  { old, wish, account, input, pickupHash }: Storing,
): Promise<Pick<Renewed, 'id' | 'state' | 'obstacle'>> {
  const { serial } = old;
  const { sha256: csrSha256, spkiSha256 } = wish.csr;
  const { proof } = input;
  if (proof !== undefined && !isProof(old.der, { serial, signature: proof, csrSha256 })) throw wrongProof();
  await refuseTooMany(tx, serial);
  const asker = {
    requesterId: input.requesterId ?? old.request?.requesterId ?? null,
    email: wish.email,
    addressKey: `holder:${serial}`,
  };
  await refuseDuplicateKey(tx, {
    spkiSha256,
    asker: { ...asker, renewsSerial: serial },
    now: ctx.now(),
  });
  const row = await insertWish(ctx, tx, wish, {
    requesterId: asker.requesterId,
    addressKey: asker.addressKey,
    emailState: emailStateOf(old, wish.email),
    trust: 'none',
    source: input.source,
    pickupHash,
    account,
    renewsSerial: serial,
    renewalProof: proof ?? null,
  });
  return decide(ctx, tx, { old, wish, row, account });
}

async function decide(
  ctx: Ctx,
  tx: Tx,
  { old, wish, row, account }: Pick<Storing, 'old' | 'wish' | 'account'> & { row: RequestRow },
): Promise<Pick<Renewed, 'id' | 'state' | 'obstacle'>> {
  const { content } = await approvedContent(ctx, row);
  const unchanged = findingOf(wish.checks) === 'clean' && isContact(old, row.email);
  // Suspended while the directory does not say that the account is in use, also when it says nothing.
  const inUse = account.state === 'none' || account.state === 'exists';
  const obstacle = !inUse
    ? 'account'
    : unchanged
      ? await renewalObstacle(tx, ctx.config, { old, next: content, now: ctx.now() })
      : 'changed';
  if (obstacle === null) {
    const state = await approveRenewal(ctx, tx, row);
    if (state === 'APPROVED') return { id: row.id, state, obstacle: null };
  }
  await mailApprovers(ctx, tx, row);
  const confirmLink = row.emailState === 'unproven' ? await mailboxLink(ctx, tx, row) : '';
  await mailRequester(ctx, tx, row, { template: 'request-received', vars: { confirmLink }, once: '1' });
  return {
    id: row.id,
    state: 'SUBMITTED',
    obstacle: obstacle ?? (ctx.config.approval.require === 'passkey' ? 'passkey' : 'second-approval'),
  };
}

/** Whoever has stolen a key must not turn away the mail that tells its holder. */
function isContact(old: RenewableRow, email: string | null): boolean {
  const contact = old.email ?? old.request?.email ?? null;
  return contact?.toLowerCase() === email?.toLowerCase();
}

/** What the old certificate carries was proven then; another address is as unproven as any. */
function emailStateOf(old: RenewableRow, email: string | null): EmailState {
  if (email === null) return 'none';
  const same = (other: string | null | undefined): boolean => other?.toLowerCase() === email.toLowerCase();
  if (same(old.email)) return old.request?.emailState === 'vouched' ? 'vouched' : 'proven';
  return 'unproven';
}

async function refuseTooMany(tx: Tx, serial: string): Promise<void> {
  const open = await countRenewals(tx, serial, OPEN_STATES);
  if (open < OPEN_RENEWALS_MAX) return;
  throw new HubgateError(
    'request.too-many-open',
    `There are ${open} open renewals of this certificate already. Wait until they are decided, or withdraw one.`,
    { params: { open, limit: OPEN_RENEWALS_MAX } },
  );
}
