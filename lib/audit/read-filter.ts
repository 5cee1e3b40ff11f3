import { z } from 'zod';

import type { AuditFilter } from './audit-filter';

const DAY_MS = 86_400_000;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** A day, or an instant, in UTC. */
const Time = z.union([z.iso.date(), z.iso.datetime()]).refine((text) => !Number.isNaN(Date.parse(text)), {
  message: 'a day such as 2026-11-23, or an instant such as 2026-11-23T12:00:00Z',
});

/** What an auditor may look for, as a query of an address: from pages and programs alike. */
export const AuditFilterQuery = z.strictObject({
  actor: z.string().max(200).optional().describe('person:paula, or paula'),
  action: z.string().max(64).optional().describe('request.approve, or request for all of that kind'),
  target: z.string().max(200).optional(),
  outcome: z.enum(['done', 'refused', 'failed']).optional(),
  from: Time.optional(),
  to: Time.optional().describe('A day counts whole'),
  about: z
    .string()
    .max(200)
    .optional()
    .describe('The whole story of a request (its id), a certificate (its serial) or a person (their login)'),
});
export type AuditFilterQuery = z.infer<typeof AuditFilterQuery>;

/** The same as the rules take it: `to` is part of what is found. */
export function filterOf({ from, to, ...names }: AuditFilterQuery): AuditFilter {
  const until = to === undefined ? undefined : new Date(Date.parse(to) + (DATE.test(to) ? DAY_MS : 1));
  return {
    ...names,
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(until === undefined ? {} : { before: until }),
  };
}
