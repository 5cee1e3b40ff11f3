import type { Ctx } from '../ctx';
import type { RequestRow } from '../db/requests';
import { HubgateError } from '../errors';
import { approvalDigest } from '../wire/approved-content';
import { ApprovedContent } from '../wire/order';
import { issuingCa, type IssuingCa } from './issuing-ca';

const DAY_MS = 86_400_000;
/** Certificates begin some minutes back: their days must reach to the end of the event all the same. */
const END_SLACK_MS = 600_000;

/** The columns that decide what a certificate will hold. */
export type ContentSource = Pick<
  RequestRow,
  | 'id'
  | 'csrSha256'
  | 'profile'
  | 'commonName'
  | 'email'
  | 'emailState'
  | 'dnsNames'
  | 'ipAddresses'
  | 'endsAt'
>;

/**
 * Exactly what will be issued for this request as it stands now, and its digest: what an approver
 * approves and the signer holds the order against. An e-mail address is in it only when its mailbox
 * is proven or an approver vouches for it.
 *
 * @throws {HubgateError} `signer.ca-missing`, `certificate.outlives-issuer`
 */
export async function approvedContent(
  ctx: Pick<Ctx, 'paths' | 'config' | 'now'>,
  row: ContentSource,
): Promise<{ content: ApprovedContent; digest: string }> {
  return contentFor(ctx, await issuingCa(ctx), row);
}

/** The same for many, of a CA that was looked up once. @throws {HubgateError} `certificate.outlives-issuer` */
export function contentFor(
  ctx: Pick<Ctx, 'config' | 'now'>,
  ca: IssuingCa,
  row: ContentSource,
): { content: ApprovedContent; digest: string } {
  const content = ApprovedContent.parse({
    action: 'issue',
    caKeyId: ca.keyId,
    orderId: row.id,
    csrSha256: row.csrSha256,
    profile: row.profile,
    commonName: row.commonName,
    san: {
      emails: grantedEmails(row),
      dnsNames: row.profile === 'server' ? stringList(row.dnsNames) : [],
      ipAddresses: row.profile === 'server' ? stringList(row.ipAddresses) : [],
    },
    lifetimeDays: lifetimeDays(ctx, {
      profile: row.profile,
      issuerNotAfter: ca.signing.notAfter,
      endsAt: row.endsAt,
    }),
    ...(row.endsAt === null ? {} : { endsAt: row.endsAt.toISOString() }),
  });
  return { content, digest: approvalDigest(content) };
}

/** The addresses that the certificate will carry. */
export function grantedEmails(row: Pick<ContentSource, 'profile' | 'email' | 'emailState'>): string[] {
  if (row.profile !== 'user' || row.email === null) return [];
  return row.emailState === 'proven' || row.emailState === 'vouched' ? [row.email] : [];
}

/**
 * Whole days that a certificate approved now will live: the profile's, or fewer when the signing CA
 * ends earlier. One day is kept for the time between approval and signature. Of an event as many as it
 * takes to reach its end.
 *
 * @param input.endsAt the end of the event that it is for
 * @throws {HubgateError} `certificate.outlives-issuer` when the signing CA ends within two days
 */
export function lifetimeDays(
  ctx: Pick<Ctx, 'config' | 'now'>,
  input: { profile: string; issuerNotAfter: Date; endsAt?: Date | null },
): number {
  const { config } = ctx;
  const wanted = input.profile === 'server' ? config.pki.serverDays : config.pki.userDays;
  const left = Math.floor((input.issuerNotAfter.getTime() - ctx.now().getTime()) / DAY_MS) - 1;
  if (left < 1) {
    throw new HubgateError(
      'certificate.outlives-issuer',
      `The signing CA ends on ${input.issuerNotAfter.toISOString().slice(0, 10)}: nothing can be issued any ` +
        'more. Roll the CA over.',
      { params: { until: input.issuerNotAfter.toISOString() } },
    );
  }
  const toEnd = input.endsAt ? input.endsAt.getTime() - ctx.now().getTime() + END_SLACK_MS : Infinity;
  return Math.min(wanted, left, Math.max(1, Math.ceil(toEnd / DAY_MS)));
}

/** Reads a JSON column that the portal itself wrote. */
export function stringList(json: string): string[] {
  const parsed: unknown = JSON.parse(json);
  return Array.isArray(parsed) ? parsed.filter((item): item is string => typeof item === 'string') : [];
}
