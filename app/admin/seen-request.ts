import { z } from 'zod';

/** A request as it stood on the page that was decided on: somebody may have edited it since. */
export type SeenRequest = { id: string; version: number };

/** The value of a request's box in a form: `R-7K3F9Q2M:1`. */
export function seenValue({ id, version }: SeenRequest): string {
  return `${id}:${version}`;
}

/** Reads such a value; a request without its version is none. */
export const Seen = z
  .string()
  .regex(/^R-[0-9A-HJKMNP-TV-Z]{8}:[1-9]\d{0,8}$/)
  .transform((value): SeenRequest => {
    const [id = '', version = ''] = value.split(':');
    return { id, version: Number(version) };
  });

/** The ticked boxes of a form: none, one or several. */
export const SeenMany = z
  .union([Seen.transform((one) => [one]), z.array(Seen).max(200)])
  .optional()
  .transform((value) => value ?? []);
