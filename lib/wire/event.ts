import * as z from 'zod';

import { Approval, ProfileName } from './order';

/**
 * A training event as it is approved: once, over everything that may be signed for it afterwards. The
 * signer keeps it in its journal and counts; an order that comes with it needs no approval of its own.
 */

export const EVENT_MAX_NAMES = 1000;
/** Certificates of one event: each participant several times over, for keys that are lost. */
export const EVENT_MAX_CERTIFICATES = 5000;
/** From the first instant to the last: a term. What lives longer is no event. */
export const EVENT_MAX_DAYS = 186;
/** Until it begins: what was approved must not lie asleep for years. */
export const EVENT_MAX_AHEAD_DAYS = 366;

export const EventId = z.string().regex(/^E-[0-9A-HJKMNP-TV-Z]{8}$/, 'an id such as E-7K3F9Q2M');

const instant = z.iso.datetime();
/** One spelling for one list: rising, so that nothing stands in it twice. */
const rising = (list: readonly string[]): boolean =>
  list.every((item, index) => index === 0 || (list[index - 1] ?? '') < item);

/** Exactly what an approver approves of an event; hashed like an order's content. */
export const EventContent = z
  .strictObject({
    action: z.literal('event'),
    /** Subject key identifier of the signing CA, lower-case hex. */
    caKeyId: z.string().regex(/^[0-9a-f]{40}$/),
    eventId: EventId,
    profile: ProfileName.extract(['user']),
    commonNames: z.array(z.string().min(1).max(64)).min(1).max(EVENT_MAX_NAMES).refine(rising),
    /** Certificates at most, of all names together. */
    quota: z.int().min(1).max(EVENT_MAX_CERTIFICATES),
    /** Nothing is signed before; nothing that is signed lives after. */
    startsAt: instant,
    endsAt: instant,
    /** Hubs that these certificates open, by route. The gate's rule, not the certificate's. */
    hubs: z.array(z.string().min(1).max(64)).max(64).refine(rising),
  })
  .refine(({ startsAt, endsAt }) => {
    const days = (Date.parse(endsAt) - Date.parse(startsAt)) / 86_400_000;
    return days > 0 && days <= EVENT_MAX_DAYS;
  });
export type EventContent = z.infer<typeof EventContent>;

/** Evidence of an approval with method `event`: which event, and as which content it was approved. */
export const EventEvidence = z.strictObject({
  event: EventId,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});
export type EventEvidence = z.infer<typeof EventEvidence>;

export const ApproveEvent = z.strictObject({
  content: EventContent,
  approvals: z.array(Approval).min(1).max(8),
});
export type ApproveEvent = z.infer<typeof ApproveEvent>;

export const CloseEvent = z.strictObject({ eventId: EventId, by: z.string().min(1).max(128) });
export type CloseEvent = z.infer<typeof CloseEvent>;

/**
 * Why nothing is signed for an approved event, whatever its dates and its quota: it was closed, it was
 * approved for a signing CA that signs no more, or who approved it is not enough by the rules and
 * approvers of now.
 */
export const EVENT_FAULTS = ['closed', 'former-ca', 'approvals'] as const;

/** An approved event as the signer has it. */
export const EventState = z.strictObject({
  eventId: EventId,
  digest: z.string(),
  quota: z.int(),
  /** Orders that count against it. */
  used: z.int(),
  closed: z.boolean(),
  fault: z.enum(EVENT_FAULTS).nullable(),
});
export type EventState = z.infer<typeof EventState>;
