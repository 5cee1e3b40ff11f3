import { recordAudit } from '../audit/record-audit';
import type { Ctx } from '../ctx';
import { listBlockedKeyRows, type BlockedKeyRow } from '../db/blocked-keys';
import { listCertificateRows, revokedSerials } from '../db/certificates';
import { inTransaction } from '../db/in-transaction';
import { HubgateError } from '../errors';
import type { SignerClient } from '../signer-client/client';
import { keptLists } from '../trust/crl-file';
import { PAGE_MAX_ROWS, REVOKE_MAX_SERIALS } from '../wire/messages';
import { RevocationReason } from '../wire/records';
import { BATCH_MAX_ORDERS } from '../wire/order';
import { readCrlHead } from '../x509/crl';
import { followRevocations } from './follow-revocations';
import { journalBlockedKeys } from './journal-blocked-keys';
import { markOf, recordedJournal, recordJournal, type JournalMark } from './watch-journal';

/** Certificates looked for in the journal, newest first: an old copy lacks the last ones. */
const LOOKED_FOR = 5_000;

export type AcceptedJournal = {
  before: JournalMark | null;
  accepted: JournalMark;
  /** Revocations that the journal had lost and has again. */
  revokedAgain: number;
  /** Compromised keys that it had forgotten and never certifies again. */
  blockedAgain: number;
  /** Certificates that it does not know: they cannot stand on a revocation list of this journal. */
  missing: string[];
  /** The number below which no revocation list may be issued any more, by CA; and whether the signer was told. */
  crlNumbers: { caKeyId: string; above: number; told: boolean }[];
};

/** What the signer's journal lacks of what the portal knows, before anybody decides. */
export async function missingInJournal(ctx: Pick<Ctx, 'db' | 'signer' | 'now'>): Promise<string[]> {
  const missing: string[] = [];
  let after: { key: string; id: string } | undefined;
  for (let looked = 0; looked < LOOKED_FOR; looked += BATCH_MAX_ORDERS) {
    const rows = await listCertificateRows(ctx.db, { now: ctx.now(), limit: BATCH_MAX_ORDERS, after });
    const ordered = rows.flatMap(({ serial, requestId }) =>
      requestId === null ? [] : [{ serial, requestId }],
    );
    if (ordered.length > 0) {
      const known = new Set<string>();
      for (const outcome of await ctx.signer.lookup(ordered.map(({ requestId }) => requestId))) {
        if (outcome.outcome === 'issued') known.add(outcome.serial);
      }
      missing.push(...ordered.map(({ serial }) => serial).filter((serial) => !known.has(serial)));
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH_MAX_ORDERS) break;
    after = { key: last.createdAt.toISOString(), id: last.serial };
  }
  return missing;
}

/**
 * Takes the journal that the signer has now for the right one, after an operator has made sure that no
 * newer copy exists. Revocations that it lost are made again, keys that it forgot are blocked again, and
 * no revocation list gets a number that was used already.
 *
 * @param operator the signer's operator socket, when this host may open it; null leaves the numbers to say
 * @throws {HubgateError} `auth.forbidden` unless on the portal's host, `signer.down`
 */
export async function acceptJournal(
  ctx: Ctx,
  input: { operator: SignerClient | null },
): Promise<AcceptedJournal> {
  if (ctx.actor.kind !== 'host') {
    throw new HubgateError(
      'auth.forbidden',
      "A journal is accepted on the portal's host: hubgate ca accept-journal",
    );
  }
  const before = await recordedJournal(ctx.db);
  const missing = await missingInJournal(ctx);
  // First of all: once it is accepted, revocations of others make lists, and orders are signed.
  const crlNumbers = await raiseNumbers(ctx, input.operator);
  const blockedAgain = await blockAgain(ctx, input.operator ?? ctx.signer);
  const accepted = markOf(await ctx.signer.status());
  await inTransaction(ctx.db, async (tx) => {
    await recordJournal(tx, accepted);
    await recordAudit(ctx, tx, {
      action: 'ca.accept-journal',
      target: accepted.journalId,
      data: { before, accepted, missing: missing.length },
    });
  });
  const revokedAgain = await revokeAgain(ctx, input.operator ?? ctx.signer);
  return { before, accepted, revokedAgain, blockedAgain, missing, crlNumbers };
}

async function revokeAgain(ctx: Ctx, signer: SignerClient): Promise<number> {
  const { revoked } = await followRevocations(ctx);
  const lost = new Map<RevocationReason, string[]>();
  for (const { serial, revocationReason } of await revokedSerials(ctx.db)) {
    const reason = RevocationReason.catch('unspecified').parse(revocationReason);
    // A hold that became a real revocation since could be released again.
    const known = revoked.get(serial)?.reason;
    if (known !== undefined && (known !== 'certificateHold' || reason === 'certificateHold')) continue;
    lost.set(reason, [...(lost.get(reason) ?? []), serial]);
  }
  let count = 0;
  for (const [reason, serials] of inCalls(lost)) {
    const done = await signer.revoke({ serials, reason, by: 'host:accept-journal' });
    count += done.revoked.length;
  }
  return count;
}

/** Of a key that was blocked before anybody brought it no revocation tells. */
async function blockAgain(ctx: Ctx, signer: SignerClient): Promise<number> {
  const known = new Set<string>();
  for await (const { keys } of journalBlockedKeys(signer)) {
    for (const { spkiSha256 } of keys) known.add(spkiSha256);
  }
  const lost = new Map<string, string[]>();
  let after: BlockedKeyRow | undefined;
  do {
    const rows = await listBlockedKeyRows(ctx.db, { after, limit: PAGE_MAX_ROWS });
    for (const { spkiSha256, reason } of rows) {
      if (!known.has(spkiSha256)) lost.set(reason, [...(lost.get(reason) ?? []), spkiSha256]);
    }
    after = rows.length < PAGE_MAX_ROWS ? undefined : rows.at(-1);
  } while (after !== undefined);
  let count = 0;
  for (const [reason, spkiSha256s] of inCalls(lost)) {
    count += await signer.blockKeys({ spkiSha256s, reason, by: 'host:accept-journal' });
  }
  return count;
}

/** By reason, as many as one call to the signer may name. */
function* inCalls<Reason>(lost: ReadonlyMap<Reason, readonly string[]>): Generator<[Reason, string[]]> {
  for (const [reason, items] of lost) {
    for (let at = 0; at < items.length; at += REVOKE_MAX_SERIALS) {
      yield [reason, items.slice(at, at + REVOKE_MAX_SERIALS)];
    }
  }
}

/** The lists that the portal kept say which numbers were used. */
async function raiseNumbers(ctx: Ctx, operator: SignerClient | null): Promise<AcceptedJournal['crlNumbers']> {
  const numbers: AcceptedJournal['crlNumbers'] = [];
  for (const der of await keptLists(ctx)) {
    const { authorityKeyId: caKeyId, crlNumber: above } = readCrlHead(der);
    if (caKeyId === null || above === null) continue;
    await operator?.raiseCrlNumber({ caKeyId, above });
    numbers.push({ caKeyId, above, told: operator !== null });
  }
  return numbers;
}
