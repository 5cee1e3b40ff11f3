import { z } from 'zod';

/**
 * A form's field that holds JSON of this shape, as scripts of a page send it.
 *
 * @param input.maxLength in UTF-16 units
 * @param input.reason what is said of text that is not JSON: a name of the catalogues (lib/http/invalid-input.ts)
 */
export function jsonField<S extends z.ZodType>(shape: S, input: { maxLength: number; reason: string }) {
  const { maxLength, reason } = input;
  return z
    .string()
    .max(maxLength)
    .transform((text, ctx): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        ctx.addIssue({ code: 'custom', message: reason, params: { reason } });
        return z.NEVER;
      }
    })
    .pipe(shape);
}
