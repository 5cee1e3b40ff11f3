import * as z from 'zod';

/** What a second look found: a certificate that the rules of today do not accept. */
export const RelintFinding = z.strictObject({
  serial: z.string(),
  /**
   * `lint`: it breaks a rule or differs from its order. `signature`: its CA's key did not sign it.
   * `intent`: these are not the bytes that were meant to be signed. `journal`: it is not what the
   * journal's columns say. `blocked-key`: valid, though its key is blocked. `unreadable`: of an imported
   * certificate, which is only parsed.
   */
  kind: z.enum(['lint', 'signature', 'intent', 'journal', 'blocked-key', 'unreadable']),
  says: z.string(),
});
export type RelintFinding = z.infer<typeof RelintFinding>;

export const RelintReport = z.strictObject({
  running: z.strictObject({ since: z.iso.datetime(), checked: z.int(), total: z.int() }).optional(),
  last: z
    .strictObject({
      at: z.iso.datetime(),
      checked: z.int(),
      findings: z.int(),
      /** At most a hundred of them. */
      first: z.array(RelintFinding),
    })
    .optional(),
});
export type RelintReport = z.infer<typeof RelintReport>;
