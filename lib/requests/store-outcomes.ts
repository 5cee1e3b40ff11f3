import { recordAudits, type AuditEntry } from '../audit/record-audit';
import { issuerOf } from '../client-cert/ca-certificates';
import type { Ctx } from '../ctx';
import { insertCertificates, knownSerials, type NewCertificate } from '../db/certificates';
import type { Tx } from '../db/client';
import { inTransaction } from '../db/in-transaction';
import { enqueueMails } from '../db/outbox';
import { supersede } from '../db/renewals';
import { failClaims, issueClaims, releaseClaims, returnClaims, type ClaimedRow } from '../db/request-claims';
import { sendsMail } from '../mail/sends-mail';
import type { SignOutcome } from '../wire/messages';
import type { ApprovedContent } from '../wire/order';
import type { IssuingCa } from './issuing-ca';
import { readAnswer } from './read-answer';
import { requestLink } from './request-mails';
import type { RequestState } from './states';

/** A claimed request with what was approved and ordered. */
export type Ordered = { row: ClaimedRow; content: ApprovedContent };

export type Stored = { id: string; state: RequestState; serial?: string; code?: string };

/**
 * Refusals that say nothing about the request: it goes back among the approved and is tried again.
 * Everything else ends in FAILED, with the reason.
 */
const PASSING = new Set<string>([
  'signer.locked',
  'signer.down',
  'signer.busy',
  'signer.ceiling',
  'signer.clock',
  'signer.ca-missing',
  'signer.journal-damaged',
  'start.disk-full',
]);

/**
 * Only approvers can mend it: approved for a signing CA that signs no more, or in a way that the signer
 * does not count (any more).
 */
const REAPPROVE = new Set<string>(['signer.former-ca', 'signer.approval']);

/**
 * Writes what the signer said about a part of a batch: certificates, states, audit events and mails
 * in one transaction, with a handful of statements however many there are.
 */
export async function storeOutcomes(
  ctx: Ctx,
  ca: IssuingCa,
  batch: readonly { ordered: Ordered; outcome: SignOutcome }[],
): Promise<Stored[]> {
  if (batch.length === 0) return [];
  const now = ctx.now();
  const sorted = sort(ca, batch, now);
  return inTransaction(ctx.db, async (tx) => {
    const stored = [
      ...(await storeIssued(ctx, tx, sorted.issued)),
      ...(await storeFailed(ctx, tx, sorted.failed, now)),
      ...(await storeReleased(ctx, tx, sorted.released, now)),
      ...(await storeReturned(ctx, tx, sorted.returned, now)),
    ];
    return stored;
  });
}

type Issued = { certificate: NewCertificate; row: ClaimedRow };
type Refused = { id: string; code: string; reason: string };

type Sorted = { issued: Issued[]; failed: Refused[]; released: Refused[]; returned: Refused[] };

function sort(
  ca: IssuingCa,
  batch: readonly { ordered: Ordered; outcome: SignOutcome }[],
  now: Date,
): Sorted {
  const issued: Issued[] = [];
  const failed: Refused[] = [];
  const released: Refused[] = [];
  const returned: Refused[] = [];
  for (const { ordered, outcome } of batch) {
    const { id } = ordered.row;
    if (outcome.outcome === 'unknown') released.push({ id, code: '', reason: '' });
    else if (outcome.outcome === 'refused') {
      const refused = { id, code: outcome.code, reason: outcome.message };
      const { code } = outcome;
      (REAPPROVE.has(code) ? returned : PASSING.has(code) ? released : failed).push(refused);
    } else {
      try {
        issued.push({ certificate: certificateRow(ordered, outcome, ca, now), row: ordered.row });
      } catch (thrown) {
        // The signer signed something else than was ordered: an alarm, and never handed out.
        failed.push({ id, code: 'signer.protocol', reason: thrown instanceof Error ? thrown.message : '' });
      }
    }
  }
  return { issued, failed, released, returned };
}

function certificateRow(
  { row, content }: Ordered,
  outcome: Extract<SignOutcome, { outcome: 'issued' }>,
  ca: IssuingCa,
  now: Date,
): NewCertificate {
  const answer = readAnswer({
    der: Buffer.from(outcome.certificate, 'base64'),
    serial: outcome.serial,
    content,
    spkiSha256: row.spkiSha256,
    ca: issuerOf(ca, content),
  });
  return {
    serial: outcome.serial,
    requestId: row.id,
    state: 'VALID',
    profile: content.profile,
    commonName: content.commonName,
    subject: answer.subject,
    email: content.san.emails[0] ?? null,
    spkiSha256: row.spkiSha256,
    fingerprintSha256: answer.fingerprintSha256,
    keyLabel: row.keyLabel,
    label: row.label,
    der: answer.der,
    notBefore: answer.notBefore,
    notAfter: answer.notAfter,
    revokedAt: null,
    revocationReason: null,
    caKeyId: content.caKeyId,
    source: 'order',
    createdAt: now,
  };
}

async function storeIssued(ctx: Ctx, tx: Tx, issued: readonly Issued[]): Promise<Stored[]> {
  if (issued.length === 0) return [];
  const now = ctx.now();
  // A batch that was taken for dead may be answered twice: the first answer is stored.
  const known = await knownSerials(
    tx,
    issued.map(({ certificate }) => certificate.serial),
  );
  const fresh = issued.filter(({ certificate }) => !known.has(certificate.serial));
  await insertCertificates(
    tx,
    fresh.map(({ certificate }) => certificate),
  );
  const moved = new Set(
    await issueClaims(
      tx,
      issued.map(({ row, certificate }) => ({ id: row.id, serial: certificate.serial })),
      now,
    ),
  );
  await recordAudits(
    ctx,
    tx,
    issued
      .filter(({ row }) => moved.has(row.id))
      .map(({ row, certificate }) => ({
        action: 'request.issue',
        target: row.id,
        data: { serial: certificate.serial, fingerprintSha256: certificate.fingerprintSha256 },
      })),
  );
  await supersedeRenewed(ctx, tx, fresh);
  if (sendsMail(ctx.config, 'certificate-issued')) {
    await enqueueMails(
      tx,
      fresh.flatMap(({ row, certificate }) =>
        row.email === null
          ? []
          : [
              {
                recipient: row.email,
                template: 'certificate-issued' as const,
                locale: row.locale,
                vars: {
                  id: row.id,
                  commonName: certificate.commonName,
                  serial: certificate.serial,
                  notBefore: certificate.notBefore.toISOString(),
                  notAfter: certificate.notAfter.toISOString(),
                  link: requestLink(ctx, row.id),
                },
                dedupeKey: `certificate-issued/${row.id}/${certificate.serial}`,
                now,
              },
            ],
      ),
    );
  }
  return issued.map(({ row, certificate }) => ({ id: row.id, state: 'ISSUED', serial: certificate.serial }));
}

/** What was renewed stays valid until it ends or is revoked, but is no longer the one that counts. */
async function supersedeRenewed(ctx: Ctx, tx: Tx, fresh: readonly Issued[]): Promise<void> {
  const pairs = fresh.flatMap(({ row, certificate }) =>
    row.renewsSerial === null ? [] : [{ serial: row.renewsSerial, supersededBy: certificate.serial }],
  );
  const by = new Map(pairs.map((pair) => [pair.serial, pair.supersededBy]));
  const superseded = await supersede(tx, pairs);
  await recordAudits(
    ctx,
    tx,
    superseded.flatMap(({ serial, requestId }) =>
      // In its own history, and in that of the request that people remember.
      [serial, ...(requestId === null ? [] : [requestId])].map((target) => ({
        action: 'certificate.supersede',
        target,
        data: { old: serial, by: by.get(serial) ?? '' },
      })),
    ),
  );
}

async function storeFailed(ctx: Ctx, tx: Tx, failed: readonly Refused[], now: Date): Promise<Stored[]> {
  await failClaims(tx, failed, now);
  await recordAudits(ctx, tx, failed.map(auditOf('request.fail')));
  return failed.map(({ id, code }) => ({ id, state: 'FAILED', code }));
}

async function storeReleased(ctx: Ctx, tx: Tx, released: readonly Refused[], now: Date): Promise<Stored[]> {
  if (released.length === 0) return [];
  const moved = new Set(
    await releaseClaims(
      tx,
      released.map(({ id }) => id),
      now,
    ),
  );
  await recordAudits(ctx, tx, released.filter(({ id }) => moved.has(id)).map(auditOf('request.release')));
  return released.map(({ id, code }) => ({ id, state: 'APPROVED', ...(code === '' ? {} : { code }) }));
}

async function storeReturned(ctx: Ctx, tx: Tx, returned: readonly Refused[], now: Date): Promise<Stored[]> {
  if (returned.length === 0) return [];
  const moved = new Set(
    await returnClaims(
      tx,
      returned.map(({ id }) => id),
      now,
    ),
  );
  await recordAudits(ctx, tx, returned.filter(({ id }) => moved.has(id)).map(auditOf('request.reapprove')));
  return returned.map(({ id, code }) => ({ id, state: 'SUBMITTED', code }));
}

function auditOf(action: string): (refused: Refused) => AuditEntry {
  return ({ id, code, reason }) => ({
    action,
    target: id,
    ...(code === '' ? {} : { data: { code, reason: reason.slice(0, 500) } }),
  });
}
