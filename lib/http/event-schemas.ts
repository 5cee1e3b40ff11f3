import { z } from 'zod';

import { APPROVAL_FAULTS } from '../events/approval-fault';
import { EventId } from '../events/event-id';
import { EVENT_PHASES, EVENT_STATES } from '../events/event-state';
import { SEATS_MAX } from '../events/plan-event';
import { STEPS } from '../events/view-event';

/** Shapes of the API's events: routes validate with them, and the description is made from them. */

const Id = EventId.meta({ id: 'EventId', example: 'E-7K3F9Q2M' });
export const EventParams = z.strictObject({ id: Id });

const State = z.enum(EVENT_STATES).meta({ id: 'EventState' });
const version = z.int().min(1).describe('The version that the decision was made on');

export const PlanEventBody = z
  .strictObject({
    name: z.string().min(1).max(200),
    startsAt: z.iso.datetime(),
    endsAt: z.iso.datetime().describe('The last certificate ends then'),
    hubs: z.array(z.string().max(64)).max(64).default([]).describe('Routes at the gate'),
    seats: z.int().min(1).max(SEATS_MAX).optional().describe('Without names; or else `list`'),
    list: z.string().max(200_000).optional().describe('CSV: name, e-mail, account'),
    spare: z.int().min(0).max(5000).default(5).describe('Certificates beyond one a seat'),
    organiser: z.string().max(128).optional().describe('Login of whoever runs it'),
  })
  .refine(({ seats, list }) => (seats === undefined) !== (list === undefined), {
    message: 'Send either seats or a list.',
    path: ['seats'],
  })
  .meta({ id: 'PlanEvent' });

export const ApproveEventBody = z.strictObject({ version });
export const RejectEventBody = z.strictObject({
  version: version.optional(),
  reason: z.string().min(1).max(2000),
});
export const EndEventBody = z.strictObject({
  expectedCount: z.int().min(0).max(10_000).describe('How many certificates that revokes'),
});
export const InviteBody = z.strictObject({
  by: z.enum(['mail', 'cards']).describe('`cards` answers with the links, shown this once'),
  participant: z.string().max(64).optional().describe('One alone; otherwise everybody who waits'),
});

export const EventDecision = z
  .object({ id: Id, state: State, missing: z.int().optional().describe('Approvals that are still needed') })
  .meta({ id: 'EventDecision' });
export const Planned = z.object({ id: Id }).meta({ id: 'PlannedEvent' });
export const EndedEvent = z.object({ count: z.int() }).meta({ id: 'EndedEvent' });
export const Invited = z
  .object({
    mailed: z.int(),
    cards: z.array(
      z.object({
        number: z.int(),
        commonName: z.string(),
        name: z.string().nullable(),
        link: z.url(),
      }),
    ),
  })
  .meta({ id: 'InvitedParticipants' });

const item = {
  id: Id,
  name: z.string(),
  state: State,
  phase: z.enum(EVENT_PHASES),
  version: z.int(),
  organiser: z.string(),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  seats: z.int(),
  quota: z.int(),
  hubs: z.array(z.string()),
  reason: z.string().nullable(),
};
export const EventList = z.object({ items: z.array(z.object(item)) }).meta({ id: 'EventList' });
export const EventAnswer = z
  .object({
    ...item,
    counts: z.record(z.enum(STEPS), z.int()),
    revocable: z.int(),
    fault: z
      .enum(APPROVAL_FAULTS)
      .nullable()
      .describe('Why the signer would sign nothing for it; null where nothing is wrong'),
    lists: z
      .array(z.object({ hub: z.string(), planned: z.boolean(), named: z.boolean() }))
      .describe('Hubs of the plan and others; only where the list names the event does it open the hub'),
    digest: z.string().nullable(),
    participants: z.array(
      z.object({
        id: z.string(),
        number: z.int(),
        commonName: z.string(),
        name: z.string().nullable(),
        email: z.string().nullable(),
        step: z.enum(STEPS),
        at: z.iso.datetime().nullable(),
        stuck: z.string().nullable(),
        requestId: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Event' });
