import type { Ctx } from '../ctx';
import { lifetimeDays } from './approved-content';
import { issuingCa } from './issuing-ca';
import { previewRows, subjectOf } from './preview-rows';
import { forProvenAccount, isVerifiedAddress, provenAccount } from './proven-account';
import { readWish, type Wish } from './read-wish';
import { requireMayAsk, type SubmitInput } from './submit-request';
import type { RequestPreview } from './views';

/**
 * What a certificate would hold if this were sent. Stores nothing, and tells nothing about other
 * people: whether a name or a key is taken shows only to approvers.
 *
 * @throws {HubgateError} as submitRequest() does for what was sent itself
 */
export async function previewRequest(ctx: Ctx, input: SubmitInput): Promise<RequestPreview> {
  requireMayAsk(ctx);
  const wish = await readWish(ctx, forProvenAccount(ctx, input, await provenAccount(ctx)));
  const own =
    wish.email !== null &&
    ctx.actor.kind === 'person' &&
    (await isVerifiedAddress(ctx.db, ctx.actor.userId, wish.email));
  return previewWish(ctx, wish, { emailProven: own, endsAt: null });
}

/** The same of a wish that was read already. @param known.endsAt the end of the event that it is for */
export async function previewWish(
  ctx: Ctx,
  wish: Wish,
  known: { emailProven: boolean; endsAt: Date | null },
): Promise<RequestPreview> {
  const ca = await issuingCa(ctx);
  const { endsAt, emailProven } = known;
  const days = lifetimeDays(ctx, { profile: wish.profile, issuerNotAfter: ca.signing.notAfter, endsAt });
  return {
    commonName: wish.commonName,
    email: wish.email,
    subject: subjectOf(ctx.config, wish.commonName),
    issuer: ca.signing.subject,
    keyLabel: wish.csr.keyLabel,
    spkiSha256: wish.csr.spkiSha256,
    lifetimeDays: days,
    rows: previewRows(ctx.config, {
      profile: wish.profile,
      commonName: wish.commonName,
      asked: { ...wish.asked, subject: wish.csr.subject },
      email: wish.email,
      emailState: wish.email === null ? 'none' : emailProven ? 'proven' : 'unproven',
      keyLabel: wish.csr.keyLabel,
      lifetimeDays: days,
      dnsNames: wish.dnsNames,
      ipAddresses: wish.ipAddresses,
      ignoredExtensions: wish.csr.ignoredExtensions,
    }),
    checks: wish.checks,
  };
}
