import { NOT_ASKED, type Account } from '../accounts/account';
import { lookUpAccount } from '../accounts/look-up-account';
import { recordAudit } from '../audit/record-audit';
import { actorName, type Ctx } from '../ctx';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { insertOneTimeSecret } from '../db/one-time-secrets';
import {
  countByAddress,
  countByRequester,
  findRequestHead,
  insertRequest,
  type RequestRow,
} from '../db/requests';
import { HubgateError, isHubgateError } from '../errors';
import { sendsMail } from '../mail/sends-mail';
import { useTrustProof } from '../trust/use-trust-proof';
import { accountFacts, accountProof } from './account-facts';
import { refuseDuplicateKey } from './duplicate-key';
import { forProvenAccount, isVerifiedAddress, provenAccount } from './proven-account';
import { readWish, type Wish, type WishInput } from './read-wish';
import { requestChecks } from './request-checks';
import { hashSecret, newPickupSecret, newRequestId } from './request-id';
import { mailApprovers, mailRequester } from './request-mails';
import { OPEN_STATES, type RequestState } from './states';
import type { EmailState } from './views';

export type SubmitInput = WishInput & {
  trustProof?: string | undefined;
  source: 'web' | 'api' | 'cli';
};

const DAY_MS = 86_400_000;
const MAILBOX_LINK_DAYS = 7;
/** Withdrawn requests of a day that an address may have, in open requests that it may have at once. */
const WITHDRAWN_PER_OPEN = 3;

/**
 * Takes a wish for a certificate into the queue. All refusals come before anything is stored; then
 * request, audit event, used trust proof and mails are one transaction.
 *
 * @returns the pick-up secret: shown once, only its hash is stored
 * @throws {HubgateError} those of readWish(); `request.sign-in-required`, `request.too-many-open`,
 *   `request.duplicate-key`, `request.trust-required`, `trust.proof`, `signer.ca-missing`
 */
export async function submitRequest(
  ctx: Ctx,
  input: SubmitInput,
): Promise<{ id: string; state: RequestState; pickupSecret: string }> {
  requireMayAsk(ctx);
  const proven = await provenAccount(ctx);
  const wish = await readWish(ctx, forProvenAccount(ctx, input, proven));
  const signedIn = wish.profile === 'user' && wish.commonName === proven;
  const account = await accountOf(ctx, wish);
  const pickupSecret = newPickupSecret();
  const pickupHash = hashSecret(pickupSecret);
  const stored = await inTransaction(ctx.db, (tx) =>
    store(ctx, tx, { ...input, wish, account, signedIn, pickupHash }),
  );
  return { ...stored, pickupSecret };
}

/** What the directory says of the account that a wish names. Not in a transaction: it may take seconds. */
export function accountOf(
  ctx: Ctx,
  { profile, commonName }: Pick<Wish, 'profile' | 'commonName'>,
): Promise<Account> {
  return profile === 'user'
    ? lookUpAccount(ctx, { by: 'account', value: commonName })
    : Promise.resolve(NOT_ASKED);
}

/** @throws {HubgateError} `request.sign-in-required` where the centre wants to know who asks */
export function requireMayAsk(ctx: Pick<Ctx, 'actor' | 'config'>): void {
  const stranger = ctx.actor.kind === 'visitor' || ctx.actor.kind === 'requester';
  if (stranger && ctx.config.requests.signIn === 'required') {
    throw new HubgateError(
      'request.sign-in-required',
      'Sign in first: this centre takes requests of members only.',
    );
  }
}

async function store(
  ctx: Ctx,
  tx: Tx,
  input: Pick<SubmitInput, 'trustProof' | 'source'> & {
    wish: Wish;
    account: Account;
    signedIn: boolean;
    pickupHash: string;
  },
): Promise<{ id: string; state: RequestState }> {
  const { wish, account, signedIn, source, pickupHash } = input;
  const { actor } = ctx;
  const requesterId = actor.kind === 'person' ? actor.userId : null;
  const addressKey =
    actor.kind === 'visitor' || actor.kind === 'requester' ? actor.addressKey : actorName(actor);
  await refuseTooMany(ctx, tx, { requesterId, addressKey });
  await refuseDuplicateKey(tx, {
    spkiSha256: wish.csr.spkiSha256,
    asker: { requesterId, email: wish.email, addressKey },
    now: ctx.now(),
  });
  const trust = await readTrust(ctx, tx, input.trustProof);
  const emailState = await emailStateOf(tx, wish.email, requesterId);
  const asker = { requesterId, addressKey, emailState, trust };
  const row = await insertWish(ctx, tx, wish, { ...asker, account, signedIn, source, pickupHash });
  await mailApprovers(ctx, tx, row);
  const confirmLink = emailState === 'unproven' ? await mailboxLink(ctx, tx, row) : '';
  await mailRequester(ctx, tx, row, { template: 'request-received', vars: { confirmLink }, once: '1' });
  return { id: row.id, state: 'SUBMITTED' };
}

/** What the portal knows of a wish beside what was sent. */
export type WishFacts = {
  requesterId: string | null;
  addressKey: string;
  emailState: EmailState;
  trust: 'none' | 'weak' | 'proven';
  source: SubmitInput['source'];
  pickupHash: string;
  /** What the directory says of the account. */
  account: Account;
  /** The account is the one that the requester signed in with. */
  signedIn?: boolean;
  /** A renewal: the old certificate's serial, whose holder sends it, and the signature of its key. */
  renewsSerial?: string;
  renewalProof?: string | null;
  /** Whose invitation it came by, and when their event ends. */
  participantId?: string;
  endsAt?: Date;
};

/** Stores a wish that nothing refuses as a SUBMITTED request, with its checks and its audit event. */
export async function insertWish(ctx: Ctx, tx: Tx, wish: Wish, known: WishFacts): Promise<RequestRow> {
  const { config } = ctx;
  const now = ctx.now();
  const {
    renewsSerial = null,
    participantId = null,
    endsAt = null,
    account,
    signedIn = false,
    ...told
  } = known;
  const ofAccount = accountFacts(account, now);
  const facts = {
    ...told,
    ...ofAccount,
    sponsor: null,
    sponsorNote: null,
    accountProof: accountProof({ ...wish, ...told, ...ofAccount }, signedIn),
    id: await freshId(tx),
    commonName: wish.commonName,
    profile: wish.profile,
    spkiSha256: wish.csr.spkiSha256,
    email: wish.email,
    dnsNames: JSON.stringify(wish.dnsNames),
    ipAddresses: JSON.stringify(wish.ipAddresses),
    renewsSerial,
    participantId,
    endsAt,
  };
  const { checks, finding } = await requestChecks(tx, config, facts, wish.checks);
  const row = await insertRequest(tx, {
    ...facts,
    state: 'SUBMITTED',
    name: wish.name,
    note: wish.note,
    label: wish.label,
    csrDer: Uint8Array.from(wish.csr.der),
    csrSha256: wish.csr.sha256,
    keyLabel: wish.csr.keyLabel,
    checks: JSON.stringify(checks),
    finding,
    locale: ctx.locale,
    expiresAt: new Date(now.getTime() + config.requests.expireDays * DAY_MS),
    createdAt: now,
    updatedAt: now,
  });
  await recordAudit(ctx, tx, {
    action: 'request.submit',
    target: row.id,
    data: {
      commonName: row.commonName,
      profile: row.profile,
      spkiSha256: row.spkiSha256,
      finding,
      trust: row.trust,
      ...(account.state === 'none' ? {} : { account: account.state, accountProof: row.accountProof }),
      ...(renewsSerial === null ? {} : { renews: renewsSerial }),
      ...(participantId === null ? {} : { invitation: true }),
    },
  });
  return row;
}

/** Strangers count by network address, people by themselves; nobody by the address that they name. */
async function refuseTooMany(
  ctx: Ctx,
  tx: Tx,
  asker: { requesterId: string | null; addressKey: string },
): Promise<void> {
  const { actor, config } = ctx;
  const limit = config.requests.openPerAddress;
  const open =
    asker.requesterId !== null
      ? await countByRequester(tx, asker.requesterId, OPEN_STATES)
      : actor.kind === 'visitor' || actor.kind === 'requester'
        ? await countByAddress(tx, asker.addressKey, OPEN_STATES)
        : 0;
  if (open >= limit) {
    throw new HubgateError(
      'request.too-many-open',
      `There are ${open} open requests from here already. Wait until some are decided, or withdraw one.`,
      { params: { open, limit } },
    );
  }
  if (actor.kind !== 'visitor' && actor.kind !== 'requester') return;
  // Each request mails the address that it names, and every approver: whoever sends and withdraws in
  // turn would make a mail cannon of the portal.
  const since = new Date(ctx.now().getTime() - DAY_MS);
  const withdrawn = await countByAddress(tx, asker.addressKey, ['WITHDRAWN'], since);
  if (withdrawn >= limit * WITHDRAWN_PER_OPEN) {
    throw new HubgateError(
      'request.too-many-open',
      `${withdrawn} requests from here were withdrawn within a day. Wait until tomorrow, or sign in.`,
      { params: { open: withdrawn, limit: limit * WITHDRAWN_PER_OPEN } },
    );
  }
}

/** How far a trust proof that came along shows that the root is trusted there; it is used up. */
export async function readTrust(
  ctx: Ctx,
  tx: Tx,
  proof: string | undefined,
): Promise<'none' | 'weak' | 'proven'> {
  const { enforce, root } = ctx.config.trust;
  // Who orders on the host sits in front of no browser.
  if (enforce === 'off' || root === 'public' || ctx.actor.kind === 'host') return 'none';
  let trust: 'none' | 'weak' | 'proven' = 'none';
  try {
    trust = await useTrustProof(ctx, tx, proof);
  } catch (thrown) {
    // Where trust is only noted, a proof that went stale while the form was filled in is no proof.
    if (enforce === 'require' || !isHubgateError(thrown)) throw thrown;
  }
  if (trust === 'none' && enforce === 'require') {
    throw new HubgateError(
      'request.trust-required',
      'Install the root CA first (page /ca): this centre takes requests only from where it is trusted.',
      { field: 'trustProof' },
    );
  }
  return trust;
}

/** An address that the requester's provider has verified needs no further proof; one that they wrote into their own account does. */
async function emailStateOf(tx: Tx, email: string | null, requesterId: string | null): Promise<EmailState> {
  if (email === null) return 'none';
  const own = requesterId !== null && (await isVerifiedAddress(tx, requesterId, email));
  return own ? 'proven' : 'unproven';
}

async function freshId(tx: Tx): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const id = newRequestId();
    if ((await findRequestHead(tx, id)) === null) return id;
  }
  throw new Error('five random request ids in a row are taken');
}

/** A link that proves the mailbox; it opens nothing else. Empty where no mail is sent, and for servers. */
export async function mailboxLink(
  ctx: Ctx,
  tx: Tx,
  row: Pick<RequestRow, 'id' | 'email' | 'profile'>,
): Promise<string> {
  const pointless = !sendsMail(ctx.config, 'request-received') || row.profile === 'server';
  if (pointless || row.email === null) return '';
  const secret = newPickupSecret();
  const now = ctx.now();
  await insertOneTimeSecret(tx, {
    kind: 'mailbox',
    secretHash: hashSecret(secret),
    payload: { requestId: row.id, email: row.email },
    now,
    expiresAt: new Date(now.getTime() + MAILBOX_LINK_DAYS * DAY_MS),
  });
  return `${ctx.config.site.url}/certs/mailbox#s=${secret}`;
}
