import type { Ctx } from '../ctx';
import type { Queries } from '../db/client';
import { participantsOf, type EventRow } from '../db/events';
import { issuingCa } from '../requests/issuing-ca';
import { stringList } from '../requests/approved-content';
import { approvalDigest } from '../wire/approved-content';
import { EventContent } from '../wire/event';

/**
 * Exactly what an approver approves of an event as it stands, and its digest.
 *
 * @throws {HubgateError} `signer.ca-missing`
 */
export async function eventContent(
  ctx: Pick<Ctx, 'paths' | 'config'>,
  db: Queries,
  row: EventRow,
): Promise<{ content: EventContent; digest: string }> {
  const ca = await issuingCa(ctx);
  const participants = await participantsOf(db, row.id);
  const content = EventContent.parse({
    action: 'event',
    caKeyId: ca.keyId,
    eventId: row.id,
    profile: 'user',
    commonNames: participants.map(({ commonName }) => commonName).sort(byCode),
    quota: row.quota,
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    hubs: stringList(row.hubs).sort(byCode),
  });
  return { content, digest: approvalDigest(content) };
}

/** As the signer compares. */
const byCode = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
