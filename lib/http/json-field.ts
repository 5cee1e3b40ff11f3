import { z } from 'zod';

/**
 * A form's field that holds JSON of this shape, as scripts of a page send it.
 *
 * @param input.maxLength in UTF-16 units
 * @param input.unreadable what is said of text that is not JSON
 */
export function jsonField<S extends z.ZodType>(shape: S, input: { maxLength: number; unreadable: string }) {
  return z
    .string()
    .max(input.maxLength)
    .transform((text, ctx): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        ctx.addIssue({ code: 'custom', message: input.unreadable });
        return z.NEVER;
      }
    })
    .pipe(shape);
}
